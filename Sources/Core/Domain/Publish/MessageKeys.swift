import JSON

/// Finds the keys under which lines are published, so that the events of a user, and the documents of a movie and
/// snapshot date, each are in one partition in their order. Used by one thread at a time.
///
/// The key of an event is its `user_id` in digits, `4711`. That of a movie document is its id and snapshot date,
/// `603:2026-11-20`, so that a compacted topic keeps the last document of each date.
public final class MessageKeys {
    private let parser: JSONParser

    /// Finds the keys of a port's lines.
    ///
    /// - Throws: `OutOfMemory`.
    public init(_ port: SourcePort) throws(OutOfMemory) {
        parser = try JSONParser(keys: port == .events ? ["user_id"] : ["id"], keepsUnknown: false)
    }

    /// The id that each line of a chunk is keyed by; 0 where the line is no JSON object or has no such id.
    ///
    /// - Throws: `OutOfMemory`, which says nothing about a line.
    public func ids(of chunk: LineChunk) throws -> [Int64] {
        defer { parser.releaseLongLine() }
        return try chunk.lines.map { line in
            if line.note >= 0 { return 0 }
            let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
            do {
                return ScalarRules.id(try parser.parse(bytes).member(0)) ?? 0
            } catch is JSONError {
                return 0
            }
        }
    }

    /// Gives the bytes of a key; nil where there is none.
    ///
    /// - Parameter snapshotDay: that of a movie document, as days since 1970-01-01; nil for an event.
    @inlinable
    public static func withBytes<Result>(
        id: Int64, snapshotDay: Int32?, _ body: (UnsafeRawBufferPointer?) throws -> Result
    ) rethrows -> Result {
        if id == 0 { return try body(nil) }
        guard snapshotDay == nil, id > 0 else {
            var key = text(id: id, snapshotDay: snapshotDay)
            return try key.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
        }
        // The digits from the last one on; an id has at most 19.
        return try withUnsafeTemporaryAllocation(byteCount: 24, alignment: 8) { bytes in
            var start = bytes.count
            var rest = UInt64(id)
            repeat {
                start -= 1
                bytes[start] = UInt8(truncatingIfNeeded: 48 + rest % 10)
                rest /= 10
            } while rest > 0
            return try body(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        }
    }

    /// The text of a key; empty where there is none.
    ///
    /// - Parameter snapshotDay: that of a movie document, as days since 1970-01-01; nil for an event.
    public static func text(id: Int64, snapshotDay: Int32?) -> String {
        if id == 0 { return "" }
        return snapshotDay.map { "\(id):\(CivilDate.text(ofDay: $0))" } ?? String(id)
    }
}
