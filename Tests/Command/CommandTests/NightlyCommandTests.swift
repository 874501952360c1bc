import Foundation
import Servers
import TestSupport
import Testing

/// `reelhouse nightly`, with the built command.
@Suite(.waits) struct NightlyCommandTests {
    static let now = "2026-11-28T12:00:00Z"
    /// The tasks that have something to do without a key of TMDB's API.
    static let tasks = ["movies", "events", "enrich", "marts", "compact", "export", "check", "prune"]

    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder(inMemory: true)
        try Self.generate(into: folder)
    }

    static func generate(into folder: TemporaryFolder) throws {
        let result = try Program.start(
            [
                "generate", "--movies", "60", "--events", "900", "--days", "4", "--end-date", "2026-11-20", "--seed",
                "7",
                "--output", "data",
            ], in: folder
        ).wait()
        #expect(result.status == 0, "\(result.errors)")
    }

    static func nightly(
        _ arguments: [String] = [], in folder: TemporaryFolder, status: Int32? = 0, environment: [String: String] = [:]
    ) throws -> [String: Any] {
        let result = try Program.start(
            ["nightly", "--now", now, "--json", "--retry-wait", "1ms"] + arguments, environment: environment,
            in: folder
        ).wait()
        if let status { #expect(result.status == status, "\(arguments): \(result.output) \(result.errors)") }
        return result.output.isEmpty ? [:] : try Program.object(result.output)
    }

    static func batches(_ result: [String: Any]) -> [[String: Any]] { result["nightlies"] as? [[String: Any]] ?? [] }

    /// The outcome of each task of a batch.
    static func outcomes(_ batch: [String: Any]?) -> [String: String] {
        let tasks = batch?["tasks"] as? [[String: Any]] ?? []
        return Dictionary(
            uniqueKeysWithValues: tasks.map { ($0["task"] as? String ?? "", $0["outcome"] as? String ?? "") })
    }

    static func digest(_ warehouse: String, in folder: TemporaryFolder) throws -> String {
        let result = try Program.start(["digest", "-w", warehouse, "--json"], in: folder).wait()
        #expect(result.status == 0, "\(result.errors)")
        return result.output
    }

    private func query(_ sql: String) throws -> String {
        let result = try Program.start(["query", "-f", "csv", sql], in: folder).wait()
        #expect(result.status == 0, "\(result.errors)")
        return result.output.replacing("\r\n", with: "\n")
    }

    @Test func doesAllTasksAndRecordsThem() throws {
        let plain = try Program.start(
            ["run", "-w", "plain.db", "--raw", "raw-plain", "--now", Self.now, "-q"], in: folder
        ).wait()
        #expect(plain.status == 0, "\(plain.errors)")
        let batch = try #require(Self.batches(Self.nightly(in: folder)).first)
        let outcomes = Self.outcomes(batch)
        #expect(outcomes["fetch"] == "skipped")
        for task in Self.tasks { #expect(outcomes[task] == "completed", "\(task)") }
        #expect(try Self.digest("sqlite:warehouse.db", in: folder) == Self.digest("plain.db", in: folder))
        #expect(folder.names(in: "snapshots") == ["2026-11-28"])
        #expect(
            try query("SELECT count(*), min(tries), max(tries) FROM load_task WHERE outcome = 'completed'")
                .hasSuffix("8,1,1\n"))
        let counted = try query("SELECT task FROM load_task WHERE rows > 0 ORDER BY task")
        for task in ["movies", "events", "marts", "compact", "export"] { #expect(counted.contains(task)) }
        #expect(try query("SELECT count(*) FROM load_task WHERE task = 'export' AND bytes > 1000").hasSuffix("1\n"))
        // The next one finds nothing new, and is another batch.
        let next = try #require(Self.batches(Self.nightly(in: folder)).first)
        #expect(next["nightly_id"] as? Int == 2)
        // Of a day the last snapshot is kept; the runs of the second batch are what is new in it.
        #expect(folder.names(in: "snapshots") == ["2026-11-28-2"])
    }

    @Test func showsItsPlanAndDoesNothing() throws {
        let result = try Program.start(["nightly", "--plan", "--now", Self.now], in: folder).wait()
        #expect(result.status == 0)
        for words in ["fetch ─▶ movies", "reelhouse run --only events --leave-marts", "no key", "export ━▶ prune"] {
            #expect(result.output.contains(words), "\(result.output)")
        }
        #expect(!folder.has("warehouse.db") && !folder.has("snapshots"))
        let json = try Self.nightly(["--plan", "--skip", "compact"], in: folder)
        let tasks = try #require(json["tasks"] as? [[String: Any]])
        #expect(tasks.count == 9 && tasks.first { $0["task"] as? String == "compact" }?["asked"] as? Bool == false)
    }

    @Test func aTaskThatFailsLeavesOutWhatNeedsItAndTheRestIsDone() throws {
        // A file in the place of the folder of snapshots.
        try folder.write("snapshots", [1])
        let batch = Self.batches(try Self.nightly(["--tries", "2"], in: folder, status: 1)).first
        let outcomes = Self.outcomes(batch)
        #expect(outcomes["export"] == "failed" && outcomes["prune"] == "blocked")
        #expect(outcomes["check"] == "completed" && outcomes["marts"] == "completed")
        #expect(try query("SELECT tries, error <> '' FROM load_task WHERE task = 'export'").hasSuffix("2,1\n"))
        try FileManager.default.removeItem(atPath: folder.path("snapshots"))
        let next = try #require(Self.batches(Self.nightly(in: folder)).first)
        #expect(next["resumed"] as? Bool == true && next["nightly_id"] as? Int == 1)
        #expect(Self.outcomes(next)["export"] == "completed" && Self.outcomes(next)["prune"] == "completed")
        // What was done was not done again.
        #expect(try query("SELECT tries FROM load_task WHERE task = 'events'").hasSuffix("1\n"))
    }

    @Test func rejectedLinesAboveTheLimitArePartial() throws {
        try folder.write("data/events/bad.ndjson", Array("{\"event_type\":\"view\"}\n".utf8))
        let result = try Self.nightly(["--with", "events=--max-rejects=0"], in: folder, status: 3)
        #expect(Self.outcomes(Self.batches(result).first)["events"] == "partial")
        #expect(Self.outcomes(Self.batches(result).first)["export"] == "completed")
    }

    @Test func backfillMakesABatchForEachDate() throws {
        let dates = "2026-11-18..2026-11-20"
        let batches = Self.batches(
            try Self.nightly(
                ["--backfill", dates, "--skip", "compact", "--with", "check=--skip=events_are_fresh"], in: folder))
        #expect(batches.compactMap { $0["day"] as? String } == ["2026-11-18", "2026-11-19", "2026-11-20"])
        #expect(folder.names(in: "snapshots") == ["2026-11-18", "2026-11-19", "2026-11-20"])
        // A batch has the events of files up to its date.
        let loaded = try query("SELECT day, rows FROM load_task WHERE task = 'events' ORDER BY day")
        #expect(loaded.split(separator: "\n").count == 4 && !loaded.contains(",0\n"), "\(loaded)")
        let again = Self.batches(try Self.nightly(["--backfill", dates, "--skip", "compact"], in: folder))
        #expect(again.count == 3 && again.allSatisfy { ($0["seconds"] as? Double) == 0 })
        #expect(try query("SELECT max(tries) FROM load_task").hasSuffix("1\n"))
    }

    @Test(arguments: [
        (["--only", "foo"], "no task"), (["--with", "export=--nope"], "--nope"), (["--with", "export"], "--with"),
        (["--backfill", "2026-11-20..2026-11-01"], "earlier"), (["--backfill", "2026-11-20"], "two dates"),
        (["--date", "2027-01-01"], "after today"), (["--only", "marts", "--from", "marts"], "--only"),
        (["--date", "2026-11-01", "--backfill", "2026-11-01..2026-11-02"], "--date"),
    ])
    func wrongUsageIsToldBeforeAnythingIsDone(_ arguments: [String], _ words: String) throws {
        let result = try Program.start(["nightly", "--now", Self.now] + arguments, in: folder).wait()
        #expect(result.status == 2 && result.errors.contains(words), "\(result.errors)")
        #expect(!folder.has("warehouse.db"))
    }

    /// A clock that jumps back by a week, forward by a month and back again: each date has a batch of its own, and nothing is
    /// loaded twice.
    @Test func theClockMayJump() throws {
        let first = try Self.nightly(in: folder)
        #expect(Self.outcomes(Self.batches(first).first)["events"] == "completed")
        let digest = try Self.digest("sqlite:warehouse.db", in: folder)
        for (number, now) in ["2026-11-21T12:00:00Z", "2026-12-28T12:00:00Z", "2026-11-28T13:00:00Z"].enumerated() {
            let result = try Program.start(
                ["nightly", "--now", now, "--json", "--with", "check=--set=freshness=90d"], in: folder
            ).wait()
            let batch = try #require(Self.batches(Program.object(result.output)).first, "\(result.errors)")
            #expect(batch["nightly_id"] as? Int == number + 2 && batch["day"] as? String == String(now.prefix(10)))
            #expect(Self.outcomes(batch)["export"] == "completed")
            #expect(try Self.digest("sqlite:warehouse.db", in: folder) == digest)
        }
        #expect(
            try query("SELECT sum(rows) FROM load_task WHERE task = 'events' AND nightly_id > 1").hasSuffix("\n0\n"))
        #expect(folder.names(in: "snapshots") == ["2026-11-21", "2026-11-28-2", "2026-12-28"])
    }

    @Test func itsEndIsMeasuredAndTold() throws {
        try folder.write("snapshots", [1])
        _ = try Self.nightly(
            [
                "--tries", "1", "--metrics-file", "m.prom", "--notify-command",
                "cat > told; echo $REELHOUSE_STATUS >> told",
            ], in: folder, status: 1)
        let metrics = String(decoding: folder.read("m.prom"), as: UTF8.self)
        #expect(metrics.contains("reelhouse_command_exit_status{command=\"nightly\"} 1"), "\(metrics)")
        let told = String(decoding: folder.read("told"), as: UTF8.self)
        #expect(told.contains("\"nightlies\"") && told.hasSuffix("1\n"), "\(told)")
    }

    @Test func twoAtOnceTheSecondLeaves() throws {
        let first = try Program.start(
            [
                "nightly", "--now", Self.now, "--movies", "data/movies", "--events", folder.path("pipe"), "--skip",
                "compact",
            ],
            in: try withPipe())
        defer { kill(first.process, SIGKILL) }
        // The first one waits for the pipe to be written to.
        try wait { folder.has("warehouse.db-nightly") && folder.has("warehouse.db") }
        let second = try Program.start(["nightly", "--now", Self.now], in: folder).wait()
        #expect(second.status == 4 && second.errors.contains("another nightly"), "\(second.errors)")
    }

    private func withPipe() throws -> TemporaryFolder {
        #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
        return folder
    }

    private func wait(for condition: () throws -> Bool) throws {
        for _ in 0..<6000 {
            if try condition() { return }
            usleep(20_000)
        }
        Issue.record("the condition did not come true")
    }
}
