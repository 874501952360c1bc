/// A `numeric` in the server's binary form: digits to the base 10,000, with the power of the first one, a sign and how
/// many decimal digits stand behind the point.
struct NumericForm: Equatable {
    private var digits: [UInt16]
    private var weight: Int16
    private var sign: UInt16
    private var scale: UInt16

    private static let (positive, negative, nan): (UInt16, UInt16, UInt16) = (0x0000, 0x4000, 0xC000)
    private static let (infinity, minusInfinity): (UInt16, UInt16) = (0xD000, 0xF000)

    /// NaN.
    static let notANumber = NumericForm(digits: [], weight: 0, sign: nan, scale: 0)

    private init(digits: [UInt16], weight: Int16, sign: UInt16, scale: UInt16) {
        (self.digits, self.weight, self.sign, self.scale) = (digits, weight, sign, scale)
    }

    /// A whole number.
    init(_ number: Int64) {
        var rest = number.magnitude
        var digits: [UInt16] = []
        while rest > 0 {
            digits.append(UInt16(rest % 10_000))
            rest /= 10_000
        }
        let weight = Int16(max(digits.count - 1, 0))
        self.init(
            digits: digits.reversed(), weight: weight, sign: number < 0 ? NumericForm.negative : NumericForm.positive,
            scale: 0)
    }

    /// Decimal digits, with a sign and a point if there is one; nil for anything else.
    init?(_ text: String) {
        var bytes = Substring(text).utf8
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let whole = Array((parts.first ?? bytes).drop { $0 == 0x30 })
        let fraction = parts.count > 1 ? Array(parts[1]) : []
        guard bytes.contains(where: { $0 != UInt8(ascii: ".") }), whole.count <= 100_000, fraction.count <= 16_383,
            (whole + fraction).allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        // Groups of four, counted from the point.
        let front = (4 - whole.count % 4) % 4
        let back = (4 - fraction.count % 4) % 4
        let all = [UInt8](repeating: 0x30, count: front) + whole + fraction + [UInt8](repeating: 0x30, count: back)
        var digits = stride(from: 0, to: all.count, by: 4).map { start in
            all[start..<start + 4].reduce(UInt16(0)) { $0 * 10 + UInt16($1 - 0x30) }
        }
        var weight = (front + whole.count) / 4 - 1
        while digits.first == 0 {
            digits.removeFirst()
            weight -= 1
        }
        while digits.last == 0 { digits.removeLast() }
        let sign = isNegative && !digits.isEmpty ? NumericForm.negative : NumericForm.positive
        self.init(digits: digits, weight: digits.isEmpty ? 0 : Int16(weight), sign: sign, scale: UInt16(fraction.count))
    }

    /// Reads the server's bytes; nil when they are malformed.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 8, bytes.count % 2 == 0 else { return nil }
        let word = { (index: Int) in
            UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
        }
        guard bytes.count == 8 + Int(word(0)) * 2 else { return nil }
        self.init(
            digits: (0..<Int(word(0))).map { word(4 + $0) }, weight: Int16(bitPattern: word(1)), sign: word(2),
            scale: word(3))
    }

    /// The bytes that the server accepts.
    var bytes: [UInt8] {
        let words = [UInt16(digits.count), UInt16(bitPattern: weight), sign, scale] + digits
        return words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
    }

    /// The number in decimal digits, as the server writes it.
    var text: String {
        switch sign {
        case NumericForm.nan: return "NaN"
        case NumericForm.infinity: return "Infinity"
        case NumericForm.minusInfinity: return "-Infinity"
        default: break
        }
        let group = { (index: Int) -> String in
            let digit = digits.indices.contains(index) ? String(digits[index]) : "0"
            return String(repeating: "0", count: 4 - digit.count) + digit
        }
        let whole = weight < 0 ? "0" : (0...Int(weight)).map(group).joined()
        let shown = String(whole.drop { $0 == "0" })
        var text = (sign == NumericForm.negative ? "-" : "") + (shown.isEmpty ? "0" : shown)
        if scale > 0 {
            let first = Int(weight) + 1
            let groups = (first..<first + (Int(scale) + 3) / 4).map(group).joined()
            text += "." + groups.prefix(Int(scale))
        }
        return text
    }
}
