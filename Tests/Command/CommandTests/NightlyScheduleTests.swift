import Arguments
import Testing

@testable import reelhouse

/// What a scheduler is told of the nightly run.
@Suite struct NightlyScheduleTests {
    /// The tasks of the nightly run, with what they need and come after.
    static let steps: [NightlySchedule.Step] = [
        .init("fetch", hours: 12), .init("movies", after: ["fetch"]), .init("events", after: ["movies"]),
        .init("enrich", after: ["events"]), .init("marts", needs: ["enrich"]),
        .init("compact", needs: ["events"], after: ["marts"]),
        .init("export", needs: ["movies", "events", "marts"]), .init("check", needs: ["marts"], after: ["export"]),
        .init("prune", needs: ["export"], hours: 1),
    ]

    static func schedule(
        program: String = "/usr/local/bin/reelhouse", folder: String = "/srv/reelhouse", arguments: [String] = [],
        at time: String = "02:17", user: String = "reel", writableFolders: [String] = [], leftOut: [String] = [],
        tries: Int = 3
    ) throws -> NightlySchedule {
        try NightlySchedule(
            program: program, folder: folder, arguments: arguments, time: .init(time), user: user,
            writableFolders: writableFolders, steps: steps, leftOut: leftOut, tries: tries)
    }

    @Test(arguments: [("00:00", 0), ("02:05", 125), ("23:59", 1439)])
    func aTimeIsOfTheDay(_ text: String, _ minutes: Int) throws {
        let time = try NightlySchedule.Time(text)
        #expect(time.minuteOfDay == minutes)
        #expect(time.text == text)
    }

    @Test(arguments: ["", "2:17", "24:00", "02:60", "02:17:00", "02.17", "0２:17", "-1:30", "+1:30", "02:1 "])
    func anythingElseIsNone(_ text: String) {
        #expect(throws: UsageError.self) { try NightlySchedule.Time(text) }
    }

    @Test func theCommandSaysWhatIsLeftOut() throws {
        let whole = try Self.schedule(arguments: ["-w", "a.db"], tries: 2)
        #expect(whole.command == ["/usr/local/bin/reelhouse", "nightly", "--tries", "2", "-w", "a.db"])
        let part = try Self.schedule(leftOut: ["fetch", "prune"])
        #expect(Array(part.command.suffix(2)) == ["--skip", "fetch,prune"])
    }

    @Test func allTasksStayAsTheyAre() throws { #expect(try Self.schedule().keptSteps == Self.steps) }

    @Test func whatFollowedATaskThatIsLeftOutFollowsWhatThatOneDid() throws {
        let kept = try Self.schedule(leftOut: ["fetch", "movies", "enrich", "export"]).keptSteps
        #expect(
            kept == [
                .init("events"), .init("marts", after: ["events"]),
                .init("compact", needs: ["events"], after: ["marts"]),
                .init("check", needs: ["marts"], after: ["events"]),
                .init("prune", after: ["events", "marts"], hours: 1),
            ])
    }

    @Test(arguments: ["reelhouse", "", "./x"])
    func placesAreAbsolute(_ path: String) {
        #expect(throws: UsageError.self) { try Self.schedule(program: path) }
        #expect(throws: UsageError.self) { try Self.schedule(folder: path) }
        #expect(throws: UsageError.self) { try Self.schedule(writableFolders: ["/srv/a", path]) }
    }

    @Test func aPlaceHasNoControlCharacter() {
        #expect(throws: UsageError.self) { try Self.schedule(program: "/srv/a\nb") }
        #expect(throws: UsageError.self) { try Self.schedule(folder: "/srv/a\tb") }
        #expect(throws: UsageError.self) { try Self.schedule(user: "a\u{7F}") }
    }

    @Test func eachSchedulerHasItsFiles() throws {
        let names = try ScheduleFormat.allCases.map { try $0.files(for: Self.schedule()).map(\.name) }
        #expect(
            names == [
                ["reelhouse-nightly.service", "reelhouse-nightly.timer"], ["reelhouse-nightly.cron"],
                ["reelhouse_nightly.py"],
            ])
    }
}
