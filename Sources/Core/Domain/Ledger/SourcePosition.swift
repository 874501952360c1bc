/// How far a source has been read: the place after the last line that is taken.
///
/// Only the source that gave it knows what it means; everybody else compares positions of one source, and keeps their
/// text form. A file says `1200:345678` (lines and bytes passed), a Kafka partition the next offset and what proves that
/// the log is still the same.
public struct SourcePosition: Hashable, Comparable, Sendable {
    /// Its place in the order of the source's positions; 0 is the start.
    public let order: Int64
    /// What else the source needs to find the place again; may be empty.
    public let detail: String

    /// A position; the start unless told.
    public init(order: Int64 = 0, detail: String = "") {
        self.order = order
        self.detail = detail
    }

    /// The position that a text form stands for; nil for any other text.
    public init?(text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let order = Int64(first) else { return nil }
        self.init(order: order, detail: parts.count > 1 ? String(parts[1]) : "")
    }

    /// The text form, as the ledger keeps it: `1200`, or `1200:` and the detail.
    public var text: String { detail.isEmpty ? String(order) : "\(order):\(detail)" }

    /// Which of two positions of one source comes first.
    public static func < (left: SourcePosition, right: SourcePosition) -> Bool { left.order < right.order }
}
