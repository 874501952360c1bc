import JSON
import Testing

@Suite struct JSONParserTests {
    static let rich = #"""
         { "id" : 603 ,"title":"The \"Cage\" é€𝄞 \u00e9\uD834\uDD1E\u0000", "n":[1,-2.50e+3, 0 ,1e400, -0.0, []],
        "o":{"a":{},"b":[{"c":null},true , false]},"":"","x\ty":"\\\/\b\f\n\r\t", "last":"" }
        """#.split(separator: "\n").joined()

    @Test(arguments: [
        "{}", " \t\r\n{ \n} \t", #"{"a":1}"#, #"{"a":1e400}"#, #"{"a":-0}"#,
        #"{"a":1234567890123456789012345678901234567890}"#,
        #"{"a":"\u0000"}"#, #"{"\u0000":1}"#, #"{"a":"\uD834\uDD1E"}"#, #"{"a":"\ud834\udd1e"}"#, #"{"a":1,"a":2}"#,
        #"{"a":"\\"}"#, #"{"a":"\\\\\""}"#, #"{"":{}}"#, #"{"a":[[],[[]],{}]}"#,
        "{\"a\":\"\u{7F}\u{80}\u{FFFF}\u{10FFFF}\"}",
        #"{"a":0.0e-00}"#, #"{"a":1E+5}"#, #"{"a":"{}[],:"}"#, rich,
    ])
    func accepts(line: String) {
        for padding in [0x00, 0x20, 0x22, 0x37, 0x5C, 0x7D, 0x80, 0xFF] as [UInt8] {
            #expect(fault(line.utf8, padding: padding) == nil)
            #expect(fault(line.utf8, keepsUnknown: false, padding: padding) == nil)
        }
    }

    @Test(
        arguments: [
            ("", .empty), (" ", .empty), ("\t \r", .empty),
            ("[]", .notAnObject), ("1", .notAnObject), (#""{}""#, .notAnObject), ("null", .notAnObject),
            ("[{}]", .notAnObject),
            ("{", .cutOff), (#"{"a"#, .cutOff), (#"{"a""#, .cutOff), (#"{"a":"#, .cutOff), (#"{"a":1"#, .cutOff),
            (#"{"a":1,"#, .cutOff), (#"{"a":[1,"#, .cutOff), (#"{"a":{"b":[{}"#, .cutOff), (#"{"a":tru"#, .cutOff),
            (#"{"a":-"#, .cutOff), (#"{"a":1."#, .cutOff), (#"{"a":1e"#, .cutOff), (#"{"a":1e+"#, .cutOff),
            (#"{"a":"b\"#, .cutOff), (#"{"a":"b\""#, .cutOff), (#"{"a":"b\u12"#, .cutOff), (#"{"a":"b}"#, .cutOff),
            ("{}x", .trailing), ("{} {}", .trailing), ("{}}", .trailing), ("{}]", .trailing), ("{},", .trailing),
            ("{}1", .trailing), (#"{}"a""#, .trailing), ("{}:", .trailing), ("{}\0", .trailing), ("1 2", .trailing),
            (#"{"a":1}{"a":1}"#, .trailing),
            (#"{"a":"\ud800"}"#, .invalidEscape), (#"{"a":"\udc00"}"#, .invalidEscape),
            (#"{"a":"\ud800\ud800"}"#, .invalidEscape),
            (#"{"a":"\udc00\ud800"}"#, .invalidEscape), (#"{"a":"\udc00\udc00"}"#, .invalidEscape),
            (#"{"a":"\ud800x"}"#, .invalidEscape),
            (#"{"a":"\ud800\n"}"#, .invalidEscape),
            (#"{"a":"\ud800\u0041"}"#, .invalidEscape), (#"{"\ud800":1}"#, .invalidEscape),
            (#"{"a":"\x"}"#, .invalidEscape),
            (#"{"a":"\u12G4"}"#, .invalidEscape), (#"{"a":"\u12"}"#, .invalidEscape),
            (#"{"a":"\U0041"}"#, .invalidEscape),
            (#"{"a":"\'"}"#, .invalidEscape), (#"{"a":"\0"}"#, .invalidEscape),
            (#"{"a":[{"b":"\ud834\u"}]}"#, .invalidEscape),
            (#"{"a":01}"#, .invalidNumber), (#"{"a":-}"#, .invalidNumber), (#"{"a":+1}"#, .invalidNumber),
            (#"{"a":.5}"#, .invalidNumber),
            (#"{"a":1.}"#, .invalidNumber), (#"{"a":1.e5}"#, .invalidNumber), (#"{"a":1e}"#, .invalidNumber),
            (#"{"a":1e+}"#, .invalidNumber),
            (#"{"a":0x10}"#, .invalidNumber), (#"{"a":1_000}"#, .invalidNumber), (#"{"a":-Infinity}"#, .invalidNumber),
            (#"{"a":--1}"#, .invalidNumber), (#"{"a":1a}"#, .invalidNumber), (#"{"a":12true}"#, .invalidNumber),
            ("{\"a\":1\u{B}}", .invalidNumber),
            (#"{"a":NaN}"#, .invalidLiteral), (#"{"a":Infinity}"#, .invalidLiteral), (#"{"a":True}"#, .invalidLiteral),
            (#"{"a":nul}"#, .invalidLiteral), (#"{"a":nulll}"#, .invalidLiteral),
            (#"{"a":truefalse}"#, .invalidLiteral),
            (#"{"a":'b'}"#, .invalidLiteral), (#"{"a":undefined}"#, .invalidLiteral), (#"{"a":\"b"}"#, .cutOff),
            ("hello", .invalidLiteral),
            ("{\"a\":\u{A0}1}", .invalidLiteral), ("{\"a\":\u{FEFF}1}", .invalidLiteral),
            ("\u{FEFF}{}", .invalidLiteral),
            ("{\"a\":\"b\nc\"}", .controlCharacter), ("{\"a\":\"\0\"}", .controlCharacter),
            ("{\"a\tb\":1}", .controlCharacter),
            ("{\"a\":\"\u{1F}\"}", .controlCharacter),
            (#"{"a" 1}"#, .structure), (#"{"a"::1}"#, .structure), (#"{"a":1 "b":2}"#, .structure),
            (#"{"a":1,}"#, .structure),
            (#"{,"a":1}"#, .structure), (#"{"a":1,,"b":2}"#, .structure), (#"{"a":[1,]}"#, .structure),
            (#"{"a":[,1]}"#, .structure),
            (#"{"a":[1 2]}"#, .structure), (#"{"a":[1}}"#, .structure), (#"{"a":{]}"#, .structure),
            (#"{"a"}"#, .structure),
            (#"{a:1}"#, .structure), (#"{1:1}"#, .structure), (#"{"a":}"#, .structure), (#"{"a":"b"c}"#, .structure),
            (#"{"a":"b""c"}"#, .structure),
            (#"{"a":1:2}"#, .structure), (#"{"a":true true}"#, .structure), ("{\"a\":1 \u{C} ,\"b\":2}", .structure),
            ("]", .structure), (",", .structure),
            (#"{"a":1 // b"#, .structure), (#"{/**/"a":1}"#, .structure),
        ] as [(String, JSONError)]
    )
    func rejects(line: String, expected: JSONError) {
        for padding in [0x00, 0x20, 0x22, 0x37, 0x5C, 0x7D, 0x80, 0xFF] as [UInt8] {
            #expect(fault(line.utf8, padding: padding) == expected)
            #expect(fault(line.utf8, keepsUnknown: false, padding: padding) == expected)
        }
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC3], [0xC3, 0x28], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xE2, 0x82],
            [0xF0, 0x9D, 0x84],
        ] as [[UInt8]]
    )
    func rejectsWhatIsNotUTF8(bytes: [UInt8]) {
        for before in [0, 1, 50, 57, 58, 59, 60, 61, 62, 63, 64, 120] {
            let filling = [UInt8](repeating: 0x61, count: before)
            #expect(fault(Array(#"{"a":""#.utf8) + filling + bytes + Array(#""}"#.utf8)) == .invalidUTF8)
            #expect(
                fault(Array(#"{""#.utf8) + filling + bytes + Array(#"":1}"#.utf8), keepsUnknown: false) == .invalidUTF8
            )
        }
    }

    @Test func readsEverything() throws {
        let expected = try #require(ReferenceJSON.parse(Array(Self.rich.utf8)))
        #expect(try parse(Self.rich.utf8) { ReferenceJSON($0) } == expected)
        guard case .object(let members) = expected else { return #expect(Bool(false), "no object") }
        #expect(members.map(\.key).contains(Array("x\ty".utf8)))
        #expect(members[1].value == .string(Array("The \"Cage\" é€𝄞 é𝄞\0".utf8)))
        #expect(members[5].value == .string(Array("\\/\u{8}\u{C}\n\r\t".utf8)))
    }

    @Test(arguments: [("[", "]"), (#"{"b":"#, "}")])
    func countsLevels(opening: String, closing: String) {
        for keepsUnknown in [true, false] {
            for (levels, expected) in [(1, nil), (63, nil), (64, JSONError.tooDeep), (100_000, .tooDeep)] {
                let open = String(repeating: opening, count: levels)
                let close = String(repeating: closing, count: levels)
                let innermost = opening == "[" ? "" : "1"
                #expect(fault(#"{"a":\#(open)\#(innermost)\#(close)}"#.utf8, keepsUnknown: keepsUnknown) == expected)
            }
        }
    }

    @Test func levelsEndWithTheirContainer() {
        let pair = String(repeating: "[", count: 62) + String(repeating: "]", count: 62)
        #expect(fault(#"{"a":[\#(pair),\#(pair)],"b":[\#(pair),{"c":1}]}"#.utf8) == nil)
    }

    @Test func aLimitOfOneLeavesNoContainers() throws {
        let parser = try JSONParser(keys: [], keepsUnknown: true, maximumDepth: 1)
        let flat = PaddedLine(#"{"a":1}"#)
        let nested = PaddedLine(#"{"a":[]}"#)
        withExtendedLifetime((flat, nested)) {
            #expect(throws: Never.self) { try parser.parse(flat.bytes) }
            #expect(throws: JSONError.tooDeep) { try parser.parse(nested.bytes) }
        }
    }
}
