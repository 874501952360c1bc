import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// `reelhouse run --backup` to a real broker.
@Suite(.enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"), .waits) struct BackupCommandTests {
    private static func url(_ topic: TestTopic, _ parameters: String = "") -> String {
        "kafka://\(topic.address)/\(topic.name)\(parameters)"
    }

    private static func movies(_ numbers: Range<Int>, votes: Int = 1) -> String {
        numbers.map { "{\"id\":\($0 + 1),\"title\":\"T\($0)\",\"vote_count\":\(votes)}\n" }.joined()
    }

    private static func start(
        _ arguments: String..., warehouse: String = "w.db", in folder: TemporaryFolder
    ) throws -> ChildProcess {
        try Program.start(
            ["run", "--warehouse", warehouse, "--raw", warehouse + ".raw", "--now", Program.now, "--json"] + arguments,
            in: folder)
    }

    private static func backup(_ run: RunResult) -> [String: Any] { run.object["backup"] as? [String: Any] ?? [:] }

    private static func digest(_ warehouse: String, in folder: TemporaryFolder) throws -> String {
        try Program.run("digest", "--warehouse", warehouse, in: folder).output
    }

    @Test func whatARunAcceptedComesBackByARestore() throws {
        let topic = try TestTopic(
            at: KafkaServer.sharedAddress(), partitions: 2, settings: ["cleanup.policy": "compact"])
        let folder = try TemporaryFolder()
        for (seed, date) in [("1", "2026-10-02"), ("2", "2026-11-20")] {
            try Program.run(
                "generate", "--movies", "50", "--events", "0", "--days", "1", "--seed", seed, "--end-date", date,
                "--output", "in\(seed)", in: folder)
        }
        try folder.write("bad/2026-11-20.ndjson", "{\"id\":0}\n")
        let first = try Self.start(
            "--movies", "in1/movies", "in2/movies", "bad", "--backup", Self.url(topic), in: folder
        ).wait()
        #expect(first.status == 3, "\(first.errors)")
        let run = try RunResult(first.output)
        #expect(run.accepted == 100 && run.rejected == 1)
        #expect(Self.backup(run)["confirmed"] as? Int == 100 && Self.backup(run)["not_sent"] as? Int == 0)
        let records = try topic.records(partitions: 2)
        #expect(
            records.count == 100 && records.allSatisfy { $0.key?.hasSuffix(":" + ($0.snapshotDate ?? "-")) == true })
        #expect(Set(records.map(\.snapshotDate)) == ["2026-10-02", "2026-11-20"])
        // What is loaded already is not sent again.
        let second = try RunResult(
            try Self.start(
                "--movies", "in1/movies", "in2/movies", "--reload", "--backup", Self.url(topic), in: folder
            ).wait().output)
        #expect(second.duplicates == 100 && Self.backup(second)["confirmed"] as? Int == 0)

        try Program.run("restore", "movies", "--from", Self.url(topic), "--to", "back", in: folder)
        let back = try Self.start("--movies", "back", warehouse: "r.db", in: folder).wait()
        #expect(back.status == 0, "\(back.errors)")
        #expect(try Self.digest("r.db", in: folder) == Self.digest("w.db", in: folder))
    }

    @Test func eventsAndMoviesGoToTopicsOfTheirOwn() throws {
        let address = try KafkaServer.sharedAddress()
        let (movies, events) = (try TestTopic(at: address), try TestTopic(at: address))
        let folder = try TemporaryFolder()
        try folder.write("in/2026-11-20.ndjson", Self.movies(0..<3))
        let lines = (1...5).map {
            "{\"event_type\":\"view\",\"event_time\":\"2026-11-20T10:00:0\($0)Z\",\"user_id\":\($0), \"movie_id\":1}"
        }
        try folder.write("events.ndjson", (lines + ["no JSON", lines[0]]).joined(separator: "\n") + "\n")
        let result = try Self.start(
            "--movies", "in", "--events", "events.ndjson", "--backup", "events=" + Self.url(events), "--backup",
            Self.url(movies), in: folder
        ).wait()
        #expect(result.status == 0, "\(result.errors)")
        let run = try RunResult(result.output)
        #expect(Self.backup(run)["confirmed"] as? Int == 3)
        let backup = run.object["event_backup"] as? [String: Any] ?? [:]
        #expect(backup["confirmed"] as? Int == 5 && backup["to"] as? String == Self.url(events))
        let records = try events.records()
        #expect(records.map(\.text) == lines && records.map(\.key) == (1...5).map { "\($0)" })
        #expect(records.allSatisfy { $0.snapshotDate == nil })
        #expect(try movies.records().count == 3)
    }

    @Test func killedAndRunAgainNothingIsMissingInTheBackup() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), partitions: 2)
        let folder = try TemporaryFolder()
        let lines = Self.movies(0..<6000)
        try folder.write("in/2026-11-20.ndjson", lines)
        var kills = 0
        for round in 0..<4 {
            let process = try Self.start(
                "--movies", "in", "--backup", Self.url(topic), "--batch-size", "200", in: folder)
            let sent = try topic.bounds().count
            while try topic.bounds().count < sent + 100 * (round + 1), process.isRunning { usleep(5000) }
            process.send(SIGKILL)
            if process.wait().isKilled { kills += 1 }
            // What is committed is in the topic.
            let there = Set(try topic.records(partitions: 2).map(\.text))
            let rows = try Program.run(
                "query", "SELECT title FROM movies", "--format", "csv", "--warehouse", "w.db", in: folder)
            let titles = rows.output.split(separator: "\n").dropFirst()
            let inTopic = Set(there.compactMap { $0.split(separator: "\"").dropFirst(4).first.map(String.init) })
            #expect(titles.allSatisfy { inTopic.contains(String($0)) }, "\(titles.count) \(inTopic.count)")
        }
        #expect(kills > 0)
        let last = try Self.start("--movies", "in", "--backup", Self.url(topic), in: folder).wait()
        #expect(last.status == 0, "\(last.errors)")
        let records = Set(try topic.records(partitions: 2).map(\.text))
        #expect(records == Set(lines.split(separator: "\n").map(String.init)))
    }

    @Test func aDocumentThatIsTooLargeIsNamedAndLoaded() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), settings: ["max.message.bytes": "20000"])
        let folder = try TemporaryFolder()
        let noise = (0..<40_000).map { _ in String(format: "%02x", UInt8.random(in: 0...255)) }.joined()
        try folder.write(
            "in/2026-11-20.ndjson",
            Self.movies(0..<3) + "{\"id\":9,\"title\":\"\(noise)\"}\n" + Self.movies(3..<6))
        let result = try Self.start("--movies", "in", "--backup", Self.url(topic), in: folder).wait()
        #expect(result.status == 3, "\(result.errors)")
        #expect(result.errors.contains("line 4 of in/2026-11-20.ndjson was not sent"), "\(result.errors)")
        #expect(result.errors.contains("the topic (max.message.bytes), which takes 20,000"), "\(result.errors)")
        let run = try RunResult(result.output)
        #expect(run.accepted == 7 && run.rows["movies"] == 7)
        #expect(Self.backup(run)["confirmed"] as? Int == 6 && Self.backup(run)["not_sent"] as? Int == 1)
        #expect(try topic.records().count == 6)
    }

    @Test func whatIsWrongIsTold() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress())
        let folder = try TemporaryFolder()
        try folder.write("in/2026-11-20.ndjson", Self.movies(0..<3))
        let closed = try Self.start(
            "--movies", "in", "--backup", "kafka://127.0.0.1:\(FreePort.find())/t", in: folder
        ).wait()
        #expect(closed.status == 5, "\(closed.errors)")
        let unknown = try Self.start(
            "--movies", "in", "--backup", "kafka://\(topic.address)/none_\(topic.name)", in: folder
        ).wait()
        #expect(unknown.status == 1 && unknown.errors.contains("kafka-topics.sh"), "\(unknown.errors)")
        let noMovies = try Self.start("--events", "in", "--backup", Self.url(topic), in: folder).wait()
        #expect(noMovies.status == 2 && noMovies.errors.contains("--backup sends movie documents"))
        #expect(try Self.start("--movies", "in", "--backup", "data", in: folder).wait().status == 2)
        #expect(try Self.start("--movies", "in", "--backup", Self.url(topic, "?acks=1"), in: folder).wait().status == 2)
        #expect(!folder.has("w.db"))
        let dry = try Self.start("--movies", "in", "--backup", Self.url(topic), "--dry-run", in: folder).wait()
        #expect(dry.status == 0, "\(dry.errors)")
        #expect(try RunResult(dry.output).object["backup"] == nil)
        #expect(try topic.bounds().isEmpty)
    }
}
