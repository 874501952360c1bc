import JSON
import Testing

@Suite struct JSONNumberTests {
    @Test(arguments: [
        "0", "-0", "1", "10", "-12", "0.0", "0.5", "1.50", "1e5", "1E+05", "1e-5", "0e0", "-0.0e-00", "1e400",
        "123456789012345678901234567890.123456789012345678901234567890e1234567890",
    ])
    func isANumber(text: String) { #expect(number(text) { JSONNumber.isNumber($0) }) }

    @Test(arguments: [
        "", "-", "+1", "01", "-01", "00", ".5", "1.", "1.e5", "-.5", "1e", "1e+", "1e-", "e5", "1e5.5", "0x10", "1 ",
        " 1",
        "1,5", "1_0", "NaN", "Infinity", "-Infinity", "--1", "1-", "1.5.5", "\u{661}", "１", "1\0", "true", "1e5e5",
        "1a",
    ])
    func isNone(text: String) { #expect(!number(text) { JSONNumber.isNumber($0) }) }

    @Test func noAddressIsNoNumber() {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(!JSONNumber.isNumber(nothing))
        #expect(JSONNumber.double(nothing) == nil)
        #expect(JSONNumber.integer(nothing) == nil)
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("-0.0", 0), ("0e99999999999999999999", 0), ("-0e-400", 0), ("1e-400", 0),
            ("-1e-400", 0),
            ("8.5", 8.5), ("0.1", 0.1), ("-0.3", -0.3), ("603", 603), ("123456789012345", 123_456_789_012_345),
            ("12345678.9012345", 12_345_678.9012345), ("0.00000000000001", 1e-14),
            ("99999999999999.9", 99_999_999_999_999.9),
            ("9007199254740993", 9_007_199_254_740_992),
            ("9007199254740993.0000000000000000000000000000001", 9_007_199_254_740_994),
            ("1e22", 1e22), ("1e23", 1e23), ("1E5", 100_000), ("1e+5", 100_000),
            ("2.2250738585072011e-308", .leastNormalMagnitude.nextDown),
            ("2.4703282292062327e-324", 0), ("2.4703282292062328e-324", .leastNonzeroMagnitude),
            ("-4.9e-324", -.leastNonzeroMagnitude),
            ("1.7976931348623157e308", .greatestFiniteMagnitude), ("1.7976931348623158e308", .greatestFiniteMagnitude),
            ("123456789012345678901234567890e-20", 1_234_567_890.1234567890), ("0.1e1", 1),
            ("100000000000000000000e-20", 1),
        ] as [(String, Double)]
    )
    func double(text: String, expected: Double) throws {
        let value = try #require(number(text) { JSONNumber.double($0) })
        #expect(value == expected)
        #expect(value.sign == (expected == 0 ? .plus : expected.sign))
    }

    @Test(arguments: ["1e309", "-1e309", "1.7976931348623159e308", "1e400", "1e99999999999999999999"])
    func tooLargeIsNone(text: String) {
        #expect(number(text) { JSONNumber.double($0) } == nil)
        #expect(number(text) { JSONNumber.integer($0) } == nil)
    }

    @Test func manyDigitsAreRead() {
        let zeros = String(repeating: "0", count: 400)
        for (text, expected) in [
            ("1" + zeros + "e-400", 1.0), ("0." + zeros + "1e401", 1), ("0." + zeros + "1", 0),
            ("0." + zeros + "1e800", nil),
            ("1" + zeros, nil), ("1" + zeros + "e-800", 0), ("-1" + zeros + "e-400", -1),
            ("0." + zeros + "1e709", 1e308),
        ] {
            #expect(number(text) { JSONNumber.double($0) } == expected, "\(text)")
        }
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func anyDoubleIsReadBack(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            let text = value.description
            #expect(number(text) { JSONNumber.double($0) } == value, "\(text)")
            let short = Double(Int64(truncatingIfNeeded: generator.next()) % 1_000_000_000) / 1000
            #expect(number(short.description) { JSONNumber.double($0) } == short, "\(short)")
        }
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("1", 1), ("-1", -1), ("603", 603), ("603.0", 603), ("603.000e0", 603),
            ("6.03e2", 603), ("6030e-1", 603),
            ("-0.0", 0), ("0e999999999", 0), ("-0e-999999999999999999999", 0),
            ("0.000e99999999999999999999", 0),
            ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
            ("9223372036854775807.0", Int64.max), ("-9223372036854775808.00", Int64.min),
            ("9223372036854775807e0", Int64.max), ("9.223372036854775807e18", Int64.max),
            ("-9.223372036854775808E+18", Int64.min), ("92233720368547758070e-1", Int64.max),
            ("9223372036854775806", Int64.max - 1), ("1000000000000000000", 1_000_000_000_000_000_000),
            ("9007199254740993", 9_007_199_254_740_993), ("9007199254740993.0", 9_007_199_254_740_993),
            ("9007199254740992e0", 9_007_199_254_740_992), ("-9007199254740993e0", -9_007_199_254_740_993),
            ("1e15", 1_000_000_000_000_000), ("1e16", 10_000_000_000_000_000), ("1e18", 1_000_000_000_000_000_000),
            ("0.0000000000000000000000000000000000000001e40", 1), ("10000000000000000000e-19", 1),
            ("0.6030e3", 603), ("603000e-3", 603), ("6.03e0000000000000000000000000002", 603), ("0e5", 0),
            ("100000000000000000000e-20", 1), ("0.00603e+5", 603),
        ] as [(String, Int64)]
    )
    func integer(text: String, expected: Int64) { #expect(number(text) { JSONNumber.integer($0) } == expected) }

    @Test(arguments: [
        "9223372036854775808", "9223372036854775808.0", "-9223372036854775809", "-9223372036854775809e0",
        "99999999999999999999", "18446744073709551617", "18446744073709551616.0", "1.5", "0.1", "5e-1", "1e-1",
        "1.0000000000000000001", "0.99999999999999999999999999", "603.0000000001", "9007199254740992.5",
        "10000000000000000000.0", "1e19", "1e400", "1e999999999999", "1e99999999999999999999", "1e-400",
        "1e-999999999999", "-1e-99999999999999999999", "6030e-2", "9223372036854775807.00000000000000000001",
    ])
    func noInteger(text: String) { #expect(number(text) { JSONNumber.integer($0) } == nil) }

    /// One decimal value has one content form; so it must also be one integer and one double, however it is spelled.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func aSpellingMakesNoDifference(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let digits = String(generator.next() >> (generator.next() % 64) | 1)
            let power = Int(generator.next() % 41) - 20
            let spellings = (0..<4).map { _ in spelling(digits, power, &generator) }
            let forms = Set(spellings.map { text in try? parse("{\"a\":\(text)}".utf8) { $0.contentForm } })
            #expect(forms.count == 1 && !forms.contains(nil), "\(spellings)")
            #expect(Set(spellings.map { number($0) { JSONNumber.integer($0) } }).count == 1, "\(spellings)")
            #expect(Set(spellings.map { number($0) { JSONNumber.double($0) } }).count == 1, "\(spellings)")
        }
    }

    /// The digits times a power of ten, with a point and zeros at random places.
    private func spelling(_ digits: String, _ power: Int, _ generator: inout SeededGenerator) -> String {
        let zeros = Int(generator.next() % 4)
        let padded = digits + String(repeating: "0", count: zeros)
        let fraction = Int(generator.next() % UInt64(padded.count))
        let head = padded.dropLast(fraction)
        let point = fraction > 0 ? ".\(padded.suffix(fraction))" : ""
        let written = power - zeros + fraction
        let mark = ["e", "E", written >= 0 ? "e+" : "e", "e"][Int(generator.next() % 4)]
        if written == 0, generator.next() % 2 == 0 { return head + point }
        return "\(head)\(point)\(mark)\(written)"
    }

    private func number<Result>(_ text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        // What follows a token must make no difference.
        let line = PaddedLine(text, padding: UInt8(ascii: "9"))
        return withExtendedLifetime(line) { body(line.bytes) }
    }
}
