import Domain
import Testing

@testable import Files

/// A file that is not NDJSON counts as one rejected line, and its lines are not read.
@Suite struct UnsupportedFileTests {
    private func read(_ bytes: [UInt8], pieceSize: Int = .max, damage: Damage? = nil) throws -> ReadLines {
        let stream = MemoryStream(bytes, pieceSize: pieceSize, damage: damage)
        return try ReadLines(
            LineReader(stream, source: testSource, chunkSize: 100, kindCheck: UnsupportedKindCheck()))
    }

    private static let filler = [UInt8](repeating: 0x78, count: 100_000)

    /// The bytes, their kind, where the content of line 1 begins, and the bytes that are kept of it.
    private static let files: [([UInt8], UnsupportedKind, Int64, [UInt8])] = [
        (Array("[\r\n1,\n2]\n".utf8), .jsonArray, 0, [0x5b]),
        (Array("\u{feff}[1]".utf8), .jsonArray, 3, Array("[1]".utf8)),
        (Array(" \r\n[1]\n".utf8), .jsonArray, 0, [0x20]), (Array("\n\n{\n".utf8), .indentedJSON, 0, []),
        (Array("[\r".utf8), .jsonArray, 0, [0x5b]),
        (Array("a,b\r\n1,2\r\n".utf8), .csv(separator: 0x2c), 0, Array("a,b".utf8)),
        ([0x50, 0x4b, 3, 4, 13, 10, 1], .zip, 0, [0x50, 0x4b, 3, 4]), ([0xff, 0xfe], .utf16, 0, [0xff, 0xfe]),
        (Array("[".utf8) + filler, .jsonArray, 0, Array("[".utf8) + filler[..<65_535]),
        (Array("PAR1".utf8) + filler, .parquet, 0, Array("PAR1".utf8) + filler[..<65_532]),
        (
            Array("[".utf8) + filler[..<65_534] + [13, 13, 10], .jsonArray, 0,
            Array("[".utf8) + filler[..<65_534] + [13]
        ),
    ]

    /// The whole file is read and hashed in large pieces.
    @Test func theRestIsReadInLargePieces() throws {
        let bytes = Array("[".utf8) + [UInt8](repeating: 0x78, count: 3 << 20)
        let folder = try TemporaryFolder()
        let file = try OpenFile(reading: folder.write("x.json", bytes))
        let reading = try FileReading(
            FileLookup(file, size: Int64(bytes.count)), from: nil, testSource, snapshotDay: 0,
            SourceIdentity(port: .events, key: "", snapshotDay: nil), isWholeLine: nil,
            chunkSize: ChunkSize(bytes: 64 << 10))
        var last: LineChunk?
        while let chunk = try reading.next() { last = chunk }
        let hash = SourceHash()
        bytes.withUnsafeBytes { hash.update($0) }
        #expect(last?.mark?.identity.key == hash.key.text && last?.mark?.bytes == Int64(bytes.count))
        #expect(file.readsAtOffset < 20)
    }

    @Test(arguments: [1, 7, 4096, Int.max])
    func itIsOneLine(pieceSize: Int) throws {
        for (bytes, kind, offset, raw) in Self.files where bytes.count < 1000 || pieceSize > 1 {
            let lines = try read(bytes, pieceSize: pieceSize)
            #expect(lines.lines == [ReadLine(1, offset, raw, .unsupported(kind.message()))], "\(kind) \(pieceSize)")
            // The end is the start of the file, so that the file is checked again when it has grown.
            #expect(lines.end == FilePosition())
        }
    }

    /// An NDJSON file is read as it would be without the check, whatever the size of the pieces.
    @Test(arguments: [1, 3, 1000, Int.max])
    func linesAreReadAsTheyAre(pieceSize: Int) throws {
        let texts = [
            "", "\n", "x", "{", "{\"a\":1}", "[\n{\"a\":1}\n", "a,b\n1,2\n{\"a\":1}\n", "\u{feff}{}\r\n\r\n{}\n,\n",
            "a,b\n1",
        ]
        for text in texts.map({ Array($0.utf8) }) + [HostileFileTests.text(lines: 500)] {
            if text == [0x7b] { continue }
            let lines = try read(text, pieceSize: pieceSize)
            let plain = plainlySplit(text)
            #expect(lines.lines == plain.lines && lines.end == plain.end, "\(String(decoding: text, as: UTF8.self))")
        }
    }

    @Test func damageIsToldAfterwards() throws {
        let damage = Damage(.cutOff, .zstd, frameOffset: 0, offset: 5)
        let lines = try read(Array("{\"a\":1}\n{\"a".utf8), damage: damage)
        #expect(lines.wholeLines == [ReadLine(1, 0, "{\"a\":1}")])
        #expect(lines.damage == damage.words)
    }

    @Test func compressedFilesAreLookedInto() throws {
        let folder = try TemporaryFolder()
        let zip: [UInt8] = [0x50, 0x4b, 3, 4] + Self.filler
        let lines = Array("{\"a\":1}\n".utf8)
        let sources = [
            try folder.write("a.zst", Encoding.zstd(zip)), try folder.write("b", lines),
            try folder.write("c.gz", Encoding.gzip(Array("[\n1\n]\n".utf8))),
        ].enumerated().map { number, path in
            let source = Source(name: path, port: .movies, number: number)
            return PlannedFile(location: .file(path), source: source)
        }
        let files = FileSource(sources)
        var notes: [LineNote?] = []
        while let chunk = try files.next() {
            #expect(chunk.isLast && chunk.lines.count == 1)
            #expect(chunk.isUnsupported == !chunk.notes.isEmpty)
            notes.append(chunk.notes.first)
        }
        #expect(
            notes == [
                .unsupported(UnsupportedKind.zip.message(decompression: "zstd -dc")), nil,
                .unsupported(UnsupportedKind.jsonArray.message(decompression: "gzip -dc")),
            ])
    }

    /// A file that is continued from a checkpoint is not checked again.
    @Test func aReadThatGoesOnIsNotJudged() throws {
        let bytes = Array("{\"a\":1}\n[\n".utf8)
        let reader = LineReader(
            MemoryStream(bytes), source: testSource, start: FilePosition(line: 1, byteOffset: 8),
            kindCheck: UnsupportedKindCheck())
        #expect(try ReadLines(reader).lines == [ReadLine(2, 8, "[")])
    }
}
