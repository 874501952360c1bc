import CZstd
import Domain
import Glibc
import Testing

@testable import Files

/// Compressed files that are truncated, corrupt or malicious.
@Suite struct HostileFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func read(_ bytes: [UInt8], pieceSize: Int = 256 << 10, chunkSize: Int = 4 << 20) throws -> ReadLines {
        let path = try folder.write("file", bytes)
        let stream = try Decompression.stream(SourceInput(OpenFile(reading: path), pieceSize: pieceSize))
        return try ReadLines(LineReader(stream, source: testSource, chunkSize: chunkSize))
    }

    /// Lines of hexadecimal digits from a fixed seed. They can be compressed, but need several blocks.
    static func text(lines: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed
        var bytes: [UInt8] = []
        for number in 0..<lines {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes += Array("{\"id\":\(number),\"x\":\"\(String(state, radix: 16))\"}\n".utf8)
        }
        return bytes
    }

    /// Checks that the lines up to the damage are the first lines of the text.
    func expectStart(_ read: ReadLines, of text: [UInt8], _ what: Comment) throws {
        let whole = plainlySplit(text).lines
        try #require(read.wholeLines == Array(whole.prefix(read.wholeLines.count)), what)
        try #require(read.lines.count <= read.wholeLines.count + 1, "damage is one line")
        guard let last = read.lines.last, read.damage != nil else { return }
        try #require(last.number == Int64(read.wholeLines.count + 1))
        let start = Int(last.offset)
        try #require(last.content == Array(text[start..<start + last.content.count]), what)
        try #require(!last.content.contains(10))
    }

    @Test(arguments: [1, 2, 3, 5, 17, 1000, 1 << 20])
    func readWhole(pieceSize: Int) throws {
        let text = HostileFileTests.text(lines: 3000)
        let half = HostileFileTests.text(lines: 1500)
        let files: [(String, [UInt8], [UInt8])] = [
            ("plain", text, text),
            ("zstd", try Encoding.zstd(text), text),
            ("zstd without checksum", try Encoding.zstd(text, checksum: false), text),
            ("zstd of two frames", try Encoding.zstd(half) + Encoding.zstd(text), half + text),
            ("frames that cut a line", try Encoding.zstd([0x61]) + Encoding.zstd([0x62, 10]), [0x61, 0x62, 10]),
            ("empty frames", try Encoding.zstd([]) + Encoding.zstd(half) + Encoding.zstd([]), half),
            ("skippable", try Encoding.skippable([1, 10, 2]) + Encoding.zstd(half) + Encoding.skippable([]), half),
            ("skippable alone", Encoding.skippable(Array(repeating: 10, count: 5000)), []),
            ("gzip", try Encoding.gzip(text), text),
            ("gzip of two members", try Encoding.gzip(half) + Encoding.gzip([]) + Encoding.gzip(text), half + text),
            ("stored gzip", try Encoding.gzip(text, level: 0), text),
        ]
        for (name, file, content) in files {
            let read = try read(file, pieceSize: pieceSize, chunkSize: 30_000)
            let (lines, end) = plainlySplit(content)
            try #require(read.lines == lines, "\(name)")
            try #require(read.end == end, "\(name)")
            try #require(read.sourceBytesRead == Int64(file.count), "\(name)")
        }
    }

    @Test(arguments: ["zstd", "gzip"])
    func goOnFromTheEndOfEachChunk(format: String) throws {
        let text = HostileFileTests.text(lines: 2000)
        let file = format == "zstd" ? try Encoding.zstd(text) : try Encoding.gzip(text)
        let path = try folder.write("file", file)
        let whole = try read(file, chunkSize: 7000)
        #expect(whole.chunkEnds.count > 5)
        for (position, count) in whole.chunkEnds {
            let stream = try Decompression.stream(path: path)
            let rest = try ReadLines(LineReader(stream, source: testSource, start: position, chunkSize: 5000))
            try #require(rest.lines == Array(whole.lines[count...]))
            try #require(rest.end == whole.end)
        }
    }

    /// Two frames, truncated after each of their bytes.
    @Test(arguments: ["zstd", "gzip"])
    func cutAnywhere(format: String) throws {
        let texts = [HostileFileTests.text(lines: 12), HostileFileTests.text(lines: 9, seed: 2)]
        let frames = try texts.map { format == "zstd" ? try Encoding.zstd($0) : try Encoding.gzip($0) }
        let file = frames[0] + frames[1]
        let text = texts[0] + texts[1]
        for count in 0...file.count {
            let read = try read(Array(file[..<count]), pieceSize: count % 3 == 0 ? 7 : 4096)
            let isClean = count == 0 || count == frames[0].count || count == file.count
            // One byte is too few to recognize a format.
            if count == 1 { continue }
            try expectStart(read, of: text, "cut at \(count)")
            try #require((read.damage == nil) == isClean, "cut at \(count)")
            if count >= frames[0].count { try #require(read.wholeLines.count >= 12) }
            if !isClean { try #require(read.damage?.contains("cut off at compressed byte \(count)") == true) }
        }
    }

    /// All blocks before a truncation or a fault are read, whatever the size of the pieces.
    @Test(arguments: [100, 4096, 1 << 20])
    func allBlocksBeforeAFaultAreRead(pieceSize: Int) throws {
        let text = HostileFileTests.text(lines: 12_000)
        var file = try Encoding.zstd(text)
        let whole = plainlySplit(text).lines
        // zstd's blocks have at most 128 KiB of content.
        let blockSize = 128 << 10
        #expect(text.count > 3 * blockSize)
        let cut = try read(Array(file.dropLast(5)), pieceSize: pieceSize)
        #expect(Int(cut.end.byteOffset) >= text.count - blockSize)
        #expect(cut.damage?.contains("cut off") == true)

        // Sets the reserved block type in the header of the second block; the block before it is intact.
        let first = 6 + (Int(file[4]) & 0x20 == 0 ? 1 : 0) + [0, 2, 4, 8][Int(file[4] >> 6)] - 1
        let header = Int(file[first]) | Int(file[first + 1]) << 8 | Int(file[first + 2]) << 16
        let second = first + 3 + header >> 3
        file[second] |= 6
        let corrupt = try read(file, pieceSize: pieceSize)
        #expect(corrupt.end.byteOffset == Int64(blockSize))
        #expect(corrupt.wholeLines == Array(whole.prefix(corrupt.wholeLines.count)))
        #expect(corrupt.damage?.contains("corrupt at compressed byte") == true)
    }

    @Test(arguments: ["zstd", "gzip"])
    func corruptAnywhere(format: String) throws {
        let text = HostileFileTests.text(lines: 12)
        let file = format == "zstd" ? try Encoding.zstd(text) : try Encoding.gzip(text)
        var damaged = 0
        for place in 0..<file.count {
            for flip: UInt8 in [0x01, 0x80, 0xff] {
                var bytes = file
                bytes[place] ^= flip
                let read = try read(bytes)
                if read.damage != nil { damaged += 1 }
                // When only the checksum fails, the lines may differ, but each is counted once.
                try #require(read.lines.count - read.wholeLines.count <= 1)
                try #require(read.end.line >= Int64(read.lines.count))
            }
        }
        #expect(damaged > file.count * 2, "nearly every flip is found")
    }

    @Test func aFailedChecksumLeavesItsLines() throws {
        let text = HostileFileTests.text(lines: 8000)
        let whole = plainlySplit(text).lines
        var zstd = try Encoding.zstd(text)
        zstd[zstd.count - 1] ^= 1
        var crc = try Encoding.gzip(text)
        crc[crc.count - 5] ^= 1
        var length = try Encoding.gzip(text)
        length[length.count - 1] ^= 1
        for (file, pieceSize) in [(zstd, 1 << 20), (zstd, 10), (crc, 1 << 20), (crc, 10), (length, 1 << 20)] {
            let read = try read(file + file, pieceSize: pieceSize)
            #expect(read.wholeLines == whole)
            #expect(read.damage?.contains("checksum") == true)
            #expect(read.lines.last?.content == [])
            #expect(read.end == FilePosition(line: Int64(whole.count + 1), byteOffset: Int64(text.count)))
        }
    }

    @Test func aFailedChecksumWithoutALineFeed() throws {
        var file = try Encoding.zstd(Array("a\nb".utf8))
        file[file.count - 1] ^= 1
        let read = try read(file)
        #expect(read.wholeLines == [ReadLine(1, 0, "a")])
        #expect(read.lines.last?.content == [0x62])
        #expect(read.lines.last?.offset == 2)
    }

    @Test func bytesAfterTheLastFrameAreDamage() throws {
        let text = HostileFileTests.text(lines: 5)
        let whole = plainlySplit(text).lines
        let zeros = [UInt8](repeating: 0, count: 600)
        for (file, words) in [
            (try Encoding.gzip(text) + zeros, "zeros"), (try Encoding.gzip(text) + [0], "zeros"),
            (try Encoding.gzip(text) + text, "no gzip frame"),
            (try Encoding.gzip(text) + [0x1f, 0x8c], "no gzip frame"),
            (try Encoding.zstd(text) + zeros, "zeros"), (try Encoding.zstd(text) + [10], "no zstd frame"),
            (try Encoding.zstd(text) + text, "no zstd frame"),
            (try Encoding.zstd(text) + Encoding.gzip(text), "no zstd frame"),
            (try Encoding.gzip(text) + Encoding.zstd(text), "no gzip frame"),
        ] {
            let read = try read(file)
            #expect(read.wholeLines == whole)
            #expect(read.damage?.contains(words) == true)
        }
    }

    @Test func aWindowOver128MiBIsDamage() throws {
        let text = HostileFileTests.text(lines: 5)
        #expect(try read(Encoding.zstd(text, windowLog: 27)).lines == plainlySplit(text).lines)
        let read = try read(Encoding.zstd(text) + Encoding.zstd(text, windowLog: 28))
        #expect(read.wholeLines == plainlySplit(text).lines)
        #expect(read.damage?.contains("window over 128 MiB") == true)
    }

    @Test func aDictionaryThatIsNotThereIsDamage() throws {
        let file = try Encoding.zstd(Array("{\"id\":1}\n".utf8), dictionary: Encoding.dictionary())
        let read = try read(file)
        #expect(read.wholeLines == [])
        #expect(read.damage?.contains("dictionary") == true)
        #expect(read.end == FilePosition(line: 1, byteOffset: 0))
    }

    @Test func aReservedGzipFlagOrMethodIsDamage() throws {
        for (place, value): (Int, UInt8) in [(2, 7), (3, 0xe0)] {
            var file = try Encoding.gzip([0x61, 10])
            file[place] = value
            let read = try read(file)
            #expect(read.wholeLines == [])
            #expect(read.damage?.contains("corrupt") == true)
        }
    }

    /// A gigabyte in one line, and lines without content or without LF.
    @Test(arguments: [(0x78, 1024), (0, 1024), (0x20, 20), (0x0a, 8)] as [(UInt8, Int)])
    func aBombStreamsThrough(byte: UInt8, mebibytes: Int) throws {
        let before = peakMemory()
        let size = Int64(mebibytes) << 20
        let writer = try CompressedWriter(path: folder.path("bomb.zst"), level: 1)
        let block = [UInt8](repeating: byte, count: 1 << 20)
        for _ in 0..<mebibytes { try block.withUnsafeBytes { try writer.write($0) } }
        try writer.finish()
        let reader = LineReader(try Decompression.stream(path: folder.path("bomb.zst")), source: testSource)
        var lengths: [Int64] = []
        var end = FilePosition()
        while let chunk = try reader.next() {
            #expect(chunk.buffer.count <= LineReader.defaultChunkSize)
            #expect(chunk.lines.allSatisfy { $0.span.length == 64 << 10 })
            for case .tooLong(let length, _) in chunk.notes { lengths.append(length) }
            end = FilePosition(chunk.end)
        }
        #expect(lengths == (mebibytes == 1024 ? [size] : []))
        #expect(end == FilePosition(line: byte == 10 ? size : 1, byteOffset: size))
        // In kilobytes. Other tests run at the same time, but none of them needs so much.
        #expect(peakMemory() - before < 700 << 10)
    }

    private func peakMemory() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(0), &usage)
        return usage.ru_maxrss
    }

    @Test func filesAreToldByContent() throws {
        #expect(try read([0x28]).lines == [ReadLine(1, 0, "(")], "one byte is too few to tell")
        #expect(try read([0x28, 0x29, 10]).lines == [ReadLine(1, 0, "()")])
        #expect(try read([0x28, 0xb5]).damage?.contains("cut off at compressed byte 2") == true)
        #expect(try read([0x1f]).damage == nil)
        #expect(try read([0x1f, 0x8b]).damage?.contains("gzip") == true)
        #expect(try read([]).lines == [])
    }

    @Test func aFolderIsNoFile() throws {
        let error = #expect(throws: FileError.self) { try Decompression.stream(path: folder.path) }
        #expect(error == FileError(.read, folder.path, .isFolder))
    }
}
