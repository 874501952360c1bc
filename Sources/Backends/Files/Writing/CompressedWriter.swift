import CZstd
import Glibc

/// Writes a file as one zstd frame with a checksum. The file gets its name only when it is complete.
///
///     let writer = try CompressedWriter(path: "data/movies/a.ndjson.zst")
///     try writer.write(bytes)
///     try writer.finish()
///
/// Before `finish` an existing file of that name stays as it is.
public final class CompressedWriter {
    private let file: ReplacedFile
    private let encoder: ZstdEncoder
    private var isFinished = false

    /// Begins a file.
    ///
    /// - Parameters:
    ///   - path: the path of the file; its folder must exist.
    ///   - level: zstd's compression level, from 1 (fast) to 19.
    /// - Throws: `FileError` when the file cannot be created.
    public convenience init(path: String, level: Int = 3) throws(FileError) {
        try self.init(file: ReplacedFile(path: path), level: level)
    }

    init(file: ReplacedFile, level: Int) throws(FileError) {
        self.file = file
        self.encoder = try ZstdEncoder(level: level)
    }

    /// Appends bytes.
    ///
    /// - Throws: `FileError` when the bytes cannot be written; the file cannot be finished then.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) { try encoder.write(bytes, to: file.file) }

    /// Ends the file, makes it durable and renames it to its path. Must be called once; without it nothing is kept.
    ///
    /// - Throws: `FileError` when the file cannot be written or renamed; an existing file of that name stays as it is.
    public func finish() throws(FileError) {
        precondition(!isFinished, "finish must be called only once")
        isFinished = true
        try encoder.endFrame(to: file.file)
        try file.file.sync()
        try file.commit()
    }
}

/// Compresses bytes into zstd frames with checksums.
final class ZstdEncoder {
    private let context: OpaquePointer
    private var output: UnsafeMutableRawBufferPointer

    init(level: Int) throws(FileError) {
        guard let context = ZSTD_createCCtx() else { throw FileError(.create, "a zstd encoder", .system(ENOMEM)) }
        self.context = context
        output = .allocate(byteCount: ZSTD_CStreamOutSize(), alignment: 64)
        for (parameter, value) in [(ZSTD_c_compressionLevel, Int32(level)), (ZSTD_c_checksumFlag, 1)] {
            let status = ZSTD_CCtx_setParameter(context, parameter, value)
            precondition(ZSTD_isError(status) == 0, "libzstd refuses level \(level)")
        }
    }

    deinit {
        ZSTD_freeCCtx(context)
        output.deallocate()
    }

    /// Begins a frame, and discards one that was not ended.
    func beginFrame() { ZSTD_CCtx_reset(context, ZSTD_reset_session_only) }

    func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(FileError) {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        while input.pos < input.size { _ = try step(&input, ZSTD_e_continue, file) }
    }

    /// Ends the frame; the bytes that follow begin another one.
    func endFrame(to file: OpenFile) throws(FileError) {
        var input = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
        while try step(&input, ZSTD_e_end, file) > 0 {}
    }

    private func step(
        _ input: inout ZSTD_inBuffer,
        _ directive: ZSTD_EndDirective,
        _ file: OpenFile
    ) throws(FileError) -> Int {
        var buffer = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let status = ZSTD_compressStream2(context, &buffer, &input, directive)
        // With valid parameters and buffers, libzstd can only fail for lack of memory.
        guard ZSTD_isError(status) == 0 else { throw FileError(.write, file.path, .system(ENOMEM)) }
        if buffer.pos > 0 { try file.write(UnsafeRawBufferPointer(rebasing: output[..<buffer.pos])) }
        return status
    }
}
