import Glibc

/// A file's own bytes, compressed or not, read ahead in pieces.
final class SourceInput {
    /// What is read.
    let file: OpenFile
    /// The offset in the file of the first byte that is not taken.
    private(set) var offset: Int64
    /// What takes in all that is read of the file, also what is not taken yet.
    let hash: SourceHash?
    private let memory: UnsafeMutableRawBufferPointer
    private let pieceSize: Int
    private var start = 0
    private var end = 0
    private let mayWait: Bool
    private var turnStart: UInt64 = 0
    /// Whether the last call had to do without bytes that have not come yet; see `ByteStream.isPaused`.
    private(set) var isPaused = false

    /// How long bytes are waited for, and how long a turn is, in milliseconds.
    private static let (patience, turn): (Int32, UInt64) = (200, 1000)

    /// The bytes of a file, read in pieces of up to `pieceSize`.
    ///
    /// - Parameters:
    ///   - offset: where the file is.
    ///   - hash: what takes in all that is read.
    init(_ file: OpenFile, offset: Int64 = 0, hash: SourceHash? = nil, pieceSize: Int = 256 << 10) {
        self.file = file
        self.offset = offset
        self.hash = hash
        self.pieceSize = pieceSize
        self.memory = .allocate(byteCount: max(pieceSize, 64), alignment: 64)
        self.mayWait = file.mayWait
    }

    deinit { memory.deallocate() }

    /// The bytes that are read and not taken; valid until the next call.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[start..<end]) }

    /// Takes bytes.
    func take(_ count: Int) {
        start += count
        offset += Int64(count)
    }

    /// Begins a turn; see `ByteStream.beginTurn`.
    func beginTurn() {
        isPaused = false
        if mayWait { turnStart = SourceInput.now() }
    }

    /// Whether there is something to read now; otherwise it pauses. Before the first turn it waits for as long as it
    /// takes.
    private func isReadable() -> Bool {
        guard mayWait, turnStart > 0 else { return true }
        isPaused =
            isPaused || SourceInput.now() - turnStart > SourceInput.turn
            || !file.waitForBytes(milliseconds: SourceInput.patience)
        return !isPaused
    }

    /// Milliseconds of a clock that nobody sets.
    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
    }

    /// Reads on until `count` bytes are there (at most 64 but for the first); false when the file has fewer, or pauses.
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

    /// Moves bytes that are read and not taken into a buffer, or reads straight into it; 0 is the end, or a pause.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        var count = min(end - start, buffer.count)
        if count > 0 {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[start..<start + count]))
            take(count)
        } else {
            guard isReadable() else { return 0 }
            count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(pieceLimit)))
            hash?.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
        return count
    }

    /// Reads to the end, for the hash of all bytes.
    func passRest() throws(FileError) {
        take(end - start)
        while try have(1) { take(end - start) }
    }

    /// Passes bytes without reading them, where the file allows it; how many there were to pass, or nil.
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

    /// Small pieces are asked for by tests; straight reads are as large as they can be.
    private var pieceLimit: Int { pieceSize < 4096 ? pieceSize : .max }
}
