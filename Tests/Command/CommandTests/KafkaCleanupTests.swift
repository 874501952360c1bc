import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// What a broker's own retention and compaction leave, and what a run says of the rest. A broker begins to look for old
/// records half a minute after its start, and looks every second from then on.
@Suite(
    .waits, .enabled(if: KafkaServer.canStart, "\(KafkaServer.whatToInstall)"),
    .enabled(if: LongTests.areOn, "\(LongTests.whatToSet)"))
struct KafkaCleanupTests {
    private static func load(_ topic: TestTopic, _ port: String = "events", in folder: TemporaryFolder) throws
        -> ChildProcess.Result
    {
        try Program.run(
            "run", "-w", "w.db", "--raw", "raw", "--now", Program.now, "--json", "--\(port)",
            "kafka://\(topic.address)/\(topic.name)", in: folder)
    }

    /// Waits until something holds.
    private static func wait(
        seconds: Int = 90, for what: String, location: SourceLocation = #_sourceLocation, _ holds: () throws -> Bool
    ) throws {
        for _ in 0..<seconds * 5 {
            if try holds() { return }
            usleep(200_000)
        }
        Issue.record("\(what) did not happen within \(seconds) s", sourceLocation: location)
    }

    @Test func retentionTakesWhatWasNotReadButNoOldEventThatWasPublished() throws {
        let address = try KafkaServer.shared().address
        let week = ["retention.ms": "604800000"]
        let event = #"{"event_type":"click","event_time":"1995-06-01T00:00:00Z","user_id":1,"movie_id":1}"#
        let (published, folder) = (try TestTopic(at: address, settings: week), try TemporaryFolder())
        try folder.write("a.ndjson", event + "\n")
        let sent = try Program.run(
            "publish", "events", "--from", "a.ndjson", "--to", "kafka://\(address)/\(published.name)", in: folder)
        #expect(sent.status == 0, "\(sent.errors)")
        // What a producer would write that gives each record the time of its event.
        let ownTime = try TestTopic(at: address, settings: week)
        try ownTime.send([TestRecord(event, timestamp: 801_964_800_000)])
        // A topic that keeps its records for a few seconds.
        let overtaken = try TestTopic(at: address, settings: ["retention.ms": "10000"])
        try overtaken.send((0..<4).map { TestRecord(PublishCommandTests.event($0, user: 1)) })
        let first = try Self.load(overtaken, in: folder)
        #expect(try RunResult(first.output).accepted == 4, "\(first.errors)")
        try overtaken.send((4..<9).map { TestRecord(PublishCommandTests.event($0, user: 1)) })

        try Self.wait(for: "the deletion of old records") {
            try ownTime.bounds() == 1..<1 && overtaken.bounds() == 9..<9
        }
        let second = try Self.load(overtaken, in: folder)
        #expect(second.status == 3, "\(second.errors)")
        #expect(second.errors.contains("at most 5 lines expired before they were read (offsets 4 to 8)"))
        try overtaken.send([TestRecord(PublishCommandTests.event(9, user: 1))])
        let third = try Self.load(overtaken, in: folder)
        #expect(try third.status == 0 && RunResult(third.output).accepted == 1, "\(third.errors)")
        #expect(try published.bounds() == 0..<1)
        let kept = try Self.load(published, in: folder)
        #expect(try kept.status == 0 && RunResult(kept.output).accepted == 1, "\(kept.errors)")
    }

    private static func movie(_ id: Int, votes: Int) -> String {
        "{\"id\":\(id),\"title\":\"M\(id)\",\"vote_count\":\(votes)}"
    }

    private static func record(_ id: Int, votes: Int?) -> TestRecord {
        TestRecord(
            votes.map { Array(movie(id, votes: $0).utf8) }, key: "\(id):2026-11-20",
            headers: [("snapshot_date", Array("2026-11-20".utf8))])
    }

    /// What `digest` prints of a warehouse of these lines, loaded from a file.
    private static func digest(_ lines: [String]) throws -> String {
        let folder = try TemporaryFolder()
        try folder.write("2026-11-20.ndjson", lines.map { $0 + "\n" }.joined())
        let run = try Program.run(
            "run", "-w", "w.db", "--raw", "raw", "--now", Program.now, "--movies", "2026-11-20.ndjson", in: folder)
        #expect(run.status == 0, "\(run.errors)")
        return try Program.run("digest", "-w", "w.db", in: folder).output
    }

    @Test func compactionLosesNoMovieThatSurvives() throws {
        let topic = try TestTopic(
            at: KafkaServer.shared().address,
            settings: [
                "cleanup.policy": "compact", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.001",
                "delete.retention.ms": "100", "max.compaction.lag.ms": "1000",
            ])
        let (follower, fresh) = (try TemporaryFolder(), try TemporaryFolder())
        try topic.send((1...20).map { Self.record($0, votes: 1) })
        let first = try Self.load(topic, "movies", in: follower)
        #expect(try RunResult(first.output).accepted == 20, "\(first.errors)")
        // 1 to 4 stay, 5 is deleted, the others come anew, and the one that was read last is among these.
        try topic.send((5...20).map { Self.record($0, votes: $0 == 5 ? nil : 2) })
        // The cleaner leaves the newest segment alone, and a record begins a new one only after its time.
        try Self.wait(for: "compaction") {
            usleep(300_000)
            try topic.send([Self.record(99, votes: 1)])
            return try topic.remaining().filter { (20...35).contains($0.offset) || $0.offset < 20 }.count <= 20
        }
        let survivors = try topic.remaining()
        #expect(survivors.first?.offset == 0 && !survivors.contains { $0.offset == 19 }, "\(survivors.map(\.offset))")

        let second = try Self.load(topic, "movies", in: follower)
        #expect(second.status == 0 && !second.errors.contains("expired"), "\(second.errors)")
        let remark = "the record that was read last before, that of offset 19, is not there any more"
        #expect(second.output.contains(remark), "\(second.output)")
        let all = (1...20).map { Self.movie($0, votes: 1) } + (6...20).map { Self.movie($0, votes: 2) }
        #expect(
            try Program.run("digest", "-w", "w.db", in: follower).output
                == Self.digest(all + [Self.movie(99, votes: 1)]))
        // A new warehouse gets what survives.
        let whole = try Self.load(topic, "movies", in: fresh)
        #expect(whole.status == 0 && !whole.output.contains("not there any more"), "\(whole.output)")
        let left = survivors.filter { !$0.value.isEmpty }.map(\.text)
        #expect(try Program.run("digest", "-w", "w.db", in: fresh).output == Self.digest(left))
        // The next run has a record again that proves that the log is the same.
        try topic.send([Self.record(100, votes: 1)])
        let third = try Self.load(topic, "movies", in: follower)
        #expect(try third.status == 0 && RunResult(third.output).read >= 1, "\(third.errors)")
    }
}
