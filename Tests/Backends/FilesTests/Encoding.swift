import CZlib
import CZstd
import Testing

/// Compresses bytes with the libraries of zstd and gzip, for tests that read them back.
enum Encoding {
    /// Compresses bytes to one zstd frame.
    static func zstd(
        _ bytes: [UInt8],
        level: Int32 = 3,
        checksum: Bool = true,
        windowLog: Int32? = nil,
        dictionary: [UInt8]? = nil
    ) throws -> [UInt8] {
        let context = try #require(ZSTD_createCCtx())
        defer { ZSTD_freeCCtx(context) }
        func set(_ parameter: ZSTD_cParameter, _ value: Int32) {
            #expect(ZSTD_isError(ZSTD_CCtx_setParameter(context, parameter, value)) == 0)
        }
        set(ZSTD_c_compressionLevel, level)
        set(ZSTD_c_checksumFlag, checksum ? 1 : 0)
        if let windowLog {
            // Without the content's size, the frame must have the size of its window.
            set(ZSTD_c_windowLog, windowLog)
            set(ZSTD_c_contentSizeFlag, 0)
        }
        if let dictionary {
            #expect(ZSTD_isError(ZSTD_CCtx_loadDictionary(context, dictionary, dictionary.count)) == 0)
        }
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count) + 1024)
        let size = try bytes.withUnsafeBytes { source in
            try output.withUnsafeMutableBytes { target in
                var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
                var buffer = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                // Compresses in two steps, so that the encoder does not know the size and cannot shrink the window.
                if windowLog != nil { _ = ZSTD_compressStream2(context, &buffer, &input, ZSTD_e_flush) }
                try #require(ZSTD_compressStream2(context, &buffer, &input, ZSTD_e_end) == 0)
                return buffer.pos
            }
        }
        return Array(output[..<size])
    }

    /// A dictionary with an id, trained on generated samples.
    static func dictionary() throws -> [UInt8] {
        let samples = (0..<2000).map { Array("{\"id\":\($0),\"title\":\"A film of number \($0 * 7)\"}".utf8) }
        var dictionary = [UInt8](repeating: 0, count: 16 << 10)
        let all = samples.flatMap { $0 }
        let size = ZDICT_trainFromBuffer(
            &dictionary,
            dictionary.count,
            all,
            samples.map(\.count),
            UInt32(samples.count)
        )
        try #require(ZDICT_isError(size) == 0)
        return Array(dictionary[..<size])
    }

    /// A skippable frame.
    static func skippable(_ bytes: [UInt8]) -> [UInt8] {
        let size = UInt32(bytes.count)
        return [0x53, 0x2a, 0x4d, 0x18] + (0..<4).map { UInt8(truncatingIfNeeded: size >> ($0 * 8)) } + bytes
    }

    /// Compresses bytes to one gzip member.
    static func gzip(_ bytes: [UInt8], level: Int32 = 6) throws -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        try #require(deflateInit2_(&stream, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK)
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
        let written = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                #expect(deflate(&stream, Z_FINISH) == Z_STREAM_END)
                return target.count - Int(stream.avail_out)
            }
        }
        return Array(output[..<written])
    }

    /// Decompresses one whole zstd frame whose content fits `capacity`.
    static func unzstd(_ bytes: [UInt8], capacity: Int) throws -> [UInt8] {
        var output = [UInt8](repeating: 0, count: capacity)
        let size = ZSTD_decompress(&output, output.count, bytes, bytes.count)
        try #require(ZSTD_isError(size) == 0)
        return Array(output[..<size])
    }
}
