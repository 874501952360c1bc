/// A compression format, recognized by the first bytes of a file.
public enum CompressionFormat: String, Sendable {
    /// Zstandard frames (RFC 8878).
    case zstd
    /// Gzip members (RFC 1952).
    case gzip

    /// Recognizes the format by the first four bytes of a file, or by fewer if the file is shorter; nil for plain
    /// bytes.
    ///
    /// A file that ends within the first four bytes of a zstd frame is recognized as zstd too, unless it is a single
    /// "(".
    init?(firstBytes bytes: UnsafeRawBufferPointer) {
        if CompressionFormat.isZstd(bytes), bytes.count > 1 {
            self = .zstd
        } else if bytes.count > 1, bytes[0] == 0x1f, bytes[1] == 0x8b {
            self = .gzip
        } else {
            return nil
        }
    }

    /// Whether the first bytes of a file begin a zstd frame or a skippable frame (RFC 8878 §3.1). Only four bytes are
    /// compared, or fewer if there are not so many.
    static func isZstd(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]
        if bytes.prefix(4).elementsEqual(magic.prefix(bytes.count)) { return true }
        return bytes.count >= 4 && bytes[0] & 0xf0 == 0x50 && bytes[1] == 0x2a && bytes[2] == 0x4d && bytes[3] == 0x18
    }
}

/// Opens files as streams of decompressed bytes.
///
///     let stream = try Decompression.stream(path: "data/events/a.ndjson.zst")
public enum Decompression {
    /// Opens a file, and decompresses it according to its first bytes.
    ///
    /// - Throws: `FileError` when the file cannot be opened or read.
    public static func stream(path: String) throws(FileError) -> any ByteStream {
        try stream(SourceInput(OpenFile(reading: path)))
    }

    /// Reads standard input, and decompresses it according to its first bytes.
    ///
    /// - Throws: `FileError` when standard input cannot be read.
    public static func standardInput() throws(FileError) -> any ByteStream {
        try stream(SourceInput(OpenFile(standardInput: ())))
    }

    static func stream(_ input: SourceInput) throws(FileError) -> any ByteStream {
        _ = try input.have(4)
        switch CompressionFormat(firstBytes: input.bytes) {
        case .zstd: return try ZstdStream(input)
        case .gzip: return try GzipStream(input)
        case nil: return PlainStream(input)
        }
    }
}

/// The bytes of an uncompressed file.
final class PlainStream: ByteStream {
    private let input: SourceInput

    init(_ input: SourceInput) { self.input = input }

    var damage: Damage? { nil }
    var sourceBytesRead: Int64 { input.offset }
    var isPaused: Bool { input.isPaused }

    func beginTurn() { input.beginTurn() }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int { try input.read(into: buffer) }

    func skip(_ count: Int64) throws(FileError) -> Int64 {
        if let passed = input.seek(count) { return passed }
        return try skipByReading(count)
    }
}
