import Glibc

/// Reads a file's own bytes, compressed or not, ahead of their use.
final class SourceInput {
    /// The file.
    let file: OpenFile
    /// The offset in the file of the first unused byte.
    private(set) var offset: Int64
    /// The hash of all bytes that were read, including unused ones.
    let hash: SourceHash?
    private let memory: UnsafeMutableRawBufferPointer
    private let pieceSize: Int
    private var start = 0
    private var end = 0
    private let mayWait: Bool
    private var turnStart: UInt64 = 0
    /// Whether the last call returned early because no more bytes are there for now; see `ByteStream.isPaused`.
    private(set) var isPaused = false

    /// How long to wait for bytes, and how long a turn lasts, in milliseconds.
    private static let (patience, turn): (Int32, UInt64) = (200, 1000)

    /// Creates the input of a file, read in pieces of up to `pieceSize` bytes.
    ///
    /// - Parameters:
    ///   - offset: the file's read position.
    ///   - hash: the hash to which all bytes that are read are added.
    init(_ file: OpenFile, offset: Int64 = 0, hash: SourceHash? = nil, pieceSize: Int = 256 << 10) {
        self.file = file
        self.offset = offset
        self.hash = hash
        self.pieceSize = pieceSize
        self.memory = .allocate(byteCount: max(pieceSize, 64), alignment: 64)
        self.mayWait = file.mayWait
    }

    deinit { memory.deallocate() }

    /// The bytes that were read and not used yet; valid until the next call.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[start..<end]) }

    /// Marks bytes as used.
    func consume(_ count: Int) {
        start += count
        offset += Int64(count)
    }

    /// Begins a turn; see `ByteStream.beginTurn`.
    func beginTurn() {
        isPaused = false
        if mayWait { turnStart = SourceInput.now() }
    }

    /// Whether there is something to read now. If nothing comes in time, the input pauses. Before the first turn it
    /// waits without a limit.
    private func isReadable() -> Bool {
        guard mayWait, turnStart > 0 else { return true }
        isPaused =
            isPaused || SourceInput.now() - turnStart > SourceInput.turn
            || !file.waitForBytes(milliseconds: SourceInput.patience)
        return !isPaused
    }

    /// Milliseconds of the monotonic clock.
    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
    }

    /// Reads until at least `count` unused bytes are there; false when the file has fewer, or pauses. `count` is at
    /// most 64 when bytes are unused.
    func have(_ count: Int) throws(FileError) -> Bool {
        while end - start < count {
            if start > 0 {
                memory.copyMemory(from: bytes)
                end -= start
                start = 0
            }
            let room = UnsafeMutableRawBufferPointer(rebasing: memory[end..<min(end + pieceSize, memory.count)])
            guard isReadable() else { return false }
            let read = try file.read(into: room)
            if read == 0 { return false }
            hash?.update(UnsafeRawBufferPointer(rebasing: room[..<read]))
            end += read
        }
        return true
    }

    /// Copies unused bytes to a buffer; if there are none, reads into the buffer directly. Returns 0 at the end, or at
    /// a pause.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        var count = min(end - start, buffer.count)
        if count > 0 {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[start..<start + count]))
            consume(count)
        } else {
            guard isReadable() else { return 0 }
            count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(pieceLimit)))
            hash?.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
        return count
    }

    /// Reads to the end, so that the hash covers all bytes.
    func passRest() throws(FileError) {
        consume(end - start)
        while try have(1) { consume(end - start) }
    }

    /// Skips bytes without reading them, and returns how many were skipped; nil when the file does not allow that.
    func seek(_ count: Int64) -> Int64? {
        guard hash == nil, file.path != "-", let size = file.size else { return nil }
        let target = min(offset + count, size)
        guard target >= offset, file.seek(to: target) else { return nil }
        let passed = target - offset
        start = 0
        end = 0
        offset = target
        return passed
    }

    /// Tests use small pieces; otherwise a direct read is as large as the buffer.
    private var pieceLimit: Int { pieceSize < 4096 ? pieceSize : .max }
}
