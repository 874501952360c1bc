import Hashing
import JSON

/// Computes the hash of an event's content, by which duplicates are recognised.
enum EventIdentity {
    /// The XXH3-64 hash of an event's content (contract §3). To be computed before browser and OS are derived from the
    /// user agent.
    static func contentHash(_ row: EventRow, userAgent: ByteRange, in buffer: ByteBuffer) -> UInt64 {
        let small =
            UInt64(row.type.rawValue) | (row.isDeleted ? 1 << 8 : 0) | (row.isUndone ? 1 << 9 : 0)
            | UInt64(UInt8(bitPattern: row.vote)) << 16 | UInt64(row.status.rawValue) << 24
        let fixed = (
            small, UInt64(bitPattern: row.userID), UInt64(bitPattern: row.movieID), row.seconds.bitPattern,
            row.score.bitPattern
        )
        var hash = withUnsafeBytes(of: fixed) { XXH3.hash64($0) }
        add(row.sessionID, 1, &hash, buffer)
        add(row.query, 2, &hash, buffer)
        add(row.commentID, 3, &hash, buffer)
        add(row.parentID, 4, &hash, buffer)
        add(row.body, 5, &hash, buffer)
        add(row.device, 6, &hash, buffer)
        add(row.browser, 7, &hash, buffer)
        add(row.os, 8, &hash, buffer)
        add(row.screenResolution, 9, &hash, buffer)
        add(userAgent, 10, &hash, buffer)
        return hash
    }

    /// Adds a text to the hash, unless it is null.
    @inline(__always)
    private static func add(_ span: ByteRange, _ field: UInt64, _ hash: inout UInt64, _ buffer: ByteBuffer) {
        if span.isNull { return }
        hash = XXH3.hash64(buffer.bytes(at: Int(span.offset), count: Int(span.length)), seed: hash &+ field)
    }
}

/// Computes the id of an event that has none: the UUIDv5 (RFC 9562 §5.5) in the URL namespace of `reelhouse:`, followed
/// by the RFC 8785 form of the array of the event's time and content.
struct EventCanonicalForm {
    /// The URL namespace (RFC 9562 §6.6).
    private static let urlNamespace: [UInt8] = [
        0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
    ]

    /// The derived id as two big-endian words.
    func derivedID(_ row: EventRow, userAgent: ByteRange, in buffer: ByteBuffer) -> (high: UInt64, low: UInt64) {
        let name = Self.urlNamespace + Array("reelhouse:".utf8) + array(row, userAgent: userAgent, in: buffer)
        var hash = name.withUnsafeBytes { Digest.sha1($0) }
        hash[6] = hash[6] & 0x0f | 0x50
        hash[8] = hash[8] & 0x3f | 0x80
        let word = { (bytes: ArraySlice<UInt8>) in bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        return (word(hash[0..<8]), word(hash[8..<16]))
    }

    /// The flat JSON array of event_time in milliseconds and the content.
    func array(_ row: EventRow, userAgent: ByteRange, in buffer: ByteBuffer) -> [UInt8] {
        var writer = CanonicalJSONWriter()
        let text = { (span: ByteRange) in
            if span.isNull { return writer.null() }
            writer.string(buffer.bytes(at: Int(span.offset), count: Int(span.length)))
        }
        let number = { (value: Double) in value.isNaN ? writer.null() : writer.number(value) }
        let boolean = { (value: Bool, applies: Bool) in applies ? writer.boolean(value) : writer.null() }
        writer.beginArray()
        writer.integer(row.time)
        writer.string(row.type.name)
        writer.integer(row.userID)
        text(row.sessionID)
        row.movieID == 0 ? writer.null() : writer.integer(row.movieID)
        number(row.seconds)
        number(row.score)
        text(row.query)
        text(row.commentID)
        text(row.parentID)
        text(row.body)
        boolean(row.isDeleted, row.type == .comment)
        row.type == .commentVote ? writer.integer(Int64(row.vote)) : writer.null()
        row.type == .watchlist ? writer.string(row.status.staticName.description) : writer.null()
        boolean(row.isUndone, row.type == .like || row.type == .dislike)
        for span in [row.device, row.browser, row.os, row.screenResolution, userAgent] { text(span) }
        writer.endArray()
        return writer.bytes
    }
}
