import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// What a nightly says of itself, in its result, its metrics and its log, and what its plan leaves alone.
@Suite(.waits) struct NightlyOutcomeTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder(inMemory: true)
        try NightlyCommandTests.generate(into: folder)
    }

    private func metrics(_ name: String) -> [String: Double] {
        let lines = String(decoding: folder.read(name), as: UTF8.self).split(separator: "\n")
        return lines.filter { !$0.hasPrefix("#") }.reduce(into: [:]) { values, line in
            let parts = line.split(separator: " ")
            values[String(parts[0].dropFirst("reelhouse_".count))] = Double(parts[1])
        }
    }

    @Test(arguments: ["systemd", "cron", "airflow"]) func noSchedulerIsToldAPassword(_ format: String) throws {
        let url = "postgresql://loader:geheim@127.0.0.1:1/d"
        let result = try Program.run("nightly", "--emit", format, "--warehouse", url, in: folder)
        #expect(result.status == 2 && result.errors.contains("--env-file"), "\(result.errors)")
        #expect(!(result.output + result.errors).contains("geheim"))
    }

    @Test func whereThereIsNothingYetThereIsNothingToDo() throws {
        let empty = try TemporaryFolder(inMemory: true)
        let result = try NightlyCommandTests.nightly(in: empty)
        let outcomes = NightlyCommandTests.outcomes(NightlyCommandTests.batches(result).first)
        for task in NightlyCommandTests.tasks { #expect(outcomes[task] == "skipped", "\(task)") }
        #expect(!FileManager.default.fileExists(atPath: empty.path("warehouse.db")))
        // With input, or by the name of a warehouse that is not there, it would be a mistake.
        try NightlyCommandTests.generate(into: empty)
        _ = try NightlyCommandTests.nightly(["--only", "check", "--tries", "1"], in: empty, status: 1)
    }

    // MARK: The plan

    /// What is in the folder, with the bytes and the times of change of its files.
    private func state() throws -> [String] {
        try TemporaryFolder.files(below: folder.path).map { path in
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            let changed = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
            return "\(path) \(attributes[.size] ?? 0) \(changed)"
        }.sorted()
    }

    /// Starts a command whose user may not write where nobody gave the right to, as root may.
    private func asAUserWithoutRights(_ arguments: [String]) throws -> ChildProcess {
        let words = ["--reuid=65534", "--regid=65534", "--clear-groups", Program.path]
        let setpriv = "/usr/bin/setpriv"
        let canChange = getuid() == 0 && FileManager.default.isExecutableFile(atPath: setpriv)
        let isReachable = try canChange && ChildProcess(setpriv, words + ["--version"]).wait().status == 0
        if isReachable { return try ChildProcess(setpriv, words + arguments, currentFolder: folder.path) }
        if getuid() == 0 { print("skipped, since another user cannot run the command here: a plan without rights") }
        return try Program.start(arguments, in: folder)
    }

    @Test func thePlanNeedsNoRightToWriteAndWritesNothing() throws {
        _ = try NightlyCommandTests.nightly(["--only", "movies,events,marts", "--skip", "fetch"], in: folder)
        // As an older version has made it: it would have to be migrated to be written to.
        try FileManager.default.removeItem(atPath: folder.path("warehouse.db-nightly"))
        let database = try Database(path: folder.path("warehouse.db"), isWritable: true)
        try database.execute("DELETE FROM schema_migration WHERE version = (SELECT max(version) FROM schema_migration)")
        let before = try state()
        for path in ["", "warehouse.db"] { chmod(folder.path(path), path.isEmpty ? 0o555 : 0o444) }
        defer { chmod(folder.path, 0o755) }
        let result = try asAUserWithoutRights(["nightly", "--plan", "--json", "--now", NightlyCommandTests.now]).wait()
        #expect(result.status == 0, "\(result)")
        let plan = try Program.object(result.output)
        let tasks = try #require(plan["tasks"] as? [[String: Any]])
        let outcomes = tasks.filter { $0["last_outcome"] as? String == "completed" }.compactMap {
            $0["task"] as? String
        }
        #expect(outcomes == ["movies", "events", "marts"])
        #expect(try state() == before)
    }

    // MARK: Statuses

    /// The status of a batch is that of its own tasks.
    @Test func aDatesStatusIsItsOwn() throws {
        try folder.write("data/events/bad-2026-11-18.ndjson", Array("{\"event_type\":\"view\"}\n".utf8))
        let result = try NightlyCommandTests.nightly(
            [
                "--backfill", "2026-11-18..2026-11-19", "--skip", "compact,export,check,prune", "--with",
                "events=--max-rejects=0",
            ], in: folder, status: 3)
        let statuses = NightlyCommandTests.batches(result).map { $0["exit_status"] as? Int }
        #expect(statuses == [3, 0])
    }

    // MARK: The quarantine

    /// Lines that were ahead of a wrong clock are told until they are tried again.
    @Test func linesThatOnlyAWrongClockRejectedAreTold() throws {
        let arguments = ["--skip", "compact,export,check,prune"]
        let wrong = try Program.start(
            ["nightly", "--now", "2026-11-17T00:00:00Z", "--json"] + arguments, in: folder
        ).wait()
        #expect(try Program.object(wrong.output)["lines_to_retry"] as? Int == 0, "\(wrong.errors)")
        let right = try Program.start(["nightly", "--now", NightlyCommandTests.now] + arguments, in: folder).wait()
        #expect(right.output.contains("reelhouse quarantine retry --rule event_time_out_of_range"), "\(right.output)")
        let told = try NightlyCommandTests.nightly(arguments, in: folder)["lines_to_retry"] as? Int ?? 0
        let retried = try Program.run(
            "quarantine", "retry", "--rule", "event_time_out_of_range", "--now", NightlyCommandTests.now, "--json",
            in: folder)
        let taken = try RunResult(retried.output)
        #expect(told > 0 && told == taken.accepted + taken.duplicates + taken.rejected, "\(told) \(retried.output)")
        #expect(try NightlyCommandTests.nightly(arguments, in: folder)["lines_to_retry"] as? Int == 0)
    }

    // MARK: Metrics

    @Test func theTasksAreMeasured() throws {
        let run = try Program.start(
            ["run", "--only", "movies", "--now", NightlyCommandTests.now, "--metrics-file", "run.prom", "-q"],
            in: folder
        ).wait()
        #expect(run.status == 0, "\(run.errors)")
        let first = metrics("run.prom")
        #expect(first["nightly_task_tries{task=\"export\"}"] == 0 && first["last_nightly_id"] == 0)
        #expect(first["nightly_task_outcome{task=\"events\",outcome=\"completed\"}"] == 0)
        #expect((first["command_lines{port=\"movies\",outcome=\"accepted\"}"] ?? 0) > 0)
        #expect(first["command_lines{port=\"events\",outcome=\"rejected\"}"] == 0)
        try folder.write("snapshots", [1])
        try folder.write("data/events/bad.ndjson", Array("{\"event_type\":\"view\"}\n".utf8))
        _ = try NightlyCommandTests.nightly(
            ["--tries", "2", "--skip", "compact", "--metrics-file", "nightly.prom"], in: folder, status: 1)
        let found = metrics("nightly.prom")
        // Every series is there from the first run on.
        #expect(
            first.keys.filter { !$0.hasPrefix("command_") }.sorted()
                == found.keys.filter { !$0.hasPrefix("command_") }.sorted())
        #expect(found["last_nightly_id"] == 1)
        #expect(found["last_nightly_day_timestamp_seconds"] == 1_795_824_000)
        #expect(found["nightly_task_outcome{task=\"export\",outcome=\"failed\"}"] == 1)
        #expect(found["nightly_task_outcome{task=\"export\",outcome=\"completed\"}"] == 0)
        #expect(found["nightly_task_tries{task=\"export\"}"] == 2)
        #expect(found["nightly_task_last_success_timestamp_seconds{task=\"export\"}"] == 0)
        #expect((found["nightly_task_last_success_timestamp_seconds{task=\"events\"}"] ?? 0) > 1_700_000_000)
        #expect((found["nightly_task_duration_seconds{task=\"events\"}"] ?? 0) > 0)
        let rows = found["nightly_task_rows{task=\"events\"}"] ?? 0
        #expect(rows > 0 && found["command_lines{port=\"events\",outcome=\"accepted\"}"] == rows)
        #expect((found["command_lines{port=\"events\",outcome=\"rejected\"}"] ?? 0) > 0)
    }

    /// The run that has read a topic says how many messages wait in each partition; others do not know.
    @Test func whatWaitsInATopicIsMeasured() throws {
        let cluster = try MockCluster()
        try cluster.create("user_logs", partitions: 2)
        let producer = try TestProducer(cluster.address)
        let records = (0..<50).map { TestRecord(PublishCommandTests.event($0, user: $0 % 9 + 1)) }
        for partition in 0..<2 { try producer.send(records, to: "user_logs", partition: Int32(partition)) }
        func waiting(_ arguments: String...) throws -> [Double?] {
            let events = "kafka://\(cluster.address)/user_logs"
            let run = try Program.start(
                ["run", "--events", events, "--metrics-file", "m.prom", "--now", Program.now, "-q"] + arguments,
                in: folder
            ).wait()
            #expect(run.status == 0, "\(run.errors)")
            let found = metrics("m.prom")
            return [0, 1].map { found["source_waiting_messages{topic=\"user_logs\",partition=\"\($0)\"}"] }
        }
        #expect(try waiting() == [0, 0])
        try producer.send(Array(records.prefix(3)), to: "user_logs", partition: 1)
        // What a dry run reads waits as before.
        #expect(try waiting("--dry-run") == [0, 3])
        #expect(try waiting() == [0, 0])
        let printed = try Program.run("metrics", in: folder).output
        #expect(printed.contains("reelhouse_last_success_age_seconds") && !printed.contains("source_waiting"))
    }

    // MARK: The log

    /// Each line names its command by an id, and a task the batch that it belongs to.
    @Test func theLogNamesCommandsAndTasks() throws {
        let result = try Program.start(
            ["nightly", "--log-format", "json", "--log-level", "info", "--now", NightlyCommandTests.now, "-q"],
            in: folder
        ).wait()
        #expect(result.status == 0, "\(result.errors)")
        let lines = try result.errors.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
            try Program.object(String($0))
        }
        let batch = lines.filter { $0["command"] as? String == "nightly" }
        #expect(Set(batch.compactMap { $0["command_id"] as? String }).count == 1 && !batch.isEmpty)
        for (task, command) in [
            ("movies", "run"), ("enrich", "refresh"), ("compact", "compact"), ("export", "export"),
            ("check", "check"), ("prune", "prune"),
        ] {
            let own = lines.filter { $0["task"] as? String == task && $0["command"] as? String == command }
            #expect(own.count >= 2, "\(task) \(own)")
            #expect(Set(own.compactMap { $0["command_id"] as? String }).count == 1, "\(task)")
            #expect(own.allSatisfy { $0["batch"] as? String == "2026-11-28" })
            // Before the first load there is no warehouse to number the batch.
            if task != "movies" { #expect(own.allSatisfy { $0["nightly"] as? Int == 1 }, "\(task) \(own)") }
        }
    }
}
