import JSON
import Testing

@Suite struct ContentFormTests {
    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("-0.0", "0"), ("0e5", "0"), ("0.000e-99999999999999999999", "0"), ("1", "1e0"),
        ("-1", "-1e0"),
        ("603.0", "603e0"), ("603", "603e0"), ("5.30", "53e-1"), ("100", "1e2"), ("1e400", "1e400"),
        ("100e400", "1e402"),
        ("0.05", "5e-2"), ("0.050", "5e-2"), ("-10.010", "-1001e-2"), ("1.5e1", "15e0"), ("15", "15e0"),
        ("1E+0005", "1e5"),
        ("1e-0", "1e0"), ("1000e-3", "1e0"), ("0.1e1", "1e0"), ("1e-5", "1e-5"), ("0.00001", "1e-5"),
        ("12345678901234567890123", "12345678901234567890123e0"),
        ("9007199254740993", "9007199254740993e0"), ("9007199254740992", "9007199254740992e0"),
        ("0.1000000000000000055", "1000000000000000055e-19"),
        ("1e99999999999999999", "1e99999999999999999"), ("10e99999999999999999", "1e100000000000000000"),
        ("1e99999999999999999999", "1e99999999999999999999"), ("10e99999999999999999998", "1e99999999999999999999"),
        ("0.1e100000000000000000000", "1e99999999999999999999"), ("10e99999999999999999999", "1e100000000000000000000"),
        ("1e0000099999999999999999999", "1e99999999999999999999"),
        ("1e-99999999999999999999", "1e-99999999999999999999"),
        ("0.1e-99999999999999999999", "1e-100000000000000000000"),
        ("10e-100000000000000000000", "1e-99999999999999999999"),
        ("1000e-100000000000000000001", "1e-99999999999999999998"),
        ("-1.50e+123456789012345678901", "-15e123456789012345678900"),
    ])
    func numbers(token: String, expected: String) throws {
        #expect(try form(#"{"a":\#(token)}"#) == #"{"a":\#(expected)}"#)
        #expect(try form(#"{"a":[\#(token) ,\#(token)]}"#) == #"{"a":[\#(expected),\#(expected)]}"#)
    }

    @Test(arguments: [
        ("{ }", "{}"), (#" { "b" : [ ] , "a" : { } } "#, #"{"a":{},"b":[]}"#),
        (#"{"a":[true,false,null,""]}"#, #"{"a":[true,false,null,""]}"#),
        (#"{"b":1,"a":2,"b":3}"#, #"{"a":2e0,"b":3e0}"#), (#"{"b":1,"\u0062":2,"bb":0,"b":{}}"#, #"{"b":{},"bb":0}"#),
        (#"{"a":"\u00e9\/\u0041\u000a\u001f\u007f"}"#, "{\"a\":\"é/A\\n\\u001f\u{7F}\"}"),
        (#"{"":0,"a":0,"aa":0,"A":0}"#, #"{"":0,"A":0,"a":0,"aa":0}"#),
        (
            #"{"aaaaaaaab":0,"aaaaaaaa":0,"aaaaaaaaa":0,"aaaaaaaa\u0000":0}"#,
            "{\"aaaaaaaa\":0,\"aaaaaaaa\\u0000\":0,\"aaaaaaaaa\":0,\"aaaaaaaab\":0}"
        ),
        (#"{"a\u0000":0,"a":0,"\u0000":0,"":0}"#, #"{"":0,"\u0000":0,"a":0,"a\u0000":0}"#),
        // RFC 8785, section 3.2.3, and U+FFFF, which UTF-8 would put before U+1D11E.
        (
            "{\"\\u20ac\":0,\"\\r\":0,\"\\ufb33\":0,\"1\":0,\"\\ud83d\\ude00\":0,\"\\u0080\":0,\"\\u00f6\":0}",
            "{\"\\r\":0,\"1\":0,\"\u{80}\":0,\"ö\":0,\"€\":0,\"😀\":0,\"\u{FB33}\":0}"
        ),
        (
            "{\"\u{FFFF}\":0,\"𝄞\":0,\"\u{E000}\":0,\"\u{D7FF}\":0}",
            "{\"\u{D7FF}\":0,\"𝄞\":0,\"\u{E000}\":0,\"\u{FFFF}\":0}"
        ),
        ("{\"x𝄞\":0,\"x\u{FFFF}\":0,\"x\":0,\"x𝄟\":0}", "{\"x\":0,\"x𝄞\":0,\"x𝄟\":0,\"x\u{FFFF}\":0}"),
        ("{\"xxxxxxxx\u{FFFF}\":0,\"xxxxxxxx𝄞\":0}", "{\"xxxxxxxx𝄞\":0,\"xxxxxxxx\u{FFFF}\":0}"),
    ])
    func values(line: String, expected: String) throws { #expect(try form(line) == expected) }

    @Test func manyMembersAreSortedAsFew() throws {
        for count in [31, 32, 33, 500] {
            var generator = SeededGenerator(seed: UInt64(count))
            let keys = (0..<count).map { "key \($0)" }
            let members = (keys + keys).shuffled(using: &generator).enumerated().map { ($1, $0) }
            let last = Dictionary(members, uniquingKeysWith: { $1 })
            let line = members.map { #""\#($0)":"\#($1)""# }.joined(separator: ",")
            let expected = keys.sorted().map { #""\#($0)":"\#(last[$0] ?? -1)""# }.joined(separator: ",")
            #expect(try form("{\(line)}") == "{\(expected)}")
        }
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func spellingMakesNoDifference(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        for _ in 0..<20 {
            let document = random.object(depth: 4)
            let first = random.spell(document)
            let second = random.spell(document, freely: true)
            #expect(try form(first) == form(second), "\(String(decoding: first, as: UTF8.self))")
        }
    }

    /// Forms are valid JSON, and their own form.
    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func theFormOfAFormIsItself(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        for _ in 0..<20 {
            let once = try form(random.spell(random.object(depth: 4)))
            #expect(try form(once) == once)
        }
    }

    @Test func contentMakesADifference() throws {
        let lines = [
            "{}", #"{"a":1}"#, #"{"a":-1}"#, #"{"a":10}"#, #"{"a":0}"#, #"{"a":0.1}"#, #"{"a":"1"}"#, #"{"a":"1e0"}"#,
            #"{"a":[1]}"#, #"{"a":{}}"#,
            #"{"a":[]}"#, #"{"a":null}"#, #"{"a":true}"#, #"{"a":false}"#, #"{"a":"true"}"#, #"{"A":1}"#,
            #"{"a":1,"b":1}"#,
            #"{"a":[1,2]}"#, #"{"a":[2,1]}"#, #"{"a":[[1],2]}"#, #"{"a":" "}"#, #"{"a":""}"#, #"{"a":"é"}"#,
            "{\"a\":\"e\u{301}\"}",
            #"{"a":1e400}"#, #"{"a":1e401}"#, #"{"a":9007199254740992}"#, #"{"a":9007199254740993}"#, #"{"a":1e-400}"#,
            #"{"a":1e99999999999999999999}"#, #"{"a":1e99999999999999999998}"#, #"{"a":1e-99999999999999999999}"#,
            #"{"a":"\""}"#,
            #"{"a":"\\\""}"#, #"{"a":"\u0000"}"#,
        ]
        let forms = try lines.map { try form($0) }
        // As bytes, since equal strings may be spelt by other code points.
        #expect(Set(forms.map { Array($0.utf8) }).count == lines.count)
    }

    private func form(_ line: String) throws -> String { try form(Array(line.utf8)) }

    private func form(_ line: [UInt8]) throws -> String {
        try parse(line) { value in
            try #require(String(validating: value.contentForm, as: UTF8.self))
        }
    }
}
