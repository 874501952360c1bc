import CZlib
import CZstd

/// Compresses and decompresses the files of a test with the libraries' functions, without the project's code.
public enum Compression: CaseIterable, Sendable {
    /// Not compressed.
    case plain
    /// One gzip member.
    case gzip
    /// One zstd frame.
    case zstd

    /// Compresses bytes.
    public func encode(_ bytes: [UInt8]) throws -> [UInt8] {
        switch self {
        case .plain: bytes
        case .gzip: try Compression.gzip(bytes)
        case .zstd: try Compression.zstd(bytes)
        }
    }

    /// Decompresses the bytes of a whole file; the format is recognized by the first bytes.
    public static func decode(_ bytes: [UInt8]) throws -> [UInt8] {
        if bytes.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) { return try unzstd(bytes) }
        if bytes.starts(with: [0x1f, 0x8b]) { return try gunzip(bytes) }
        return bytes
    }

    private static func zstd(_ bytes: [UInt8]) throws -> [UInt8] {
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        let size = ZSTD_compress(&output, output.count, bytes, bytes.count, 3)
        guard ZSTD_isError(size) == 0 else { throw CompressionFailure() }
        return Array(output[..<size])
    }

    private static func unzstd(_ bytes: [UInt8]) throws -> [UInt8] {
        guard let context = ZSTD_createDCtx() else { throw CompressionFailure() }
        defer { ZSTD_freeDCtx(context) }
        var result: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        try bytes.withUnsafeBytes { source in
            var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
            var isFull = true
            while input.pos < input.size || isFull {
                let produced = try piece.withUnsafeMutableBytes { target in
                    var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                    let status = ZSTD_decompressStream(context, &output, &input)
                    guard ZSTD_isError(status) == 0 else { throw CompressionFailure() }
                    return output.pos
                }
                isFull = produced == piece.count
                result += piece[..<produced]
            }
        }
        return result
    }

    private static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard deflateInit2_(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK else {
            throw CompressionFailure()
        }
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
        let written = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target -> Int? in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                return deflate(&stream, Z_FINISH) == Z_STREAM_END ? target.count - Int(stream.avail_out) : nil
            }
        }
        guard let written else { throw CompressionFailure() }
        return Array(output[..<written])
    }

    private static func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
        var stream = z_stream()
        guard inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw CompressionFailure()
        }
        defer { inflateEnd(&stream) }
        var input = bytes
        var result: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        try input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            var status = Z_OK
            while status == Z_OK {
                let produced = piece.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(target.count)
                    status = inflate(&stream, Z_NO_FLUSH)
                    return target.count - Int(stream.avail_out)
                }
                result += piece[..<produced]
            }
            guard status == Z_STREAM_END else { throw CompressionFailure() }
        }
        return result
    }
}

/// The error of a library that could not compress or decompress.
public struct CompressionFailure: Error {}

/// Counts lines as `zstd -dc | grep -c` would, without the project's code.
public enum LineCount {
    /// How many lines of some files are not blank.
    public static func lines(ofFiles paths: [String]) throws -> Int64 {
        try paths.reduce(0) { $0 + Int64(try lines(in: Compression.decode(TemporaryFolder.bytes(ofFile: $1))).count) }
    }

    /// The lines in some bytes that are not blank.
    public static func lines(in bytes: [UInt8]) -> [[UInt8]] {
        bytes.split(separator: 10).filter { $0.contains { $0 != 32 && $0 != 9 && $0 != 13 } }.map(Array.init)
    }
}
