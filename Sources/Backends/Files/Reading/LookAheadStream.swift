import Domain

/// A stream whose first bytes can be examined before they are read.
public final class LookAheadStream: ByteStream {
    /// The bytes that were examined; `read` returns them first.
    public private(set) var ahead = ByteBuffer()
    /// Whether no bytes follow `ahead`.
    public private(set) var isAtEnd = false
    private let stream: any ByteStream
    /// How many bytes of `ahead` have been read.
    private var given = 0

    /// Creates a stream of which nothing has been examined.
    public init(_ stream: any ByteStream) { self.stream = stream }

    /// The damage that ended the stream early.
    public var damage: Damage? { stream.damage }
    /// How many bytes of the compressed input have been read.
    public var sourceBytesRead: Int64 { stream.sourceBytesRead }
    /// The compression of the input; nil for plain bytes.
    public var compression: CompressionFormat? { stream.compression }
    /// Whether no more bytes are there for now; see `ByteStream`.
    public var isPaused: Bool { given >= ahead.count && stream.isPaused }

    /// Begins a turn; see `ByteStream`.
    public func beginTurn() { stream.beginTurn() }

    /// Examines `size` more bytes, or fewer when the stream ends or pauses.
    ///
    /// - Throws: `FileError` when the disk cannot be read.
    public func look(upTo size: Int = 64 << 10) throws(FileError) {
        let wanted = ahead.count + size
        while ahead.count < wanted, !isAtEnd {
            let before = ahead.count
            try ahead.fill(upTo: wanted - before) { [stream] (target) throws(FileError) in try stream.read(into: target)
            }
            if stream.isPaused { return }
            isAtEnd = ahead.count == before
        }
    }

    /// Reads the examined bytes first, and then the rest of the stream.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        let count = min(ahead.count - given, buffer.count)
        guard count > 0 else {
            // Frees the memory of a long line that was examined.
            if given > 0 { ahead = ByteBuffer(capacity: 0) }
            given = 0
            return try stream.read(into: buffer)
        }
        buffer.copyMemory(from: ahead.bytes(at: given, count: count))
        given += count
        return count
    }

    /// Skips bytes, beginning with the examined ones.
    public func skip(_ count: Int64) throws(FileError) -> Int64 {
        let passed = min(count, Int64(ahead.count - given))
        given += Int(passed)
        return passed == count ? passed : passed + (try stream.skip(count - passed))
    }
}
