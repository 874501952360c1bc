/// Converts moments, which are milliseconds since 1970 in UTC, from and to text.
public enum Timestamp {
    /// Reads a date and time of RFC 3339: `2026-11-20T18:03:22.517Z`, `2026-11-20t19:03:22+01:00`. T and Z may have
    /// either case, seconds are 00 to 59, the offset is at most 23:59, the fraction is cut off after the millisecond.
    /// Nil for any other text, and for a date that does not exist.
    public static func parse(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        guard bytes.count >= 20, let date = CivilDate.leadingDate(bytes), bytes[10] | 0x20 == 0x74,
            bytes[13] == 0x3a, bytes[16] == 0x3a,
            let hour = CivilDate.twoDigits(bytes, 11), let minute = CivilDate.twoDigits(bytes, 14),
            let second = CivilDate.twoDigits(bytes, 17), hour < 24, minute < 60, second < 60,
            let day = CivilDate.days(year: date.year, month: date.month, day: date.day)
        else { return nil }
        var at = 19
        guard let fraction = milliseconds(bytes, &at), let offset = offsetMinutes(bytes, &at), at == bytes.count else {
            return nil
        }
        let minutes = Int64(day) * 1440 + Int64(hour * 60 + minute - offset)
        return minutes * 60_000 + Int64(second * 1000 + fraction)
    }

    /// Writes a moment as `2026-11-20T18:03:22.517Z`.
    public static func text(_ milliseconds: Int64) -> String {
        let day = CivilDate.day(ofMilliseconds: milliseconds)
        let inDay = Int(milliseconds - Int64(day) * CivilDate.millisecondsPerDay)
        let pad = CivilDate.padded
        let time = "\(pad(inDay / 3_600_000, 2)):\(pad(inDay / 60_000 % 60, 2)):\(pad(inDay / 1000 % 60, 2))"
        return "\(CivilDate.text(ofDay: day))T\(time).\(pad(inDay % 1000, 3))Z"
    }

    @inline(__always)
    private static func milliseconds(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> Int? {
        guard bytes[at] == 0x2e else { return 0 }
        at += 1
        let start = at
        var value = 0
        while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 {
            if at - start < 3 { value = value * 10 + Int(bytes[at] - 0x30) }
            at += 1
        }
        switch at - start {
        case 0: return nil
        case 1: return value * 100
        case 2: return value * 10
        default: return value
        }
    }

    @inline(__always)
    private static func offsetMinutes(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> Int? {
        guard at < bytes.count else { return nil }
        if bytes[at] | 0x20 == 0x7a {
            at += 1
            return 0
        }
        let isNegative = bytes[at] == 0x2d
        guard isNegative || bytes[at] == 0x2b, at + 6 <= bytes.count, bytes[at + 3] == 0x3a,
            let hours = CivilDate.twoDigits(bytes, at + 1), let minutes = CivilDate.twoDigits(bytes, at + 4),
            hours < 24, minutes < 60
        else { return nil }
        at += 6
        return isNegative ? -(hours * 60 + minutes) : hours * 60 + minutes
    }
}

/// The clock of a run: one moment that all its rules use.
public struct RunClock: Sendable {
    /// Now, as milliseconds since 1970 in UTC.
    public let now: Int64

    /// Creates a clock that always shows a moment.
    public init(now: Int64) { self.now = now }

    /// The UTC day of the moment, as days since 1970-01-01.
    public var day: Int32 { CivilDate.day(ofMilliseconds: now) }
}
