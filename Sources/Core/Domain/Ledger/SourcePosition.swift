/// How far a source has been read: the position after the last line of a chunk.
///
/// Only the backend that made a position knows its meaning. All other code compares positions of one source, and stores
/// their text form. The text form of a file's position is `1200:345678` (the lines and bytes before it). That of a
/// Kafka partition is the next offset, and a detail that proves that the partition is still the same log.
///
/// Where the place in a source is not a number, such as the `_id` of a document, `order` is the running count of what
/// was read, and `detail` is the place: `1200:65f1c0ffee`. The count continues from the known position, so that a later
/// position always has a greater `order`.
public struct SourcePosition: Hashable, Comparable, Sendable {
    /// Orders the positions of one source; 0 is the start.
    public let order: Int64
    /// Further data that the backend needs to continue from here; may be empty.
    public let detail: String

    /// A position; by default the start of the source.
    public init(order: Int64 = 0, detail: String = "") {
        self.order = order
        self.detail = detail
    }

    /// Parses the text form of a position; nil when the text is not one.
    public init?(text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let order = Int64(first) else { return nil }
        self.init(order: order, detail: parts.count > 1 ? String(parts[1]) : "")
    }

    /// The text form, which the ledger stores: `1200`, or `1200:` and the detail.
    public var text: String { detail.isEmpty ? String(order) : "\(order):\(detail)" }

    /// Whether one position comes before another one of the same source.
    public static func < (left: SourcePosition, right: SourcePosition) -> Bool { left.order < right.order }
}
