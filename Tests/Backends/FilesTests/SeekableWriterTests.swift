import CZstd
import Domain
import Testing

@testable import Files

/// Files of many frames with an index at the end.
@Suite struct SeekableWriterTests {
    private func write(_ lines: [String], blockSize: Int, in folder: TemporaryFolder) throws -> (
        path: String, table: SeekTable
    ) {
        let path = folder.path("a.zst")
        let file = try OpenFile(creating: path, as: path)
        let writer = try SeekableWriter(file, blockSize: blockSize)
        for line in lines { try Array(line.utf8).withUnsafeBytes { try writer.add($0) } }
        try writer.finish()
        try file.close()
        return (path, writer.table)
    }

    private static let lines = (0..<3000).map {
        "{\"event_id\":\($0),\"text\":\"\(String(repeating: "x", count: $0 % 90))\"}"
    }

    @Test(arguments: [1, 700, 64 << 10, 1 << 20])
    func isReadAsOneFileAndByItsIndex(_ blockSize: Int) throws {
        let folder = try TemporaryFolder()
        let (path, table) = try write(Self.lines, blockSize: blockSize, in: folder)
        let bytes = try OpenFile(reading: path).readAll()
        let text = Self.lines.map { $0 + "\n" }.joined()
        // By the project's reader, which passes over the skippable frame without damage.
        let stream = try Decompression.stream(path: path)
        var read: [UInt8] = []
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
        defer { piece.deallocate() }
        while case let count = try stream.read(into: piece), count > 0 { read += piece[..<count] }
        #expect(read == Array(text.utf8) && stream.damage == nil)
        // By libzstd alone, frame by frame, as the index says.
        #expect(try SeekTable(of: OpenFile(reading: path)) == table)
        var (offset, whole): (Int, [UInt8]) = (0, [])
        for frame in table.frames {
            var part = [UInt8](repeating: 0, count: Int(frame.decompressed))
            let size = bytes[offset..<offset + Int(frame.compressed)].withUnsafeBytes {
                ZSTD_decompress(&part, part.count, $0.baseAddress, $0.count)
            }
            #expect(size == part.count && part.last == UInt8(ascii: "\n"))
            whole += part
            offset += Int(frame.compressed)
        }
        #expect(whole == Array(text.utf8))
        #expect(table.frames.count == 1 || blockSize < text.utf8.count)
        // The format: a skippable frame whose magic and size come first, and the format's magic at the end.
        #expect(Array(bytes[offset..<offset + 4]) == [0x5e, 0x2a, 0x4d, 0x18])
        #expect(Array(bytes.suffix(4)) == [0xb1, 0xea, 0x92, 0x8f])
        #expect(bytes.count == offset + 8 + table.frames.count * 8 + 9)
    }

    @Test func anEmptyFileHasAnIndexToo() throws {
        let folder = try TemporaryFolder()
        let (path, table) = try write([], blockSize: 100, in: folder)
        #expect(try SeekTable(of: OpenFile(reading: path)) == table && table.decompressedSize == 0)
    }

    @Test func whatHasNoIndexIsNotTakenForOne() throws {
        let folder = try TemporaryFolder()
        let (path, _) = try write(Self.lines, blockSize: 700, in: folder)
        let bytes = try OpenFile(reading: path).readAll()
        let others = try [
            [], Array("{}\n".utf8), Encoding.zstd(Array("{}\n".utf8)), Array(bytes.dropLast()),
            Array(bytes.dropFirst()),
            bytes + [0],
        ]
        for (number, other) in others.enumerated() {
            let path = try folder.write("other-\(number)", other)
            #expect(try SeekTable(of: OpenFile(reading: path)) == nil, "\(number)")
        }
    }
}
