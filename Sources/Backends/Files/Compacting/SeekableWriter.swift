import CZstd
import Domain
import Glibc

/// Writes lines as zstd frames of about a block each, with a seek table at the end; see `SeekTable`. A frame holds whole
/// lines, so that what reads one frame reads lines.
final class SeekableWriter {
    /// How many bytes of lines a frame has before it ends. A dictionary pays only for frames far smaller than this; see
    /// the README.
    static let blockSize = 1 << 20
    /// zstd's compression level.
    static let level: Int32 = 9

    private let file: OpenFile
    private let context: OpaquePointer
    private let blockSize: Int
    private let block: ByteBuffer
    private var output = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private(set) var table = SeekTable()
    /// How many bytes of lines were added, LF included.
    private(set) var contentSize: Int64 = 0
    /// How many lines were added.
    private(set) var lines: Int64 = 0

    /// Begins at the start of an empty file.
    init(_ file: OpenFile, blockSize: Int = SeekableWriter.blockSize, level: Int32 = SeekableWriter.level)
        throws(FileError)
    {
        guard let context = ZSTD_createCCtx() else { throw FileError(.create, file.path, .system(ENOMEM)) }
        self.file = file
        self.context = context
        self.blockSize = blockSize
        block = ByteBuffer(capacity: blockSize + (64 << 10))
        for (parameter, value) in [(ZSTD_c_compressionLevel, level), (ZSTD_c_checksumFlag, 1)] {
            let status = ZSTD_CCtx_setParameter(context, parameter, value)
            precondition(ZSTD_isError(status) == 0, "libzstd refuses level \(level)")
        }
    }

    deinit {
        ZSTD_freeCCtx(context)
        output.deallocate()
    }

    /// Appends a line and an LF.
    func add(_ line: UnsafeRawBufferPointer) throws(FileError) {
        block.append(line)
        block.append(LineContent.lineFeed)
        lines += 1
        contentSize += Int64(line.count) + 1
        if block.count >= blockSize { try endFrame() }
    }

    /// Ends the last frame and writes the seek table.
    func finish() throws(FileError) {
        if block.count > 0 || table.frames.isEmpty { try endFrame() }
        let bytes = table.bytes
        let result: Result<Void, FileError> = bytes.withUnsafeBytes { bytes in
            do throws(FileError) { return .success(try file.write(bytes)) } catch { return .failure(error) }
        }
        try result.get()
    }

    private func endFrame() throws(FileError) {
        let room = ZSTD_compressBound(block.count)
        if output.count < room {
            output.deallocate()
            output = .allocate(byteCount: room, alignment: 64)
        }
        let size = ZSTD_compress2(context, output.baseAddress, output.count, block.base, block.count)
        // With valid parameters and enough room, libzstd can only fail for lack of memory.
        guard ZSTD_isError(size) == 0 else { throw FileError(.write, file.path, .system(ENOMEM)) }
        try file.write(UnsafeRawBufferPointer(rebasing: output[..<size]))
        table.frames.append(SeekTable.Frame(compressed: UInt32(size), decompressed: UInt32(block.count)))
        block.truncate(to: 0)
    }
}
