/// The decompressed bytes of one source, read once from start to end.
///
/// It never ends in an error that the bytes themselves cause: such bytes end it early, and `damage` says why.
public protocol ByteStream: AnyObject {
    /// Fills a buffer from its start, as far as it likes.
    ///
    /// - Parameter buffer: room for at least one byte.
    /// - Returns: how many bytes it filled; 0 is the end, clean unless there is `damage`.
    /// - Throws: when the disk cannot be read.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int

    /// Passes bytes.
    ///
    /// - Returns: how many it passed, fewer than asked for only at the end.
    /// - Throws: when the disk cannot be read.
    func skip(_ count: Int64) throws(FileError) -> Int64

    /// What ended the bytes before their time; nil as long as they go on, and at a clean end.
    var damage: Damage? { get }

    /// How many of the source's own (compressed) bytes have been read.
    var sourceBytesRead: Int64 { get }

    /// How the source is compressed; nil for plain bytes.
    var compression: CompressionFormat? { get }

    /// Whether `read` returned before its buffer was full because the source has no more bytes for now: nothing came
    /// for a moment, or the turn is over (see `beginTurn`). It is not at its end then. Always false for files.
    var isPaused: Bool { get }

    /// Begins a turn: from now on reads of a pipe or a terminal last about a second at most.
    func beginTurn()
}

extension ByteStream {
    /// Never: what has all its bytes at hand does not pause.
    public var isPaused: Bool { false }
    /// Nothing to do for what never pauses.
    public func beginTurn() {}
}

extension ByteStream {
    /// Plain bytes.
    public var compression: CompressionFormat? { nil }

    /// Passes bytes by reading them.
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
