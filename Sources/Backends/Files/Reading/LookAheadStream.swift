import Domain

/// A stream whose first bytes can be looked at before they are read.
public final class LookAheadStream: ByteStream {
    /// What was looked at and is not read yet.
    public private(set) var ahead = ByteBuffer()
    /// Whether nothing comes after `ahead`.
    public private(set) var isAtEnd = false
    private let stream: any ByteStream
    /// How much of `ahead` is read.
    private var given = 0

    /// A stream of which nothing is looked at yet.
    public init(_ stream: any ByteStream) { self.stream = stream }

    /// What ended the bytes before their time.
    public var damage: Damage? { stream.damage }
    /// How many of the source's own bytes have been read.
    public var sourceBytesRead: Int64 { stream.sourceBytesRead }
    /// How the source is compressed.
    public var compression: CompressionFormat? { stream.compression }
    /// Whether the source has no more bytes for now; see `ByteStream`.
    public var isPaused: Bool { given >= ahead.count && stream.isPaused }

    /// Begins a turn; see `ByteStream`.
    public func beginTurn() { stream.beginTurn() }

    /// Looks further: `size` bytes, or fewer where the source ends or pauses.
    ///
    /// - Throws: when the disk cannot be read.
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

    /// Gives what was looked at, and then the rest.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        let count = min(ahead.count - given, buffer.count)
        guard count > 0 else {
            // Of a long line that was looked at, no memory is held longer than needed.
            if given > 0 { ahead = ByteBuffer(capacity: 0) }
            given = 0
            return try stream.read(into: buffer)
        }
        buffer.copyMemory(from: ahead.bytes(at: given, count: count))
        given += count
        return count
    }

    /// Passes bytes, those that were looked at first.
    public func skip(_ count: Int64) throws(FileError) -> Int64 {
        let passed = min(count, Int64(ahead.count - given))
        given += Int(passed)
        return passed == count ? passed : passed + (try stream.skip(count - passed))
    }
}
