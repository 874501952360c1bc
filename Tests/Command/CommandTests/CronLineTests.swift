import Arguments
import Foundation
import TestSupport
import Testing

@testable import reelhouse

/// What `reelhouse nightly --emit cron` prints.
@Suite struct CronLineTests {
    private static func line(_ schedule: NightlySchedule) throws -> String {
        let lines = try CronLine(schedule).file.text.split(separator: "\n").map(String.init)
        #expect(lines.dropLast().allSatisfy { $0.hasPrefix("#") })
        return lines.last ?? ""
    }

    @Test func theLine() throws {
        let line = try Self.line(NightlyScheduleTests.schedule(arguments: ["-w", "100%.db"]))
        #expect(
            line
                == #"2,17,32,47 * * * * [ $(( ($(date +\%s) / 60 - 137) \% 1440 / 15 )) -eq 0 ] && cd /srv/reelhouse && "#
                + #"PATH=/usr/local/bin:/usr/bin:/bin exec /usr/local/bin/reelhouse nightly --tries 3 -w '100\%.db'"#)
    }

    /// Runs the line's command at each minute in which cron would in a time zone, with a `date` that says this minute, and
    /// expects one run a day, at the right time.
    @Test(arguments: ["00:00", "02:17", "12:30", "23:59"], [0, 60, -210, 345])
    func itRunsOnceADayAtItsTimeInUTC(_ time: String, _ offset: Int) throws {
        let schedule = try NightlyScheduleTests.schedule(program: "/bin/true", folder: "/", at: time)
        let fields = try Self.line(schedule).split(separator: " ", maxSplits: 5)
        #expect(fields[1..<5].allSatisfy { $0 == "*" })
        let minutes = Set(fields[0].split(separator: ",").compactMap { Int($0) })
        // The minutes of a day in UTC in which the clock on the wall shows one of the line's.
        let begins = (0..<1440).filter { minutes.contains((($0 + offset) % 60 + 60) % 60) }
        #expect(begins.count == 96)
        // cron may be some seconds late.
        let script = """
            date() { echo "$second"; }
            for minute in \(begins.map(String.init).joined(separator: " ")); do
            second=$((1795910400 + minute * 60 + 7)); ( \(fields[5].replacing("\\%", with: "%")) ) && echo "$minute"; done
            """
        #expect(try ChildProcess("/bin/sh", ["-c", script]).wait().output == "\(schedule.time.minuteOfDay)\n")
    }

    @Test func whatACrontabCannotHoldIsRefused() throws {
        #expect(throws: UsageError.self) { try Self.line(NightlyScheduleTests.schedule(arguments: ["a\nb"])) }
        let long = try NightlyScheduleTests.schedule(arguments: [String(repeating: "a", count: 1000)])
        #expect(throws: UsageError.self) { try Self.line(long) }
    }
}
