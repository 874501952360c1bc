/// The decompressed bytes of one file, pipe or device, read once from start to end.
///
/// Damaged input is not an error: the stream ends early, and `damage` says why.
public protocol ByteStream: AnyObject {
    /// Reads bytes to the start of a buffer; not necessarily as many as fit.
    ///
    /// - Parameter buffer: room for at least one byte.
    /// - Returns: how many bytes were read. 0 is the end of the stream (see `damage`), or a pause (see `isPaused`).
    /// - Throws: `FileError` when the disk cannot be read.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int

    /// Skips bytes.
    ///
    /// - Returns: how many bytes were skipped; fewer than `count` only at the end.
    /// - Throws: `FileError` when the disk cannot be read.
    func skip(_ count: Int64) throws(FileError) -> Int64

    /// The damage that ended the stream early; nil before the end, and after a clean end.
    var damage: Damage? { get }

    /// How many bytes of the compressed input have been read.
    var sourceBytesRead: Int64 { get }

    /// The compression of the input; nil for plain bytes.
    var compression: CompressionFormat? { get }

    /// Whether `read` returned early because no bytes came for a moment, or because the turn is over (see `beginTurn`).
    /// More bytes may come later. Always false for regular files.
    var isPaused: Bool { get }

    /// Begins a turn: until the next call, reads of a pipe or a terminal last about a second in all.
    func beginTurn()
}

extension ByteStream {
    /// False: a stream that has all its bytes at hand never pauses.
    public var isPaused: Bool { false }
    /// Does nothing: a stream that never pauses has no turns.
    public func beginTurn() {}
}

extension ByteStream {
    /// Nil: the bytes are plain.
    public var compression: CompressionFormat? { nil }

    /// Skips bytes by reading them.
    public func skip(_ count: Int64) throws(FileError) -> Int64 { try skipByReading(count) }

    func skipByReading(_ count: Int64) throws(FileError) -> Int64 {
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
        defer { scratch.deallocate() }
        var rest = count
        while rest > 0 {
            let wanted = Int(min(rest, Int64(scratch.count)))
            let passed = try read(into: UnsafeMutableRawBufferPointer(rebasing: scratch[..<wanted]))
            if passed == 0 { break }
            rest -= Int64(passed)
        }
        return count - rest
    }
}
