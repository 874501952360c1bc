import Domain
import Hashing
import Testing

@testable import Files

/// Lines over the limit, which is 100 bytes in these tests.
@Suite struct LongLineTests {
    static let limits = LineReader.Limits(longest: 100, kept: 10)
    static let bom: [UInt8] = [0xef, 0xbb, 0xbf]

    static func sha256(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { Digest.sha256($0).hexadecimal } }

    static func content(_ count: Int) -> [UInt8] { (0..<count).map { 0x41 + UInt8($0 % 26) } }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var before: [UInt8] = []
        var content: [UInt8]
        var after: [UInt8] = []
        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "just short enough", content: content(100)),
        Case(name: "short enough with mark and CR", before: bom, content: content(100), after: [13]),
        Case(name: "one too long", content: content(101)),
        Case(name: "one too long, CR", content: content(101), after: [13]),
        Case(name: "mark, CR", before: bom, content: content(101), after: [13]),
        Case(name: "CR that is content at the limit", content: content(100) + [13], after: [13]),
        Case(name: "much too long", content: content(1000)),
        Case(name: "full of CR", content: content(150) + Array(repeating: 13, count: 50) + [0x41], after: [13]),
        Case(name: "blank at first", content: Array(repeating: 32, count: 500) + [0x41]),
        Case(name: "mark, blank at first", before: bom, content: Array(repeating: 13, count: 500) + [0x41]),
    ]

    private func read(_ bytes: [UInt8], chunkSize: Int, pieceSize: Int, damage: Damage? = nil) throws -> ReadLines {
        let stream = MemoryStream(bytes, pieceSize: pieceSize, damage: damage)
        return try ReadLines(LineReader(stream, source: testSource, chunkSize: chunkSize, limits: LongLineTests.limits))
    }

    @Test(arguments: cases, [[UInt8]([10]), []])
    func areMeasuredAndPassed(_ test: Case, end: [UInt8]) throws {
        let prefix = Array("{}\n".utf8)
        let bytes = prefix + test.before + test.content + test.after + end + (end.isEmpty ? [] : [0x78, 10])
        let isTooLong = test.content.count > 100
        let note = LineNote.tooLong(length: Int64(test.content.count), sha256: LongLineTests.sha256(test.content))
        var expected = [ReadLine(1, 0, "{}")]
        let kept = isTooLong ? Array(test.content.prefix(10)) : test.content
        expected.append(ReadLine(2, Int64(3 + test.before.count), kept, isTooLong ? note : nil))
        if !end.isEmpty { expected.append(ReadLine(3, Int64(bytes.count - 2), "x")) }
        for chunkSize in 1...130 {
            for pieceSize in [1, 2, 3, 64, 10_000] {
                let read = try read(bytes, chunkSize: chunkSize, pieceSize: pieceSize)
                try #require(read.lines == expected, "chunks of \(chunkSize), pieces of \(pieceSize)")
                try #require(read.end == FilePosition(line: end.isEmpty ? 2 : 3, byteOffset: Int64(bytes.count)))
                try #require(read.longestBuffer <= 300, "the line is not kept in memory")
            }
        }
    }

    @Test(arguments: [[], bom])
    func ofBlanksAloneAreBlank(before: [UInt8]) throws {
        let blanks = before + (0..<700).map { [32, 9, 13][$0 % 3] }
        for end: [UInt8] in [[], [10], [10, 0x78]] {
            for chunkSize in [1, 7, 90, 110, 5000] {
                let read = try read(blanks + end, chunkSize: chunkSize, pieceSize: 13)
                let last = [ReadLine(2, Int64(blanks.count + 1), "x")]
                try #require(read.lines == (end.count == 2 ? last : []))
                try #require(read.end.line == (end.count == 2 ? 2 : 1))
            }
        }
    }

    @Test(arguments: [content(100), content(101), content(1000) + [13], bom + content(98), bom + content(1000) + [13]])
    func beforeDamageAreLeftOver(rest: [UInt8]) throws {
        for chunkSize in [1, 7, 60, 110, 5000] {
            let read = try read([10] + rest, chunkSize: chunkSize, pieceSize: 13, damage: LineReaderTests.damage)
            let line = try #require(read.lines.first)
            try #require(read.lines.count == 1)
            try #require(line.number == 2 && line.offset == 1)
            let isLong = rest.count > 100
            try #require(line.content == (isLong ? Array(rest.prefix(10)) : rest))
            try #require(read.damage?.contains(LongLineTests.sha256(rest)) == isLong)
            try #require(read.damage?.contains("\(rest.count) bytes") == isLong)
            try #require(read.end == FilePosition(line: 2, byteOffset: Int64(rest.count + 1)))
        }
    }

    @Test func goOnFromTheEndOfEachChunk() throws {
        let bytes: [UInt8] = LongLineTests.cases.flatMap { $0.before + $0.content + $0.after + [10, 0x78, 10] }
        let whole = try read(bytes, chunkSize: 40, pieceSize: 7)
        #expect(whole.lines.count == 20)
        for (position, count) in whole.chunkEnds {
            let reader = LineReader(
                MemoryStream(bytes),
                source: testSource,
                start: position,
                chunkSize: 17,
                limits: LongLineTests.limits
            )
            let rest = try ReadLines(reader)
            try #require(rest.lines == Array(whole.lines[count...]))
        }
    }
}
