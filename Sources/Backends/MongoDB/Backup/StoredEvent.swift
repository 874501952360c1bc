import Domain
import Hashing

/// How the line of an event is kept in a collection:
///
///     {_id: <SHA-256 of the line, 32 bytes>, event: {event_type: "view", user_id: 7, …},
///      original: <the bytes, where the native document does not give them back>}
///
/// Where the native document and the original bytes would be too large together, the original is kept alone. A line is kept
/// once, however often it is put.
enum StoredEvent {
    /// How much of the server's limit is left for what a command has beside the document.
    private static let margin = 16 << 10
    /// An upper bound for what a document has beside `event` and `original`.
    private static let overhead = 128

    /// Encodes a line.
    ///
    /// - Parameters:
    ///   - limit: the largest document that the server takes (`maxBsonObjectSize`).
    ///   - keepsNative: whether the native document is kept; else the bytes alone are, as for a line that a server refuses.
    /// - Returns: nil where even the bytes alone are too large.
    /// - Throws: `OutOfMemory`.
    static func encode(
        _ line: UnsafeRawBufferPointer, _ encoder: NativeEncoder, limit: Int, takesDollarKeys: Bool,
        keepsNative: Bool = true
    ) throws -> BSONDocument? {
        let limit = limit - margin
        if keepsNative {
            let native = try encoder.encode(line, limit: limit)
            if let bytes = native.bytes, takesDollarKeys || !native.hasDollarKeys,
                bytes.count + (native.isExact ? 0 : line.count) + overhead <= limit
            {
                return document(line, native: bytes, keepsOriginal: !native.isExact)
            }
        }
        return line.count + overhead <= limit ? document(line, native: nil, keepsOriginal: true) : nil
    }

    private static func document(
        _ line: UnsafeRawBufferPointer, native: UnsafeRawBufferPointer?, keepsOriginal: Bool
    ) -> BSONDocument? {
        var writer = BSONWriter()
        let start = writer.begin()
        writer.append(binary: Digest.sha256(line), "_id")
        if let native { writer.append(document: native, "event") }
        if keepsOriginal {
            writer.name(.binary, "original")
            writer.value(binary: line)
        }
        writer.end(start)
        return BSONDocument(copying: writer.bytes)
    }
}
