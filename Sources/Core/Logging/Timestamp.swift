/// Points in time as text.
public enum Timestamp {
    /// RFC 3339 in UTC with milliseconds: `2026-11-24T09:00:00.123Z`.
    ///
    /// - Parameter milliseconds: since 1970; held within the years 0001 to 9999.
    public static func text(milliseconds: Int64) -> String {
        let milliseconds = min(max(milliseconds, -62_135_596_800_000), 253_402_300_799_999)
        let (days, ofDay) = milliseconds.quotientAndRemainder(flooringBy: 86_400_000)
        let seconds = ofDay / 1000
        return date(day: days) + "T" + digits(seconds / 3600, 2) + ":" + digits(seconds / 60 % 60, 2) + ":"
            + digits(seconds % 60, 2) + "." + digits(ofDay % 1000, 3) + "Z"
    }

    /// `YYYY-MM-DD` of days since 1970-01-01.
    public static func date(day: Int64) -> String {
        // Years that begin in March end with their leap day; 400 of them always have 146,097 days.
        let (era, dayOfEra) = (day + 719_468).quotientAndRemainder(flooringBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return digits(year, 4) + "-" + digits(month, 2) + "-" + digits(dayOfMonth, 2)
    }

    private static func digits(_ value: Int64, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}

extension Int64 {
    /// Quotient rounded down, and a remainder that is never negative; the divisor is positive.
    fileprivate func quotientAndRemainder(flooringBy divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
