import JSON
import Testing

@Suite struct JSONTextTests {
    static let report: JSONText = [
        "run_id": 7, "share": 0.5, "outcome": "done \"well\"\n", "ok": true, "next": nil, "rows": ["b": 2, "a": -1],
        "none": [],
        "nothing": [:], "list": [1, [2], "x"],
    ]

    @Test func compact() {
        #expect(
            Self.report.compact
                == #"{"run_id":7,"share":0.5,"outcome":"done \"well\"\n","ok":true,"next":null,"rows":{"b":2,"a":-1},"none":[],"nothing":{},"list":[1,[2],"x"]}"#
        )
    }

    @Test func pretty() {
        let value: JSONText = ["rows": ["b": 2, "a": [1, [:]]], "none": [], "c": "d"]
        let expected = """
            {
              "rows": {
                "b": 2,
                "a": [
                  1,
                  {}
                ]
              },
              "none": [],
              "c": "d"
            }
            """
        #expect(value.pretty == expected)
    }

    @Test(
        arguments: [
            (.double(.nan), "null"), (.double(.infinity), "null"), (.double(-0.0), "0"), (.double(1e21), "1e+21"),
            (.double(3), "3"), (.double(0.1), "0.1"),
            (.real(.nan), "null"), (.real(-.infinity), "null"), (.real(3), "3.0"), (.real(0.1), "0.1"),
            (.real(1e21), "1e+21"),
            (.integer(.min), "-9223372036854775808"), (.integer(.max), "9223372036854775807"),
            (.string("\0\u{1F}é𝄞"), #""\u0000\u001fé𝄞""#),
            (.text([0x61, 0xFF, 0x62]), "\"a\u{FFFD}b\""), (.text([0xED, 0xA0, 0x80]), "\"\u{FFFD}\u{FFFD}\u{FFFD}\""),
            (.text([]), #""""#),
            (.string("a\u{7F}\u{2028}b\u{2029}"), #""a\u007f\u2028b\u2029""#), (.text([0xE2, 0x80]), "\"\u{FFFD}\""),
            (.string("\u{2027}\u{202A}\u{E2}"), "\"\u{2027}\u{202A}\u{E2}\""), (.string("\u{2028}"), #""\u2028""#),
            (.object([("", .null), ("k\"", .boolean(false))]), #"{"":null,"k\"":false}"#), (.array([]), "[]"),
            (.object([]), "{}"),
        ] as [(JSONText, String)]
    )
    func values(value: JSONText, expected: String) { #expect(value.compact == expected) }

    @Test func bothStylesSayTheSame() throws {
        let compact = try parse(Self.report.compact.utf8) { ReferenceJSON($0) }
        let pretty = try parse(Self.report.pretty.utf8) { ReferenceJSON($0) }
        #expect(compact == pretty)
        #expect(compact == ReferenceJSON.parse(Array(Self.report.compact.utf8)))
    }

    /// Any bytes as text and key give valid JSON.
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func isAlwaysValid(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let bytes = (0..<Int(generator.next() % 40)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            let value = JSONText.object([
                (String(decoding: bytes, as: UTF8.self), .text(bytes)),
                ("d", .double(Double(bitPattern: generator.next()))),
            ])
            #expect(fault(value.compact.utf8) == nil)
            #expect(fault(value.pretty.utf8) == nil)
        }
    }

    @Test func linesAreNDJSON() {
        var writer = JSONTextWriter()
        writer.appendLine(["a": 1])
        writer.appendLine(["b": "\n"])
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "{\"a\":1}\n{\"b\":\"\\n\"}\n")
        writer.removeAll()
        writer.append(2)
        #expect(writer.bytes == Array("2".utf8))
    }
}
