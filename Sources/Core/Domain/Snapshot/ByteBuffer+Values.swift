import JSON

/// Spellings of values, written without a string for each.
extension ByteBuffer {
    /// Adds a text of the program.
    func append(text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Adds a text.
    func append(text: String) {
        var text = text
        text.withUTF8 { bytes in _ = append(UnsafeRawBufferPointer(bytes)) }
    }

    /// Adds an integer's decimal digits.
    @inline(__always)
    func append(decimal value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }

    @inline(__always)
    private func append(decimal value: UInt64) {
        reserve(20)
        var rest = value
        var length = 1
        var bound: UInt64 = 10
        while length < 20, rest >= bound {
            length += 1
            if length < 20 { bound &*= 10 }
        }
        fill(upTo: 20) { bytes in
            for place in stride(from: length - 1, through: 0, by: -1) {
                bytes[place] = UInt8(truncatingIfNeeded: rest % 10) &+ 0x30
                rest /= 10
            }
            return length
        }
    }

    /// Adds a double by the fewest digits that read back as the same double, in the form of RFC 8785; −0 is 0.
    func append(shortest value: Double) {
        // A decimal of at most 15 digits is the shortest of its double. Both operations are exact or round correctly.
        let thousandths = (value * 1000).rounded()
        if abs(thousandths) < 1e15, thousandths / 1000 == value { return append(thousandths: Int64(thousandths)) }
        var writer = JSONTextWriter()
        writer.append(.double(value))
        writer.bytes.withUnsafeBytes { _ = append($0) }
    }

    private func append(thousandths value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        let size = value.magnitude
        append(decimal: size / 1000)
        var fraction = size % 1000
        guard fraction > 0 else { return }
        append(UInt8(ascii: "."))
        var place: UInt64 = 100
        while fraction > 0 {
            append(UInt8(truncatingIfNeeded: fraction / place) &+ 0x30)
            fraction %= place
            place /= 10
        }
    }

    /// Adds a number with zeros before it.
    @inline(__always)
    private func append(_ value: Int, width: Int) {
        fill(upTo: width) { bytes in
            var rest = value
            for place in stride(from: width - 1, through: 0, by: -1) {
                bytes[place] = UInt8(truncatingIfNeeded: rest % 10) &+ 0x30
                rest /= 10
            }
            return width
        }
    }

    /// Adds a day as `2026-11-20`.
    func append(day: Int32) {
        let (year, month, day) = CivilDate.date(ofDay: day)
        if year < 0 || year > 9999 { append(decimal: Int64(year)) } else { append(year, width: 4) }
        append(UInt8(ascii: "-"))
        append(month, width: 2)
        append(UInt8(ascii: "-"))
        append(day, width: 2)
    }

    /// Adds a moment as `2026-11-20T18:03:22.517Z`.
    func append(time milliseconds: Int64) {
        let day = CivilDate.day(ofMilliseconds: milliseconds)
        append(day: day)
        let inDay = Int(milliseconds - Int64(day) * CivilDate.millisecondsPerDay)
        append(UInt8(ascii: "T"))
        append(inDay / 3_600_000, width: 2)
        append(UInt8(ascii: ":"))
        append(inDay / 60_000 % 60, width: 2)
        append(UInt8(ascii: ":"))
        append(inDay / 1000 % 60, width: 2)
        append(UInt8(ascii: "."))
        append(inDay % 1000, width: 3)
        append(UInt8(ascii: "Z"))
    }

    /// Adds a UUID in lower case.
    func append(uuidHigh high: UInt64, low: UInt64) {
        fill(upTo: 36) { bytes in
            var place = 0
            for digit in 0..<32 {
                if [8, 12, 16, 20].contains(digit) {
                    bytes[place] = UInt8(ascii: "-")
                    place += 1
                }
                let word = digit < 16 ? high : low
                bytes[place] = Self.digit(UInt8(truncatingIfNeeded: word >> UInt64(60 - digit % 16 * 4) & 15))
                place += 1
            }
            return 36
        }
    }

    /// Adds bytes in lower-case hexadecimal.
    func append(hexadecimal source: UnsafeRawBufferPointer) {
        fill(upTo: source.count * 2) { bytes in
            for (place, byte) in source.enumerated() {
                bytes[place * 2] = Self.digit(byte >> 4)
                bytes[place * 2 + 1] = Self.digit(byte & 15)
            }
            return source.count * 2
        }
    }

    @inline(__always)
    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 &+ value : 0x57 &+ value }

    /// Adds a string of JSON with the escapes of RFC 8785.
    func append(quotedJSON text: UnsafeRawBufferPointer) {
        append(UInt8(ascii: "\""))
        var start = 0
        while true {
            let stop = StringEscape.next(in: text, from: start)
            append(UnsafeRawBufferPointer(rebasing: text[start..<stop]))
            guard stop < text.count else { break }
            var (escape, count) = StringEscape.of(text[stop])
            while count > 0 {
                append(UInt8(truncatingIfNeeded: escape))
                escape >>= 8
                count -= 1
            }
            start = stop + 1
        }
        append(UInt8(ascii: "\""))
    }
}
