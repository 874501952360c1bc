import Testing

@testable import Domain

/// What a file is by its first bytes (contract §2.1, other kinds).
@Suite struct UnsupportedKindTests {
    private typealias Verdict = UnsupportedKind.Verdict

    private static func verdict(
        _ bytes: [UInt8], isAtEnd: Bool = true, leavesUnfinished: Bool = false
    ) throws -> UnsupportedKind.Verdict {
        let buffer = ByteBuffer()
        bytes.withUnsafeBytes { _ = buffer.append($0) }
        return try UnsupportedKindCheck(leavesUnfinished: leavesUnfinished).verdict(of: buffer, isAtEnd: isAtEnd)
    }

    private static let comma = UnsupportedKind.csv(separator: UInt8(ascii: ","))
    private static let semicolon = UnsupportedKind.csv(separator: UInt8(ascii: ";"))
    private static let tab = UnsupportedKind.csv(separator: UInt8(ascii: "\t"))
    private static let object = #"{"id":1}"#

    /// Texts and what they are; nil for lines.
    private static let texts: [(String, UnsupportedKind?)] = [
        ("", nil), ("\n\r\n \t\n", nil), ("\u{feff}", nil),
        ("[\n\(object),\n\(object),\n]\n", .jsonArray), ("[\(object),\(object)]", .jsonArray), ("[]", .jsonArray),
        ("[\n", .jsonArray), ("\n \r\n[\n1\n]\n", .jsonArray), ("\u{feff}[1]\r\n", .jsonArray), ("  [1]\n", .jsonArray),
        ("[1,2\n3;4\n", .jsonArray),
        // A line that is an object makes it NDJSON.
        ("[\n\(object),\n\(object)\n]\n", nil), ("[]\n\(object)\n", nil), ("[]\n\(object)", nil),
        ("[\r\n\u{feff} \(object) \r\n", nil), ("[]\n{\"id\":1\n", .jsonArray),
        ("[]\n{\"a\":\"\\ud800\"}\n", .jsonArray),
        ("{\n  \"id\": 1\n}\n", .indentedJSON), ("{\r\n\"id\":1}\r\n", .indentedJSON), (" { \n}", .indentedJSON),
        ("\n\n{\n", .indentedJSON), ("{", .indentedJSON), ("{\n\"id\":1,\n\"a\":{}\n}\n", .indentedJSON),
        ("{\n\(object)\n", nil), ("{\n\n\n\(object)", nil), ("{\"id\":1,\n\"a\":2}\n", nil), ("{ }\n", nil),
        ("{}", nil),
        ("{\"id\":1", nil), ("{\"a\":1,\"b\":2\n{\"a\":1,\"b\":2\n", nil),
        ("a,b\n1,2\n", comma), ("a,b\r\n1,2\r\n", comma), ("a;b\n1;2", semicolon), ("a\tb\n1\t2\n", tab),
        ("\u{feff}a,b\n\n \n1,2\n", comma), ("a,b;c,d;e\n1,2,3;4;5\n", comma), ("a,b;c;d\n1;2;3\n", semicolon),
        ("\"a\",\"b\"\n\"1\",\"2\"\n", comma), ("Hello, world\nfoo, bar\n", comma), ("a,b\n{,}\n", comma),
        ("a,b\n1,2,3\n", nil), ("a,b\n\"x, y\",2\n", nil), ("a,b\n", nil), ("a,b", nil), ("a,b\n\n", nil),
        ("a\n1\n", nil), ("a,{b\n1,2\n", nil), ("a,b\n1,2\n\(object)\n", nil), ("a,b\n\(object)\n", nil),
        ("null\n", nil), ("\"text\"\n1,2\n", nil), ("x\n", nil), ("a,b\n1;2\n", nil),
    ]

    private static let marks: [([UInt8], UnsupportedKind?)] = [
        ([0x50, 0x4b, 3, 4, 20], .zip), ([0x50, 0x4b, 5, 6], .zip), ([0x50, 0x4b, 7, 8], .zip),
        (Array("PK\n".utf8), nil), ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0], .xz), (Array("BZh91AY&SY".utf8), .bzip2),
        (Array("BZh0\n".utf8), nil), (Array("PAR1".utf8), .parquet), (Array("SQLite format 3\0\u{10}".utf8), .sqlite),
        (Array("SQLite format 3\n".utf8), nil), ([0xff, 0xfe, 0x7b, 0], .utf16), ([0xfe, 0xff, 0, 0x7b], .utf16),
        ([0xff, 0xfe], .utf16), ([0xff, 0xfe, 0, 0], .utf32), ([0xff], nil), (tar("ustar\0"), .tar),
        (tar("ustar  \0"), .tar), (tar("ustar "), nil),
        // The word where the mark would be, in a line of JSON.
        (Array((#"{"title":"\#(String(repeating: "x", count: 247))ustar"}"# + "\n").utf8), nil),
    ]

    /// The header of a file in a tar archive.
    private static func tar(_ mark: String, name: String = "events.ndjson") -> [UInt8] {
        let name = Array(name.utf8)
        return name + [UInt8](repeating: 0, count: 257 - name.count) + Array(mark.utf8)
            + [UInt8](repeating: 0, count: 512 - 257 - mark.utf8.count)
    }

    private static var all: [(bytes: [UInt8], kind: UnsupportedKind?)] {
        texts.map { (Array($0.0.utf8), $0.1) } + marks.map { ($0.0, $0.1) }
    }

    private func words(_ kind: UnsupportedKind?) -> Verdict { kind.map { .other($0) } ?? .lines }

    @Test func itIsToldByItsFirstBytes() throws {
        for (bytes, kind) in Self.all {
            #expect(try Self.verdict(bytes) == words(kind), "\(String(decoding: bytes.prefix(80), as: UTF8.self))")
        }
    }

    /// Bytes may come one by one: what is said of the first is not taken back, nor is anything said too early.
    @Test func whatIsSaidEarlyStays() throws {
        for (bytes, kind) in Self.all {
            for count in 0...bytes.count {
                let early = try Self.verdict(Array(bytes[..<count]), isAtEnd: false)
                let text = String(decoding: bytes.prefix(count), as: UTF8.self)
                #expect(early == .undecided || early == words(kind), "\(text)")
            }
        }
    }

    @Test func anOrdinaryFirstLineIsEnough() throws {
        let line = Array(#"{"event_type":"view"}"#.utf8)
        #expect(try Self.verdict(line, isAtEnd: false) == .undecided)
        #expect(try Self.verdict(line + [10], isAtEnd: false) == .lines)
        #expect(try Self.verdict([10, 13, 10] + line + [10], isAtEnd: false) == .lines)
    }

    @Test func anUnfinishedLineIsNoneYet() throws {
        #expect(try Self.verdict([0x7b], leavesUnfinished: true) == .lines)
        #expect(try Self.verdict([0x7b, 10], leavesUnfinished: true) == .other(.indentedJSON))
        #expect(try Self.verdict(Array("[1]".utf8), leavesUnfinished: true) == .other(.jsonArray))
    }

    /// Only lines that begin within the first 64 KiB are searched for an object, wherever they end.
    @Test func onlyTheFirstLinesAreSearched() throws {
        func file(objectAt place: Int, _ object: String) -> [UInt8] {
            Array("[\n".utf8) + [UInt8](repeating: 0x78, count: place - 3) + Array("\n\(object)\n".utf8)
        }
        let long = #"{"a":"\#(String(repeating: "y", count: 100_000))"}"#
        #expect(try Self.verdict(file(objectAt: 65_535, Self.object)) == .lines)
        #expect(try Self.verdict(file(objectAt: 65_536, Self.object)) == .other(.jsonArray))
        #expect(try Self.verdict(file(objectAt: 65_535, long)) == .lines)
        #expect(try Self.verdict(file(objectAt: 65_535, String(long.dropLast()))) == .other(.jsonArray))
        let cut = file(objectAt: 65_535, long).dropLast(10)
        #expect(try Self.verdict(Array(cut), isAtEnd: false) == .undecided)
        let array = Array("[".utf8) + [UInt8](repeating: 0x31, count: 70_000)
        #expect(try Self.verdict(array, isAtEnd: false) == .other(.jsonArray))
    }

    @Test func aLongFirstLineMayBeCSV() throws {
        let name = String(repeating: "n", count: 70_000)
        #expect(try Self.verdict(Array("\(name),b\n1,2\n".utf8)) == .other(Self.comma))
        #expect(try Self.verdict(Array("\(name),b\n1,2,3\n".utf8)) == .lines)
        // Longer than any line that is looked at.
        let endless = [UInt8](repeating: 0x2c, count: maximumLineLength + 100)
        #expect(try Self.verdict(endless, isAtEnd: false) == .lines)
        #expect(try Self.verdict([UInt8](repeating: 0, count: 1 << 20), isAtEnd: false) == .undecided)
    }

    @Test func theMessageSaysWhatToDo() throws {
        for (_, kind) in Self.all {
            guard let kind else { continue }
            let message = kind.message()
            #expect(message.contains(kind.words) && message.contains("FILE") && message.contains("NEW.ndjson"))
            let compressed = kind.conversion(decompression: "zstd -dc")
            #expect(compressed.hasPrefix("zstd -dc FILE "), "\(compressed)")
        }
        #expect(
            UnsupportedKind.jsonArray.message() == "The file looks like a JSON array; expected one JSON object a line. "
                + "Convert it and load NEW.ndjson: jq -c '.[]' FILE > NEW.ndjson")
        #expect(UnsupportedKind.tar.conversion(decompression: "gzip -dc") == "gzip -dc FILE | tar -xOf - > NEW.ndjson")
    }
}
