/// What a compacted file holds: the events of one UTC day of event time, or the rejected lines that name no day.
///
/// The rejected lines are kept so that nothing of the originals goes: the quarantine has them too, but it may be emptied,
/// and a line that is out of range under one clock is an event under a later one.
public enum CompactedDay: Hashable, Comparable, Sendable {
    /// A day, as days since 1970-01-01.
    case day(Int32)
    /// Rejected lines of which the event's time or id cannot be read.
    case undated

    private static let prefix = "events-"
    private static let suffix = ".ndjson.zst"
    private static let undatedName = "undated"

    /// The day of an event's time, in milliseconds since 1970.
    public init(ofTime time: Int64) { self = .day(CivilDate.day(ofMilliseconds: time)) }

    /// The day of the compacted file of a name; nil where the name is not that of one.
    public init?(name: String) {
        guard name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix) else { return nil }
        var middle = String(name.dropFirst(Self.prefix.count).dropLast(Self.suffix.count))
        if middle == Self.undatedName {
            self = .undated
            return
        }
        let parsed = middle.utf8.count == 10 ? middle.withUTF8 { CivilDate.parse(UnsafeRawBufferPointer($0)) } : nil
        guard let day = parsed else { return nil }
        self = .day(day)
    }

    /// The day as text.
    public var text: String {
        switch self {
        case .day(let day): CivilDate.text(ofDay: day)
        case .undated: Self.undatedName
        }
    }

    /// The name of its file: `events-2026-11-20.ndjson.zst`, or `events-undated.ndjson.zst`. The latter sorts behind the
    /// days, so that a load reads it last.
    public var fileName: String { Self.prefix + text + Self.suffix }

    /// Days in their order, and what has no day behind them.
    public static func < (left: CompactedDay, right: CompactedDay) -> Bool {
        switch (left, right) {
        case (.day(let left), .day(let right)): left < right
        case (.day, .undated): true
        case (.undated, _): false
        }
    }
}
