/// By what compacted lines are sorted, and which of them are one and the same.
///
/// The order of the lines of a day: event_time, event_id (as 16 unsigned bytes), events before rejected lines, and then the
/// order in which they were committed: the run that began to read the file, the file, the line. So the lines of one
/// identity stand together, whoever their user is, and the one that was committed first comes first: it is the one that a
/// rebuild keeps. Of rejected lines the hash of the bytes decides in the place of that order. Lines without a day come last.
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

    // MARK: - As bytes

    /// How many bytes a key has.
    private static let byteCount = 1 + 3 * 8 + 1 + 2 * 8 + 4 + 4 + 8

    /// Adds the key to a buffer, as bytes whose order is that of the lines in the files.
    public func append(to buffer: ByteBuffer) {
        buffer.append(kind.rawValue >= Kind.undated.rawValue ? kind.rawValue : 0)
        append(UInt64(bitPattern: time) ^ 1 << 63, to: buffer)
        append(idHigh, to: buffer)
        append(idLow, to: buffer)
        buffer.append(kind.rawValue)
        if kind == .event { appendPlace(to: buffer) }
        append(hash, to: buffer)
        append(moreHash, to: buffer)
        if kind != .event { appendPlace(to: buffer) }
    }

    private func appendPlace(to buffer: ByteBuffer) {
        append(run, to: buffer)
        append(file, to: buffer)
        append(UInt64(bitPattern: line), to: buffer)
    }

    @inline(__always)
    private func append<Number: FixedWidthInteger>(_ number: Number, to buffer: ByteBuffer) {
        withUnsafeBytes(of: number.bigEndian) { _ = buffer.append($0) }
    }

    /// The key that `append` made bytes of; nil where the bytes are none.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == CompactKey.byteCount, let kind = Kind(rawValue: bytes[25]) else { return nil }
        func number<Number: FixedWidthInteger>(_ offset: Int, _: Number.Type) -> Number {
            Number(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
        }
        self.kind = kind
        time = Int64(bitPattern: number(1, UInt64.self) ^ 1 << 63)
        idHigh = number(9, UInt64.self)
        idLow = number(17, UInt64.self)
        let (content, place) = kind == .event ? (42, 26) : (26, 42)
        hash = number(content, UInt64.self)
        moreHash = number(content + 8, UInt64.self)
        run = number(place, UInt32.self)
        file = number(place + 4, UInt32.self)
        line = Int64(bitPattern: number(place + 8, UInt64.self))
    }
}
