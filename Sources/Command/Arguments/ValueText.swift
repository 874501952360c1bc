/// Reads values as they are typed on a command line. Each function gives nil for text that is no such value.
enum ValueText {
    /// Decimal digits with an optional minus.
    static func integer(_ text: String) -> Int64? {
        var digits = Substring(text)
        if digits.first == "-" { digits.removeFirst() }
        guard !digits.isEmpty, digits.utf8.allSatisfy(isDigit) else { return nil }
        return Int64(text)
    }

    /// A finite decimal number: `12`, `-0.5`, `1e6`.
    static func number(_ text: String) -> Double? {
        let isDecimal = text.utf8.allSatisfy { isDigit($0) || "+-.eE".utf8.contains($0) }
        guard isDecimal, text.utf8.first.map({ isDigit($0) || $0 == UInt8(ascii: "-") }) == true,
            text.utf8.last.map(isDigit) == true, let value = Double(text), value.isFinite
        else { return nil }
        return value
    }

    /// `YYYY-MM-DD`, a real date of the years 0001 to 9999, as days since 1970-01-01.
    static func day(_ text: String) -> Int32? {
        var reader = DigitReader(text)
        guard let day = reader.day(), reader.isAtEnd else { return nil }
        return day
    }

    /// RFC 3339, a date (midnight UTC), or integer milliseconds since 1970, as milliseconds since 1970.
    ///
    /// T and Z are read in either case, the second from 00 to 59, an offset up to 23:59; a fraction is cut off after
    /// the millisecond.
    static func milliseconds(_ text: String) -> Int64? {
        if let epoch = integer(text) { return epoch }
        var reader = DigitReader(text)
        guard let day = reader.day() else { return nil }
        let midnight = Int64(day) * 86_400_000
        if reader.isAtEnd { return midnight }
        guard reader.skip("T") || reader.skip("t"), let hour = reader.digits(2, upTo: 23), reader.skip(":"),
            let minute = reader.digits(2, upTo: 59), reader.skip(":"), let second = reader.digits(2, upTo: 59)
        else { return nil }
        var fraction = 0
        if reader.skip(".") {
            guard let milliseconds = reader.milliseconds() else { return nil }
            fraction = milliseconds
        }
        guard let offset = reader.offsetInMinutes(), reader.isAtEnd else { return nil }
        let seconds = (hour * 60 + minute - offset) * 60 + second
        return midnight + Int64(seconds) * 1000 + Int64(fraction)
    }

    /// Numbers with units in falling order (`d`, `h`, `m`, `s`, `ms`): `1h30m`.
    static func duration(_ text: String) -> Duration? {
        let longest = 86_400.0 * 365_000
        var rest = Substring(text)
        var units = [("d", 86_400.0), ("h", 3_600.0), ("m", 60.0), ("s", 1.0), ("ms", 0.001)][...]
        var total = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            rest = rest.dropFirst(digits.count)
            let letters = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(letters.count)
            guard let value = number(String(digits)), let unit = units.firstIndex(where: { $0.0 == letters }) else {
                return nil
            }
            total += value * units[unit].1
            units = units[(unit + 1)...]
        }
        return !text.isEmpty && total <= longest ? .seconds(total) : nil
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

/// Reads fields of fixed width from the start of a text.
private struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let byte = rest.first, UInt32(byte) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    /// Reads exactly `count` digits as a number; nil if it is greater than the limit.
    mutating func digits(_ count: Int, upTo greatest: Int) -> Int? {
        let field = rest.prefix(count)
        guard field.count == count, field.allSatisfy(ValueText.isDigit) else { return nil }
        let value = field.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        guard value <= greatest else { return nil }
        rest = rest.dropFirst(count)
        return value
    }

    /// `YYYY-MM-DD` as days since 1970-01-01.
    mutating func day() -> Int32? {
        guard let year = digits(4, upTo: 9999), year >= 1, skip("-"), let month = digits(2, upTo: 12), month >= 1,
            skip("-"), let day = digits(2, upTo: 31), day >= 1, day <= Self.days(of: month, in: year)
        else { return nil }
        // In a calendar whose years begin in March, a leap day is the last day of its year.
        let yearFromMarch = month > 2 ? year : year - 1
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let days = yearFromMarch * 365 + yearFromMarch / 4 - yearFromMarch / 100 + yearFromMarch / 400 + dayOfYear
        return Int32(days - 719_468)
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Reads one or more digits of a fraction of a second, cut off after the millisecond.
    mutating func milliseconds() -> Int? {
        let field = rest.prefix(while: ValueText.isDigit)
        guard !field.isEmpty else { return nil }
        rest = rest.dropFirst(field.count)
        return (Array(field.prefix(3)) + [48, 48]).prefix(3).reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    /// `Z`, or hours and minutes east (`+02:00`) or west (`-02:00`) of UTC, as minutes east.
    mutating func offsetInMinutes() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let sign = skip("-") ? -1 : 1
        guard sign == -1 || skip("+"), let hours = digits(2, upTo: 23), skip(":"),
            let minutes = digits(2, upTo: 59)
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
