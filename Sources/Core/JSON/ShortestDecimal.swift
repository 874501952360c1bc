/// Writes a finite double with the fewest digits that read back as the same double, in ECMAScript's form (ECMA-262,
/// Number::toString), which RFC 8785 prescribes: `8.5`, `1e+21`.
enum ShortestDecimal {
    /// Adds the number; −0 is `0`.
    ///
    /// - Parameter value: must be finite.
    static func append(_ value: Double, to output: inout [UInt8]) {
        var digits: [UInt8] = []
        var pointPosition = 0
        read(value.magnitude, &digits, &pointPosition)
        guard !digits.isEmpty else {
            output.append(UInt8(ascii: "0"))
            return
        }
        if value < 0 { output.append(UInt8(ascii: "-")) }
        switch pointPosition {
        case digits.count...21:
            output += digits
            output += zeros(pointPosition - digits.count)
        case 1...21:
            output += digits[..<pointPosition]
            output.append(UInt8(ascii: "."))
            output += digits[pointPosition...]
        case -5...0:
            output += "0.".utf8
            output += zeros(-pointPosition)
            output += digits
        default:
            output.append(digits[0])
            if digits.count > 1 {
                output.append(UInt8(ascii: "."))
                output += digits[1...]
            }
            output += (pointPosition > 0 ? "e+" : "e").utf8
            output += String(pointPosition - 1).utf8
        }
    }

    /// Reads the digits from Swift's description, which are the fewest possible: the digits without zeros at either
    /// end, and how many of them are before the point.
    private static func read(_ value: Double, _ digits: inout [UInt8], _ pointPosition: inout Int) {
        var integerCount: Int?
        var exponent = 0
        var leadingZeros = 0
        let description = value.description
        for (index, byte) in description.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "."): integerCount = digits.count + leadingZeros
            case UInt8(ascii: "e"):
                exponent = Int(description.dropFirst(index + 1)) ?? 0
            case UInt8(ascii: "0") where digits.isEmpty: leadingZeros += 1
            default: digits.append(byte)
            }
            if byte == UInt8(ascii: "e") { break }
        }
        pointPosition = (integerCount ?? digits.count + leadingZeros) - leadingZeros + exponent
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    }

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: UInt8(ascii: "0"), count: count) }
}
