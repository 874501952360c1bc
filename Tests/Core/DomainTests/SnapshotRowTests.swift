import JSON
import TableTesting
import Testing

@testable import Domain

/// The spellings of values in snapshots, and reading them back.
@Suite struct SnapshotRowTests {
    private static let table = Table(
        "sample", .behaviour, "", key: ["number", "word"],
        columns: [
            .required("number", .integer, ""), .required("word", .text, ""), .optional("real", .real, ""),
            .optional("flag", .boolean, ""), .optional("day", .date, ""), .optional("time", .timestamp, ""),
            .optional("identity", .uuid, ""), .optional("bytes", .blob, ""), .optional("text", .text, ""),
        ])
    private static let csv = SnapshotForm(.csv)
    private static let ndjson = SnapshotForm(.ndjson)

    private static func rows(_ rows: [[RowValue]]) -> RowSet {
        let set = RowSet(table)
        for row in rows { set.append(row) }
        return set
    }

    private static func text(_ set: RowSet, _ form: SnapshotForm) -> [String] {
        let writer = SnapshotRowWriter(table, form)
        return (0..<set.count).map { place in
            writer.buffer.truncate(to: 0)
            writer.write(set[place], of: set)
            return String(decoding: writer.buffer.bytes, as: UTF8.self)
        }
    }

    private static func row(_ real: RowValue = .null, text: RowValue = .null) -> [RowValue] {
        [.integer(1), .text("a"), real, .null, .null, .null, .null, .null, text]
    }

    @Test func aRowIsSpelledInOneWay() {
        let set = Self.rows([
            [
                .integer(-42), .text("x"), .real(8.5), .boolean(true), .date(20_777), .timestamp(1_795_197_802_517),
                .uuid(high: 0x0B54_F0C6_0D1C_4D3B, low: 0x9A57_1F6B_1A3C_9E11), .blob([0, 0xAF]), .text("a,b"),
            ],
            Self.row(),
        ])
        #expect(
            Self.text(set, Self.csv) == [
                "-42,x,8.5,true,2026-11-20,2026-11-20T18:03:22.517Z,0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11,00af,\"a,b\"\n",
                "1,a,,,,,,,\n",
            ])
        #expect(
            Self.text(set, Self.ndjson) == [
                "{\"number\":-42,\"word\":\"x\",\"real\":8.5,\"flag\":true,\"day\":\"2026-11-20\","
                    + "\"time\":\"2026-11-20T18:03:22.517Z\",\"identity\":\"0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11\","
                    + "\"bytes\":\"00af\",\"text\":\"a,b\"}\n",
                "{\"number\":1,\"word\":\"a\",\"real\":null,\"flag\":null,\"day\":null,\"time\":null,\"identity\":null,"
                    + "\"bytes\":null,\"text\":null}\n",
            ])
    }

    @Test(
        arguments: [
            (0.0, "0"), (-0.0, "0"), (1, "1"), (-7, "-7"), (0.5, "0.5"), (8.05, "8.05"), (0.001, "0.001"),
            (-0.125, "-0.125"),
            (123_456_789.125, "123456789.125"), (0.1 + 0.2, "0.30000000000000004"), (1e-7, "1e-7"), (1e21, "1e+21"),
            (1e15, "1000000000000000"), (9_007_199_254_740_992, "9007199254740992"), (0.0005, "0.0005"),
            (.leastNonzeroMagnitude, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
        ] as [(Double, String)])
    func aDoubleHasTheFewestDigits(_ value: Double, _ expected: String) {
        #expect(Self.text(Self.rows([Self.row(.real(value))]), Self.csv) == ["1,a,\(expected),,,,,,\n"])
    }

    @Test func doublesAreSpelledAsJSONSpellsThem() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let value: Double =
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: Double(Int.random(in: -1_000_000...1_000_000, using: &generator)) / 1000
                case 1: Double.random(in: -1e18...1e18, using: &generator)
                default: Double(bitPattern: UInt64.random(in: 0..<0x7FF0_0000_0000_0000, using: &generator))
                }
            let buffer = ByteBuffer()
            buffer.append(shortest: value)
            #expect(String(decoding: buffer.bytes, as: UTF8.self) == JSONText.double(value).compact)
        }
    }

    @Test(arguments: [
        ("", "\"\""), ("a", "a"), ("a b", "a b"), (" a", "\" a\""), ("a ", "\"a \""), ("a\"b", "\"a\"\"b\""),
        ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""), ("é🎬", "é🎬"), ("NULL", "NULL"), (",", "\",\""), ("=1+1", "=1+1"),
    ])
    func aTextIsQuotedWhereItHasToBe(_ text: String, _ expected: String) {
        #expect(Self.text(Self.rows([Self.row(text: .text(text))]), Self.csv) == ["1,a,,,,,,,\(expected)\n"])
    }

    @Test(arguments: [
        ("=1+1", "\"'=1+1\""), ("+1", "\"'+1\""), ("-1", "\"'-1\""), ("@x", "\"'@x\""), ("\tx", "\"'\tx\""),
        ("\rx", "\"'\rx\""), ("\nx", "\"'\nx\""), ("\r\n=1", "\"'\r\n=1\""), ("a\n=1", "\"a\n=1\""),
        ("'=1", "\"''=1\""), ("'Twas", "'Twas"), ("a=1", "a=1"), ("", "\"\""), ("'", "'"),
        ("\u{FF1D}1", "\"'\u{FF1D}1\""), ("\u{FF0B}1", "\"'\u{FF0B}1\""), ("\u{FF0D}1", "\"'\u{FF0D}1\""),
        ("\u{FF20}x", "\"'\u{FF20}x\""), ("'\u{FF20}x", "\"''\u{FF20}x\""), ("\u{FF11}", "\u{FF11}"),
        ("\u{FF1E}1", "\u{FF1E}1"), ("a\u{FF1D}1", "a\u{FF1D}1"),
    ])
    func formulasAreGuarded(_ text: String, _ expected: String) {
        let form = SnapshotForm(.csv, guardsFormulas: true)
        let set = Self.rows([Self.row(text: .text(text))])
        #expect(Self.text(set, form) == ["1,a,,,,,,,\(expected)\n"])
        #expect(Self.readBack(set, form) == Self.text(set, Self.ndjson))
        // Numbers are no formulas.
        #expect(Self.text(Self.rows([Self.row(.real(-1))]), form) == ["1,a,-1,,,,,,\n"])
    }

    /// The rows after they were written and read, as NDJSON.
    private static func readBack(_ set: RowSet, _ form: SnapshotForm) -> [String] {
        let back = RowSet(table)
        let reader = SnapshotRowReader(table, form)
        for line in text(set, form) {
            let isRead = Array(line.utf8).withUnsafeBytes { reader.read($0, into: back) }
            #expect(isRead, "\(line)")
        }
        return text(back, ndjson)
    }

    private static let texts = [
        "", "a", "\"", "\"\"", "a,b", "line\nline", "\r\n", "\u{1}", "\\", "\u{2028}", "🎬", "=x", "'=x", "null", " ",
        "\t",
    ]

    @Test(arguments: [
        SnapshotForm(.csv), SnapshotForm(.ndjson), SnapshotForm(.csv, hasMark: true, guardsFormulas: true),
    ])
    func whatIsWrittenIsReadBack(_ form: SnapshotForm) {
        var generator = SeededGenerator(seed: 11)
        func optional(_ value: RowValue) -> RowValue { Bool.random(using: &generator) ? value : .null }
        let set = Self.rows(
            (0..<2000).map { number in
                [
                    .integer([.min, .max, 0, Int64(number)].randomElement(using: &generator) ?? 0),
                    .text(Self.texts.randomElement(using: &generator) ?? ""),
                    optional(.real(Double.random(in: -10...10, using: &generator))),
                    optional(.boolean(Bool.random(using: &generator))),
                    optional(.date(Int32.random(in: -719_162...2_932_896, using: &generator))),
                    optional(
                        .timestamp(Int64.random(in: -62_135_596_800_000...253_402_300_799_999, using: &generator))),
                    optional(
                        .uuid(
                            high: UInt64.random(in: 0 ... .max, using: &generator),
                            low: UInt64.random(in: 0 ... .max, using: &generator))),
                    optional(.blob((0..<Int.random(in: 0..<5, using: &generator)).map { UInt8($0 * 63) })),
                    optional(.text(Self.texts.randomElement(using: &generator) ?? "")),
                ]
            })
        #expect(Self.readBack(set, form) == Self.text(set, Self.ndjson))
        // Records are found in the whole as they were written.
        let writer = SnapshotRowWriter(Self.table, form)
        writer.writeHeader()
        for place in 0..<set.count { writer.write(set[place], of: set) }
        var (start, found) = (0, [String]())
        let all = writer.buffer.bytes
        while start < all.count {
            var end = SnapshotRecordEnd()
            let rest = UnsafeRawBufferPointer(rebasing: all[start...])
            guard let length = SnapshotRowReader.recordLength(rest, form, &end) else { break }
            found.append(String(decoding: rest[..<length], as: UTF8.self))
            start += length
        }
        #expect(start == all.count)
        #expect(Array(found.dropFirst(form.format == .csv ? 1 : 0)) == Self.text(set, form))
    }

    @Test(arguments: [
        "1,a,,,,,,\n", "1,a,,,,,,,,\n", "x,a,,,,,,,\n", ",a,,,,,,,\n", "1,,,,,,,,\n", "1,a,nan,,,,,,\n",
        "1,a,,yes,,,,,\n",
        "1,a,,,2026-02-30,,,,\n", "1,a,,,,2026-11-20,,,\n", "1,a,,,,,0b54f0c6,,\n", "1,a,,,,,,0,\n", "1,a,,,,,,,\"x\n",
        "1,a,,,,,,,",
    ])
    func otherLinesAreNoRows(_ line: String) {
        let reader = SnapshotRowReader(Self.table, Self.csv)
        let isRead = Array(line.utf8).withUnsafeBytes { reader.read($0, into: RowSet(Self.table)) }
        #expect(!isRead)
    }

    @Test func keysHaveTheOrderOfTheirValues() {
        let numbers: [Int64] = [.min, -1, 0, 1, 255, 256, .max]
        let words = ["", "\u{0}", "a", "a\u{0}", "a\u{0}b", "a\u{1}", "aa", "b", "é", "🎬"]
        let set = Self.rows(
            numbers.flatMap { number in
                words.map {
                    [.integer(number), .text($0), .null, .null, .null, .null, .null, .null, .null] as [RowValue]
                }
            })
        let key = SnapshotKey(Self.table)
        let keys = (0..<set.count).map { place in
            let buffer = ByteBuffer()
            key.append(set[place], of: set, to: buffer)
            return buffer
        }
        for place in 1..<keys.count { #expect(KeyOrder.compare(keys[place - 1].bytes, keys[place].bytes) < 0) }
    }
}
