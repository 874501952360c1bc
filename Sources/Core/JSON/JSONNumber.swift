import CSimdJSON

/// Reads numbers as JSON spells them (RFC 8259, section 6).
public enum JSONNumber {
    /// Whether the bytes are one number in JSON's grammar and nothing else, of whatever size.
    public static func isNumber(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress else { return false }
        return rh_json_is_number(start.assumingMemoryBound(to: UInt8.self), bytes.count)
    }

    /// The nearest double, −0 as 0; nil if it is not finite.
    ///
    /// - Parameter token: must be a number in JSON's grammar.
    public static func double(_ token: UnsafeRawBufferPointer) -> Double? {
        if let value = shortDecimal(token) { return value }
        guard let start = token.baseAddress else { return nil }
        let value = rh_json_nearest_double(start.assumingMemoryBound(to: UInt8.self), token.count)
        guard value.isFinite else { return nil }
        return value == 0 ? 0 : value
    }

    /// The integer of a number whose decimal value is whole and from −2^63 to 2^63−1: 603 for `603`, `603.0` and
    /// `6.03e2`. Nil for other numbers.
    ///
    /// - Parameter token: must be a number in JSON's grammar.
    public static func integer(_ token: UnsafeRawBufferPointer) -> Int64? {
        var digits = token[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for byte in digits {
            let digit = Int64(byte) - 48
            guard digit >= 0, digit <= 9 else { return DecimalToken(token).integer }
            // Built as a negative value, since those reach one further.
            let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
            let (next, underflows) = tens.subtractingReportingOverflow(digit)
            guard !overflows, !underflows else { return DecimalToken(token).integer }
            value = next
        }
        if isNegative { return value }
        return value == Int64.min ? nil : -value
    }

    /// The value of a number of at most 15 digits without an exponent; nil for others. Its digits as an integer and the
    /// power of ten are exact doubles, so that one division rounds correctly.
    private static func shortDecimal(_ token: UnsafeRawBufferPointer) -> Double? {
        guard token.count <= 16 else { return nil }
        var mantissa = 0
        var digitCount = 0
        var fractionCount = 0
        var isInFraction = false
        var isNegative = false
        for byte in token {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                mantissa = mantissa &* 10 &+ Int(byte &- 48)
                digitCount += 1
                if isInFraction { fractionCount += 1 }
            case UInt8(ascii: "."): isInFraction = true
            case UInt8(ascii: "-"): isNegative = true
            default: return nil
            }
        }
        guard digitCount > 0, digitCount <= 15 else { return nil }
        if fractionCount == 0 { return Double(isNegative ? -mantissa : mantissa) }
        let size = Double(mantissa) / powersOfTen[fractionCount]
        return isNegative && mantissa != 0 ? -size : size
    }

    /// 10^0 to 10^15, all of them exact.
    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]
}
