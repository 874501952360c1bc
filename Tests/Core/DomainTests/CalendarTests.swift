import Foundation
import Testing

@testable import Domain

/// Days and moments against Foundation's proleptic Gregorian calendar.
@Suite struct CalendarTests {
    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
        return calendar
    }()

    @Test func everyDayOfFourCenturiesFollowsTheOneBefore() throws {
        // 1582-10-15 is where Foundation begins to be Gregorian.
        let start = try #require(CivilDate.days(year: 1583, month: 1, day: 1))
        var expected = (year: 1583, month: 1, day: 1)
        for day in start..<start + 2 * 146_097 {
            let date = CivilDate.date(ofDay: day)
            // An expectation each would take most of the time.
            if date != expected || CivilDate.days(year: date.year, month: date.month, day: date.day) != day {
                Issue.record("day \(day) is \(date), and not \(expected)")
                return
            }
            if day % 97 == 0 {
                let parts = Self.calendar.dateComponents(
                    [.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86_400 + 43_200))
                #expect(parts.year == date.year && parts.month == date.month && parts.day == date.day, "\(day)")
            }
            expected.day += 1
            if expected.day > CivilDate.length(ofMonth: expected.month, year: expected.year) {
                expected = (expected.month == 12 ? expected.year + 1 : expected.year, expected.month % 12 + 1, 1)
            }
        }
    }

    @Test(arguments: [
        ("0001-01-01", -719_162), ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016),
        ("9999-12-31", 2_932_896),
    ])
    func aDateIsReadAndWritten(text: String, day: Int32) {
        #expect(text.withBytes { CivilDate.parse($0) } == day)
        #expect(CivilDate.text(ofDay: day) == text)
    }

    @Test(arguments: [
        "0000-01-01", "10000-01-01", "2026-02-29", "1900-02-29", "2026-00-10", "2026-1-1", "2026-01-32", "2026/01/01",
        "2026-01-01 ", " 2026-01-01", "", "20260101", "2026-01-0a", "-001-01-01",
    ])
    func whatIsNoDateIsNone(text: String) { #expect(text.withBytes { CivilDate.parse($0) } == nil) }

    @Test func momentsAreWrittenAsFoundationWritesThem() throws {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var generator = SystemRandomNumberGenerator()
        var moments: [Int64] = [-1, 0, 1, 999, 86_399_999, 86_400_000, -86_400_000, -86_400_001, 1_763_661_802_517]
        for _ in 0..<3000 {
            moments.append(Int64.random(in: -12_212_553_600_000...253_402_300_799_999, using: &generator))
        }
        for moment in moments {
            let text = Timestamp.text(moment)
            #expect(text.withBytes { Timestamp.parse($0) } == moment)
            // Foundation counts in seconds from 2001 as a double: half a millisecond more keeps it from cutting one off.
            let date = Date(timeIntervalSince1970: (Double(moment) + 0.5) / 1000)
            #expect(format.format(date) == text, "\(moment)")
            let day = CivilDate.day(ofMilliseconds: moment)
            #expect(text.hasPrefix(CivilDate.text(ofDay: day)))
        }
    }
}
