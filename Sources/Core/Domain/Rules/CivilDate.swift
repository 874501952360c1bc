/// Converts dates of the proleptic Gregorian calendar to days since 1970-01-01 and back.
///
/// The arithmetic is Howard Hinnant's `days_from_civil` (https://howardhinnant.github.io/date_algorithms.html).
public enum CivilDate {
    /// Milliseconds of a day.
    public static let millisecondsPerDay: Int64 = 86_400_000

    /// The day of a date; nil if there is no such date.
    @inlinable
    public static func days(year: Int, month: Int, day: Int) -> Int32? {
        guard month >= 1, month <= 12, day >= 1, day <= length(ofMonth: month, year: year) else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int32(truncatingIfNeeded: era * 146_097 + dayOfEra - 719_468)
    }

    /// The date of a day.
    @inlinable
    public static func date(ofDay days: Int32) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// The UTC day of a moment.
    @inlinable
    public static func day(ofMilliseconds milliseconds: Int64) -> Int32 {
        let quotient = milliseconds / millisecondsPerDay
        return Int32(truncatingIfNeeded: milliseconds % millisecondsPerDay < 0 ? quotient - 1 : quotient)
    }

    @usableFromInline
    static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The day of a text `YYYY-MM-DD`, if it is a real date of the years 0001 to 9999; nil for any other text.
    public static func parse(_ bytes: UnsafeRawBufferPointer) -> Int32? {
        guard bytes.count == 10, let date = leadingDate(bytes), date.year >= 1 else { return nil }
        return days(year: date.year, month: date.month, day: date.day)
    }

    /// Year, month and day of a text that begins `YYYY-MM-DD`; they need not be a real date.
    @inline(__always)
    static func leadingDate(_ bytes: UnsafeRawBufferPointer) -> (year: Int, month: Int, day: Int)? {
        guard bytes.count >= 10, bytes[4] == 0x2d, bytes[7] == 0x2d,
            let century = twoDigits(bytes, 0), let years = twoDigits(bytes, 2),
            let month = twoDigits(bytes, 5), let day = twoDigits(bytes, 8)
        else { return nil }
        return (century * 100 + years, month, day)
    }

    @inline(__always)
    static func twoDigits(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int? {
        let tens = Int(bytes[at]) - 0x30
        let units = Int(bytes[at + 1]) - 0x30
        guard tens >= 0, tens <= 9, units >= 0, units <= 9 else { return nil }
        return tens * 10 + units
    }

    /// The date of a day as `YYYY-MM-DD`.
    public static func text(ofDay days: Int32) -> String {
        let (year, month, day) = date(ofDay: days)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value.magnitude)
        let zeros = String(repeating: "0", count: max(0, width - digits.utf8.count))
        return (value < 0 ? "-" : "") + zeros + digits
    }
}
