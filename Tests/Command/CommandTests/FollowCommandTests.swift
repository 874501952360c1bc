import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// `run --follow`: which options go with it, how it ends, and how a second follower takes over.
@Suite(.serialized, .waits) struct FollowCommandTests {
    private static let topic = "kafka://localhost/user_logs"

    @Test(arguments: [
        (["--follow", "--events", "data/events"], "--follow needs a topic"),
        (["--start", "latest", "--events", "data/events"], "--start needs a topic"),
        (["--follow", "--events", topic, "--reload"], "--follow does not go with --reload"),
        (["--follow", "--events", topic, "--dry-run"], "--follow does not go with --dry-run"),
        (["--mart-interval", "1s", "--events", topic], "--mart-interval goes with --follow"),
        (["--start", "yesterday", "--events", topic], "must be earliest, latest, or a time"),
    ])
    func whatDoesNotGoTogether(_ options: [String], _ words: String) throws {
        let folder = try TemporaryFolder()
        let result = try Program.start(["run"] + options, in: folder).wait()
        #expect(result.status == 2 && result.errors.contains(words), "\(result.errors)")
    }

    private static func clicks(_ numbers: Range<Int>) -> [TestRecord] {
        String(decoding: SampleLines.clicks(numbers.count, from: numbers.lowerBound), as: UTF8.self)
            .split(separator: "\n").map { TestRecord(String($0)) }
    }

    private static func follow(_ topic: TestTopic, in folder: TemporaryFolder) throws -> ChildProcess {
        try Program.start(
            [
                "run", "-w", "w.db", "--raw", "raw", "--json", "--follow", "--batch-interval", "100ms",
                "--mart-interval", "1s",
                "--now", Program.now, "--events", "kafka://\(topic.address)/\(topic.name)",
            ], in: folder)
    }

    /// Waits until a query gives a number; whether it did within a time that is long on a busy machine.
    private static func wait(for sql: String, _ expected: Int64, in folder: TemporaryFolder) -> Bool {
        for _ in 0..<1500 {
            if (try? Database(path: folder.path("w.db")).integer(sql)) == expected { return true }
            usleep(20_000)
        }
        return false
    }

    private static let facts = "SELECT count(*) FROM fact_user_event"

    @Test(.enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"))
    func itGoesOnUntilItIsStoppedAndAnotherOneTakesOver() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress())
        let folder = try TemporaryFolder()
        try topic.send(Self.clicks(0..<3))
        let first = try Self.follow(topic, in: folder)
        #expect(Self.wait(for: Self.facts, 3, in: folder))
        try topic.send(Self.clicks(3..<5))
        #expect(Self.wait(for: Self.facts, 5, in: folder))
        // Marts come while it goes on.
        #expect(Self.wait(for: "SELECT count(*) > 0 FROM load_mart_refresh", 1, in: folder))
        let second = try Self.follow(topic, in: folder)
        // A run that does not follow does not wait.
        let other = try Program.run(
            "run", "-w", "w.db", "--raw", "raw", "--events", "kafka://\(topic.address)/\(topic.name)", in: folder)
        #expect(other.status == 4, "\(other.errors)")
        for _ in 0..<1500 where !second.errorsSoFar.contains("waiting to take over") { usleep(20_000) }
        first.send(SIGKILL)
        #expect(first.wait().isKilled)
        try topic.send(Self.clicks(5..<9))
        #expect(Self.wait(for: Self.facts, 9, in: folder))
        second.send(SIGTERM)
        let result = second.wait()
        #expect(result.status == 143, "\(result.errors)")
        #expect(
            result.errors.contains("waiting to take over") && result.errors.contains("taking over"), "\(result.errors)")
        let run = try RunResult(result.output)
        #expect(run.outcome == "stopped" && run.accepted >= 4)
        let sums = "SELECT (SELECT sum(read) FROM load_run) - (SELECT sum(read) FROM load_checkpoint)"
        #expect(try Database(path: folder.path("w.db")).integer(sums) == 0)
        // A batch goes on where the follower ended.
        #expect(try Program.load("--events", "kafka://\(topic.address)/\(topic.name)", in: folder).read == 0)
    }

    /// Of those that make a new warehouse at the same moment, one does, and the others wait.
    @Test(.enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"))
    func severalThatAreStartedAtOnceGoOn() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress())
        let folder = try TemporaryFolder()
        try topic.send(Self.clicks(0..<2))
        let followers = try (0..<3).map { _ in try Self.follow(topic, in: folder) }
        #expect(Self.wait(for: Self.facts, 2, in: folder))
        for _ in 0..<1500 where followers.filter({ $0.errorsSoFar.contains("waiting to take over") }).count < 2 {
            usleep(20_000)
        }
        for follower in followers { follower.send(SIGTERM) }
        for follower in followers {
            let result = follower.wait()
            #expect(result.status == 143, "\(result.errors)")
        }
    }

    @Test(.enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"))
    func whoWaitsToTakeOverCanBeStopped() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress())
        let folder = try TemporaryFolder()
        try topic.send(Self.clicks(0..<1))
        let first = try Self.follow(topic, in: folder)
        #expect(Self.wait(for: Self.facts, 1, in: folder))
        let second = try Self.follow(topic, in: folder)
        for _ in 0..<1500 where !second.errorsSoFar.contains("waiting to take over") { usleep(20_000) }
        second.send(SIGTERM)
        let result = second.wait()
        #expect(result.status == 143 && result.errors.contains("stopped before the work began"), "\(result.errors)")
        first.send(SIGINT)
        #expect(first.wait().status == 130)
    }
}
