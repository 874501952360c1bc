import CZstd
import Glibc

/// A zstd file that is written from its start (stand-in until `Files` has its writer).
final class LineFile {
    private let path: String
    private let context: OpaquePointer
    private let descriptor: Int32
    private var output = [UInt8](repeating: 0, count: 1 << 17)

    init(path: String, level: Int) throws {
        self.path = path
        guard let context = ZSTD_createCCtx() else { throw GeneratorError.file(path: path, reason: "no memory") }
        self.context = context
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        if descriptor < 0 { throw GeneratorError.file(path: path, reason: String(cString: strerror(errno))) }
    }

    deinit {
        ZSTD_freeCCtx(context)
        close(descriptor)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws { try compress(bytes, ZSTD_e_continue) }

    func finish() throws { try compress(UnsafeRawBufferPointer(start: nil, count: 0), ZSTD_e_end) }

    private func compress(_ bytes: UnsafeRawBufferPointer, _ mode: ZSTD_EndDirective) throws {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        while true {
            let (left, size) = output.withUnsafeMutableBytes { room -> (Int, Int) in
                var out = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
                let left = ZSTD_compressStream2(context, &out, &input, mode)
                return (left, out.pos)
            }
            if ZSTD_isError(left) != 0 {
                throw GeneratorError.file(path: path, reason: String(cString: ZSTD_getErrorName(left)))
            }
            var at = 0
            while at < size {
                let written = output.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + at, size - at) }
                if written < 0 { throw GeneratorError.file(path: path, reason: String(cString: strerror(errno))) }
                at += written
            }
            if mode == ZSTD_e_end ? left == 0 : input.pos == input.size { return }
        }
    }
}
