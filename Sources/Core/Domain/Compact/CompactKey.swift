/// By what compacted lines are sorted, and which of them are one and the same.
///
/// The order of the lines of a day: event_time, event_id (as 16 unsigned bytes), events before rejected lines, and then the
/// order in which they were committed: the run that began to read the file, the file, the line. So the lines of one
/// identity stand together, whoever their user is, and the one that was committed first comes first: it is the one that a
/// rebuild keeps. Of rejected lines the hash of the bytes decides in the place of that order.
public struct CompactKey: Sendable {
    /// The kinds of lines, in their order.
    public enum Kind: UInt8, Sendable {
        /// An event that breaks no rule.
        case event
        /// A rejected line that names its event's time and id.
        case rejected
        /// A rejected line that names no time or no id, and is a JSON object.
        case undated
        /// A line that is no JSON object. These come last, so that the file does not look like one of another kind.
        case malformed
    }

    /// The event's time, in milliseconds since 1970; 0 where the line has none.
    public var time: Int64 = 0
    /// The event's id as two big-endian words; 0 where the line has none.
    public var idHigh: UInt64 = 0
    /// The second word.
    public var idLow: UInt64 = 0
    /// Of an event the hash of its content, of a rejected line one of its bytes.
    public var hash: UInt64 = 0
    /// Of a rejected line more of the hash of its bytes.
    public var moreHash: UInt64 = 0
    /// The run that began to read the file; 0 for a compacted one, whose lines were committed before.
    public var run: UInt32 = 0
    /// The file.
    public var file: UInt32 = 0
    /// The line's number in the file.
    public var line: Int64 = 0
    /// The kind of line.
    public var kind = Kind.event

    /// The key of an event at time 0.
    public init() {}

    /// The file that the line belongs to.
    public var day: CompactedDay {
        kind.rawValue >= Kind.undated.rawValue ? .undated : CompactedDay(ofTime: time)
    }

    /// Whether two events have one identity (contract §3).
    @inline(__always)
    public func isSameEvent(as other: CompactKey) -> Bool {
        kind == .event && other.kind == .event && time == other.time && idHigh == other.idHigh && idLow == other.idLow
    }

    /// Whether two rejected lines have the same bytes.
    @inline(__always)
    public func isSameRejectedLine(as other: CompactKey) -> Bool {
        kind != .event && kind == other.kind && time == other.time && hash == other.hash && moreHash == other.moreHash
            && idHigh == other.idHigh && idLow == other.idLow
    }

    /// The order of the lines in the files.
    @inline(__always)
    public static func < (left: CompactKey, right: CompactKey) -> Bool {
        let (leftIsUndated, rightIsUndated) = (left.kind.rawValue >= 2, right.kind.rawValue >= 2)
        if leftIsUndated != rightIsUndated { return rightIsUndated }
        if !leftIsUndated {
            if left.time != right.time { return left.time < right.time }
            if left.idHigh != right.idHigh { return left.idHigh < right.idHigh }
            if left.idLow != right.idLow { return left.idLow < right.idLow }
        }
        if left.kind != right.kind { return left.kind.rawValue < right.kind.rawValue }
        if left.kind != .event {
            if left.hash != right.hash { return left.hash < right.hash }
            if left.moreHash != right.moreHash { return left.moreHash < right.moreHash }
        }
        if left.run != right.run { return left.run < right.run }
        return left.file != right.file ? left.file < right.file : left.line < right.line
    }
}
