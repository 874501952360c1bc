import Glibc

/// The index at the end of a zstd file of several frames: how long each is, compressed and not. It is a skippable frame,
/// so that any zstd reader reads such a file as usual, and has the form of zstd's seekable format
/// (github.com/facebook/zstd, contrib/seekable_format/zstd_seekable_compression_format.md, version 0.1.1):
///
///     magic 0x184D2A5E, size | (compressed size, decompressed size)… | number of frames, descriptor, magic 0x8F92EAB1
///
/// It has no checksums of its own: each frame has one.
struct SeekTable: Equatable {
    /// A frame.
    struct Frame: Equatable {
        var compressed: UInt32
        var decompressed: UInt32
    }

    var frames: [Frame] = []

    private static let skippableMagic: UInt32 = 0x184D_2A5E
    private static let seekableMagic: UInt32 = 0x8F92_EAB1
    private static let footerSize = 9
    private static let headerSize = 8
    /// The descriptor's bit for entries with a checksum.
    private static let checksumFlag: UInt8 = 0x80

    /// The bytes of the skippable frame.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        func add(_ value: UInt32) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
        add(Self.skippableMagic)
        add(UInt32(frames.count * 8 + Self.footerSize))
        for frame in frames {
            add(frame.compressed)
            add(frame.decompressed)
        }
        add(UInt32(frames.count))
        bytes.append(0)
        add(Self.seekableMagic)
        return bytes
    }

    /// How many bytes the frames have when they are decompressed.
    var decompressedSize: Int64 { frames.reduce(0) { $0 + Int64($1.decompressed) } }

    /// A table of frames.
    init(frames: [Frame] = []) { self.frames = frames }

    /// Reads the table at the end of a file; nil where there is none that fits the file.
    init?(of file: OpenFile) throws(FileError) {
        guard let size = file.size, size >= Self.footerSize + Self.headerSize,
            let footer = try Self.read(file, at: size - Int64(Self.footerSize), count: Self.footerSize),
            Self.word(footer, 5) == Self.seekableMagic
        else { return nil }
        let entrySize = footer[4] & Self.checksumFlag == 0 ? 8 : 12
        let content = Int(Self.word(footer, 0)) * entrySize + Self.footerSize
        let start = size - Int64(content + Self.headerSize)
        guard start >= 0, let table = try Self.read(file, at: start, count: content + Self.headerSize),
            Self.word(table, 0) == Self.skippableMagic, Int(Self.word(table, 4)) == content
        else { return nil }
        for index in 0..<Int(Self.word(footer, 0)) {
            let place = Self.headerSize + index * entrySize
            frames.append(
                Frame(compressed: Self.word(table, place), decompressed: Self.word(table, place + 4)))
        }
        guard frames.reduce(0, { $0 + Int64($1.compressed) }) == start else { return nil }
    }

    private static func read(_ file: OpenFile, at offset: Int64, count: Int) throws(FileError) -> [UInt8]? {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
        defer { memory.deallocate() }
        var done = 0
        while done < count {
            let room = UnsafeMutableRawBufferPointer(rebasing: memory[done...])
            let read = try file.read(into: room, at: offset + Int64(done))
            if read == 0 { return nil }
            done += read
        }
        return Array(memory)
    }

    private static func word(_ bytes: [UInt8], _ place: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32($1 * 8) }
    }
}
