import CZstd
import Glibc

/// Writes a file as one zstd frame with a checksum; it takes its place when it is whole.
///
/// Until `finish` there is no such file, or the one that was there before.
public final class CompressedWriter {
    private let file: ReplacedFile
    private let encoder: ZstdEncoder
    private var isFinished = false

    /// Begins a file.
    ///
    /// - Parameters:
    ///   - path: where it will be; its folder must be there.
    ///   - level: zstd's compression level, 1 (fast) to 19.
    /// - Throws: when it cannot be created.
    public convenience init(path: String, level: Int = 3) throws(FileError) {
        try self.init(file: ReplacedFile(path: path), level: level)
    }

    init(file: ReplacedFile, level: Int) throws(FileError) {
        self.file = file
        self.encoder = try ZstdEncoder(level: level)
    }

    /// Adds bytes.
    ///
    /// - Throws: when they cannot be written; the file is then given up.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) { try encoder.write(bytes, to: file.file) }

    /// Ends the file, makes it durable and puts it in its place. To be called once; without it nothing is kept.
    ///
    /// - Throws: when it cannot be written or renamed; what was there before stays.
    public func finish() throws(FileError) {
        precondition(!isFinished, "a file is finished once")
        isFinished = true
        try encoder.endFrame(to: file.file)
        try file.file.sync()
        try file.commit()
    }
}

/// Bytes in, zstd frames with checksums out.
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

    /// Begins a frame; one that was given up midway is forgotten.
    func beginFrame() { ZSTD_CCtx_reset(context, ZSTD_reset_session_only) }

    func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(FileError) {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        while input.pos < input.size { _ = try step(&input, ZSTD_e_continue, file) }
    }

    /// Ends the frame; the next bytes begin another.
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
        // With valid parameters and buffers, memory is all that libzstd can lack.
        guard ZSTD_isError(status) == 0 else { throw FileError(.write, file.path, .system(ENOMEM)) }
        if buffer.pos > 0 { try file.write(UnsafeRawBufferPointer(rebasing: output[..<buffer.pos])) }
        return status
    }
}
