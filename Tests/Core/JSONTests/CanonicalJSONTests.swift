import JSON
import Testing

@Suite struct CanonicalJSONTests {
    /// RFC 8785, appendix B.
    @Test(
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
            (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xC340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x7FFF_FFFF_FFFF_FFFF, "null"), (0x7FF0_0000_0000_0000, "null"),
            (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"),
            (0x44B5_2D02_C7E1_4AF6, "1e+23"), (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"),
            (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"), (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"),
            (0x444B_1AE4_D6E2_EF50, "1e+21"), (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"),
            (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
            (0x41B3_DE43_5555_5553, "333333333.3333332"), (0x41B3_DE43_5555_5554, "333333333.33333325"),
            (0x41B3_DE43_5555_5555, "333333333.3333333"), (0x41B3_DE43_5555_5556, "333333333.3333334"),
            (0x41B3_DE43_5555_5557, "333333333.33333343"), (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
            (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
        ] as [(UInt64, String)]
    )
    func appendixB(bits: UInt64, expected: String) {
        #expect(write { $0.number(Double(bitPattern: bits)) } == expected)
    }

    @Test(
        arguments: [
            (1, "1"), (-1, "-1"), (100, "100"), (8.5, "8.5"), (0.1, "0.1"), (-0.5, "-0.5"),
            (1e20, "100000000000000000000"),
            (123_456_789_012_345_683_968, "123456789012345680000"), (1.5e21, "1.5e+21"), (1e-6, "0.000001"),
            (1.25e-6, "0.00000125"),
            (1e-7, "1e-7"), (1.25e-7, "1.25e-7"), (0.001, "0.001"), (1e16, "10000000000000000"), (1e100, "1e+100"),
            (-1.5e-300, "-1.5e-300"), (10.01, "10.01"), (1_000_000.5, "1000000.5"),
        ] as [(Double, String)]
    )
    func numbers(value: Double, expected: String) { #expect(write { $0.number(value) } == expected) }

    @Test(
        arguments: [
            (0, "0"), (-1, "-1"), (1_795_197_802_517, "1795197802517"), (.max, "9223372036854775807"),
            (.min, "-9223372036854775808"),
            (9_007_199_254_740_993, "9007199254740993"),
        ] as [(Int64, String)]
    )
    func integersHaveAllTheirDigits(value: Int64, expected: String) { #expect(write { $0.integer(value) } == expected) }

    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("\u{20}\u{7F}\u{80}é€𝄞\u{2028}/", "\"\u{20}\u{7F}\u{80}é€𝄞\u{2028}/\""),
        (#"""#, #""\"""#),
        (#"\"#, #""\\""#), ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#),
        ("\0\u{1}\u{B}\u{E}\u{F}\u{10}\u{1F}", #""\u0000\u0001\u000b\u000e\u000f\u0010\u001f""#),
        ("1234567\"", #""1234567\"""#), ("12345678\n9", #""12345678\n9""#), ("!#[]", #""!#[]""#),
        ("\u{FFFF}\u{10FFFF}", "\"\u{FFFF}\u{10FFFF}\""),
    ])
    func strings(text: String, expected: String) {
        #expect(write { $0.string(text) } == expected)
        let line = PaddedLine(text, padding: 0)
        withExtendedLifetime(line) { #expect(write { $0.string(line.bytes) } == expected) }
    }

    /// Each byte that ASCII has, at each place in a word of eight.
    @Test func escapesAreFoundAnywhere() {
        for byte in 0..<0x80 as Range<UInt8> {
            let scalar = Unicode.Scalar(byte)
            let alone = write { $0.string(String(scalar)) }.dropFirst().dropLast()
            for before in 0..<17 {
                let filling = String(repeating: "x", count: before)
                let text = filling + String(scalar) + "yyyyyyyyyy"
                #expect(write { $0.string(text) } == "\"" + filling + alone + "yyyyyyyyyy\"")
            }
        }
    }

    @Test func piecesAreSeparated() {
        let text = write { writer in
            writer.beginArray()
            writer.null()
            writer.boolean(true)
            writer.beginArray()
            writer.boolean(false)
            writer.integer(2)
            writer.endArray()
            writer.string("c")
            writer.number(8.5)
            writer.beginArray()
            writer.endArray()
            writer.endArray()
        }
        #expect(text == #"[null,true,[false,2],"c",8.5,[]]"#)
    }

    private func write(_ body: (inout CanonicalJSONWriter) -> Void) -> String {
        var writer = CanonicalJSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
