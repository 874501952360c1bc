import Domain
import Testing

@testable import Files

@Suite struct LineReaderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var input: [UInt8]
        var lines: [ReadLine]
        var count: Int64

        init(_ name: String, _ input: String, _ lines: [ReadLine], count: Int64) {
            self.init(name, Array(input.utf8), lines, count: count)
        }

        init(_ name: String, _ input: [UInt8], _ lines: [ReadLine], count: Int64) {
            self.name = name
            self.input = input
            self.lines = lines
            self.count = count
        }

        var testDescription: String { name }
    }

    static let bom = "\u{FEFF}"

    static let cases = [
        Case("nothing", "", [], count: 0),
        Case("one line", "{}\n", [ReadLine(1, 0, "{}")], count: 1),
        Case("no LF at the end", "{}\n[]", [ReadLine(1, 0, "{}"), ReadLine(2, 3, "[]")], count: 2),
        Case("CR at the end", "a\r\nb\r\n", [ReadLine(1, 0, "a"), ReadLine(2, 3, "b")], count: 2),
        Case("CR before the end of the file", "a\r", [ReadLine(1, 0, "a")], count: 1),
        Case("only one CR is no content", "a\r\r\n", [ReadLine(1, 0, "a\r")], count: 1),
        Case("CR within", "a\rb\n", [ReadLine(1, 0, "a\rb")], count: 1),
        Case("only LF", "\n\n\n", [], count: 3),
        Case("only CR", "\r", [], count: 1),
        Case("blank lines count", "\n \t\r\n\r\r\nx\n", [ReadLine(4, 8, "x")], count: 4),
        Case("blank without an LF", "x\n \t", [ReadLine(1, 0, "x")], count: 2),
        Case(
            "other white space is not blank",
            "\u{0b}\n\u{a0}\n",
            [ReadLine(1, 0, "\u{0b}"), ReadLine(2, 2, "\u{a0}")],
            count: 2
        ),
        Case("spaces around are content", " x \r\n", [ReadLine(1, 0, " x ")], count: 1),
        Case("spaces before a CR", "x \r\n", [ReadLine(1, 0, "x ")], count: 1),
        Case("byte order mark", "\(bom)x\n", [ReadLine(1, 3, "x")], count: 1),
        Case("byte order mark at a later line", "x\n\(bom)y", [ReadLine(1, 0, "x"), ReadLine(2, 5, "y")], count: 2),
        Case("byte order mark and blanks", "\(bom)\n\(bom)\r\n\(bom) \n\(bom)", [], count: 4),
        Case("two byte order marks", "\(bom)\(bom)\n", [ReadLine(1, 3, bom)], count: 1),
        Case("byte order mark within", "x\(bom)\n", [ReadLine(1, 0, "x\(bom)")], count: 1),
        Case(
            "a piece of a byte order mark",
            [0xef, 0xbb, 10, 0xef],
            [ReadLine(1, 0, [0xef, 0xbb]), ReadLine(2, 3, [0xef])],
            count: 2
        ),
        Case("blank before a byte order mark", " \(bom)\n", [ReadLine(1, 0, " \(bom)")], count: 1),
        Case("NUL", [0, 10, 0x61, 0, 10], [ReadLine(1, 0, [0]), ReadLine(2, 2, [0x61, 0])], count: 2),
        Case("bytes that are no UTF-8", [0xff, 0xfe, 10], [ReadLine(1, 0, [0xff, 0xfe])], count: 1),
    ]

    @Test(arguments: cases)
    func cutsLines(_ test: Case) throws {
        let end = FilePosition(line: test.count, byteOffset: Int64(test.input.count))
        for chunkSize in 1...test.input.count + 2 {
            for pieceSize in 1...test.input.count + 2 {
                let stream = MemoryStream(test.input, pieceSize: pieceSize)
                let read = try ReadLines(LineReader(stream, source: testSource, chunkSize: chunkSize))
                try #require(read.lines == test.lines, "chunks of \(chunkSize), pieces of \(pieceSize)")
                try #require(read.end == end)
            }
        }
        let plain = plainlySplit(test.input)
        #expect(plain.lines == test.lines, "the simple implementation agrees")
        #expect(plain.end == end)
    }

    /// Random bytes from a fixed seed, chosen among those that matter for lines.
    static func randomBytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed
        let parts: [[UInt8]] = [
            [10], [10], [13], [32], [9], [0xef, 0xbb, 0xbf], [0xef], [0xbb], [0x61, 0x62, 0x63], [0],
        ]
        var bytes: [UInt8] = []
        while bytes.count < count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes += parts[Int(state >> 33) % parts.count]
        }
        return bytes
    }

    @Test(arguments: 1...40)
    func agreesWithThePlainWay(seed: Int) throws {
        let bytes = LineReaderTests.randomBytes(120, seed: UInt64(seed))
        let (lines, end) = plainlySplit(bytes)
        for chunkSize in [1, 2, 3, 5, 8, 13, 50, 200] {
            let stream = MemoryStream(bytes, pieceSize: 1 + seed % 7)
            let read = try ReadLines(LineReader(stream, source: testSource, chunkSize: chunkSize))
            try #require(read.lines == lines)
            try #require(read.end == end)
        }
    }

    @Test(arguments: [1, 2, 7, 64])
    func goesOnFromTheEndOfEachChunk(chunkSize: Int) throws {
        for seed in 50..<60 {
            let bytes = LineReaderTests.randomBytes(200, seed: UInt64(seed))
            let whole = try ReadLines(LineReader(MemoryStream(bytes), source: testSource, chunkSize: chunkSize))
            for (position, count) in whole.chunkEnds {
                let reader = LineReader(MemoryStream(bytes), source: testSource, start: position, chunkSize: 11)
                let rest = try ReadLines(reader)
                try #require(rest.lines == Array(whole.lines[count...]))
                try #require(rest.end == whole.end)
                let isAfterLineFeed = position.byteOffset == 0 || bytes[Int(position.byteOffset) - 1] == 10
                try #require(isAfterLineFeed || position == whole.end)
            }
        }
    }

    @Test func aStreamThatEndsBeforeTheStartIsAnError() throws {
        let start = FilePosition(line: 1, byteOffset: 4)
        let reader = LineReader(MemoryStream([0x61, 10, 10]), source: testSource, start: start)
        let error = #expect(throws: FileError.self) { try reader.next() }
        #expect(error == FileError(.read, "test.ndjson", .endsBeforeCheckpoint(4)))
    }

    static let damage = Damage(.cutOff, .zstd, frameOffset: 0, offset: 99)

    @Test(arguments: [
        ("", 1, 0, ""), ("a\n", 2, 2, ""), ("a\nb", 2, 2, "b"), ("a\n\n \u{FEFF}b\r", 3, 3, " \u{FEFF}b\r"),
        ("a\n \t", 2, 2, " \t"),
    ])
    func damageIsOneMoreLine(_ input: String, number: Int64, offset: Int64, rest: String) throws {
        let bytes = Array(input.utf8)
        for chunkSize in 1...bytes.count + 1 {
            let stream = MemoryStream(bytes, pieceSize: 1, damage: LineReaderTests.damage)
            let read = try ReadLines(LineReader(stream, source: testSource, chunkSize: chunkSize))
            try #require(read.wholeLines == (number > 1 ? [ReadLine(1, 0, "a")] : []))
            let note = LineNote.damage(LineReaderTests.damage.words)
            try #require(read.lines.last == ReadLine(number, offset, Array(rest.utf8), note))
            try #require(read.end == FilePosition(line: number, byteOffset: Int64(bytes.count)))
        }
    }
}
