/// Takes a number's token apart: sign, digits without the zeros at either end, exponent.
struct DecimalToken {
    let isNegative: Bool
    /// The digits before the point, and those after it. Together they neither begin nor end with a zero.
    private(set) var integerDigits: UnsafeRawBufferPointer
    private(set) var fractionDigits: UnsafeRawBufferPointer
    /// The text after `e`.
    private let written: UnsafeRawBufferPointer
    /// What has to be added to the written exponent, since the digits are read as an integer without zeros at its end.
    private var shift = 0

    var isZero: Bool { integerDigits.isEmpty && fractionDigits.isEmpty }

    init(_ token: UnsafeRawBufferPointer) {
        let isNegative = token.first == UInt8(ascii: "-")
        var index = isNegative ? 1 : 0
        func digits() -> UnsafeRawBufferPointer {
            let start = index
            while index < token.count, token[index] &- 48 < 10 { index += 1 }
            return UnsafeRawBufferPointer(rebasing: token[start..<index])
        }
        integerDigits = digits()
        fractionDigits = UnsafeRawBufferPointer(start: nil, count: 0)
        if index < token.count, token[index] == UInt8(ascii: ".") {
            index += 1
            fractionDigits = digits()
        }
        self.isNegative = isNegative
        written = UnsafeRawBufferPointer(rebasing: token[min(index + 1, token.count)...])
        strip()
    }

    private mutating func strip() {
        let zero = UInt8(ascii: "0")
        shift = -fractionDigits.count
        if integerDigits.first == zero {
            integerDigits = UnsafeRawBufferPointer(start: nil, count: 0)
            fractionDigits = UnsafeRawBufferPointer(rebasing: fractionDigits.drop { $0 == zero })
        }
        while fractionDigits.last == zero {
            fractionDigits = UnsafeRawBufferPointer(rebasing: fractionDigits.dropLast())
            shift += 1
        }
        guard fractionDigits.isEmpty else { return }
        while integerDigits.last == zero {
            integerDigits = UnsafeRawBufferPointer(rebasing: integerDigits.dropLast())
            shift += 1
        }
    }

    /// The number as an integer; nil if it is not whole, or does not fit.
    var integer: Int64? {
        if isZero { return 0 }
        // Without zeros at the end, a number with a negative power of ten is not whole. No Int64 has over 19 digits.
        guard let exponent, exponent >= 0, integerDigits.count + fractionDigits.count + exponent <= 19 else {
            return nil
        }
        var magnitude: UInt64 = 0
        for byte in integerDigits { magnitude = magnitude * 10 + UInt64(byte - 48) }
        for byte in fractionDigits { magnitude = magnitude * 10 + UInt64(byte - 48) }
        for _ in 0..<exponent { magnitude *= 10 }
        if isNegative { return magnitude <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
        return Int64(exactly: magnitude)
    }

    /// The power of ten; nil if it has so many digits that only `longExponent` can give it.
    var exponent: Int? {
        if written.isEmpty { return shift }
        let (isBelow, digits) = writtenParts
        guard digits.count <= 17 else { return nil }
        var value = 0
        for byte in digits { value = value * 10 + Int(byte - 48) }
        return (isBelow ? -value : value) + shift
    }

    /// The digits of a power of ten that has more than 17 of them, which are far more than `shift` has.
    var longExponent: [UInt8] {
        let (isBelow, digits) = writtenParts
        var sum = [UInt8](digits)
        var carry = isBelow ? -shift : shift
        for index in sum.indices.reversed() where carry != 0 {
            let digit = Int(sum[index] - 48) + carry
            // Rounds down, so that the rest is a digit.
            carry = digit >= 0 ? digit / 10 : -((9 - digit) / 10)
            sum[index] = UInt8(digit - carry * 10 + 48)
        }
        if carry > 0 { sum.insert(contentsOf: String(carry).utf8, at: 0) }
        sum = Array(sum.drop { $0 == UInt8(ascii: "0") })
        if isBelow { sum.insert(UInt8(ascii: "-"), at: 0) }
        return sum
    }

    /// Whether the written exponent is negative, and its digits without zeros in front.
    private var writtenParts: (isBelow: Bool, digits: UnsafeRawBufferPointer) {
        let isBelow = written.first == UInt8(ascii: "-")
        let hasSign = isBelow || written.first == UInt8(ascii: "+")
        let digits = written.dropFirst(hasSign ? 1 : 0).drop { $0 == UInt8(ascii: "0") }
        return (isBelow, UnsafeRawBufferPointer(rebasing: digits))
    }
}
