/// Escapes strings as RFC 8785 (section 3.2.2.2) and ECMAScript's JSON.stringify do.
package enum StringEscape {
    /// The index of the first byte from `start` that needs an escape, or the count.
    @inline(__always)
    package static func next(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index &+ 8 <= bytes.count {
            let found = marks(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian)
            if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < bytes.count, !isNeeded(bytes[index]) { index &+= 1 }
        return index
    }

    /// The escape of a byte that needs one: up to six bytes, the first one lowest.
    package static func of(_ byte: UInt8) -> (bytes: UInt64, count: Int) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): short(byte)
        case 0x08: short(UInt8(ascii: "b"))
        case 0x09: short(UInt8(ascii: "t"))
        case 0x0A: short(UInt8(ascii: "n"))
        case 0x0C: short(UInt8(ascii: "f"))
        case 0x0D: short(UInt8(ascii: "r"))
        default: (0x3030_755C | digit(byte >> 4) << 32 | digit(byte & 15) << 40, 6)
        }
    }

    @inline(__always)
    static func isNeeded(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func short(_ letter: UInt8) -> (bytes: UInt64, count: Int) { (0x5C | UInt64(letter) << 8, 2) }

    private static func digit(_ value: UInt8) -> UInt64 { UInt64(value < 10 ? 48 + value : 87 + value) }

    /// Checks eight bytes at once: of the bits in the result, the lowest is the top bit of the first byte that needs an
    /// escape. Zero if none needs one.
    @inline(__always)
    static func marks(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let control = (word &- (ones &* 0x20)) & ~word
        return (control | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)) & tops
    }
}

extension [UInt8] {
    /// Adds a quoted and escaped string of valid UTF-8.
    mutating func appendQuoted(_ bytes: UnsafeRawBufferPointer) {
        append(UInt8(ascii: "\""))
        appendEscaped(bytes)
        append(UInt8(ascii: "\""))
    }

    /// Adds the escaped content of a string of valid UTF-8, without the quotes.
    mutating func appendEscaped(_ bytes: UnsafeRawBufferPointer) {
        var start = 0
        while true {
            let stop = StringEscape.next(in: bytes, from: start)
            append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<stop]))
            guard stop < bytes.count else { break }
            var (escape, count) = StringEscape.of(bytes[stop])
            while count > 0 {
                append(UInt8(truncatingIfNeeded: escape))
                escape >>= 8
                count -= 1
            }
            start = stop + 1
        }
    }
}
