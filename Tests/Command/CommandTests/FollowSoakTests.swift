import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// Two followers of a stream for five minutes: one loads and is killed, the other takes over. A stranger is in their group.
@Suite(
    .serialized, .waits, .enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"),
    .enabled(if: LongTests.areOn, "\(LongTests.whatToSet)"))
struct FollowSoakTests {
    private let topic: TestTopic
    private let folder: TemporaryFolder

    init() throws {
        topic = try TestTopic(at: KafkaServer.sharedAddress(), partitions: 3)
        folder = try TemporaryFolder()
    }

    private func start() throws -> ChildProcess {
        try Program.start(
            [
                "run", "-w", "w.db", "--raw", "raw", "--now", Program.now, "--follow", "--batch-interval", "300ms",
                "--mart-interval", "2s", "--quiet", "--events", "kafka://\(topic.address)/\(topic.name)",
            ], in: folder)
    }

    private var facts: Int {
        (try? Database(path: folder.path("w.db")).integer("SELECT count(*) FROM fact_user_event")).map { Int($0) } ?? 0
    }

    /// Waits until something holds, for as long as a busy machine may take; whether it does.
    private func wait(until holds: () -> Bool) -> Bool {
        let end = ContinuousClock.now + .seconds(300)
        while .now < end {
            if holds() { return true }
            usleep(20_000)
        }
        return false
    }

    @Test func fiveMinutesOfAStream() throws {
        let producer = try SteadyProducer(topic, partitions: 3, perSecond: 2000) {
            TestRecord(PublishCommandTests.event($0, user: $0 % 50 + 1))
        }
        let stranger = try GroupSubscriber(topic, group: "reelhouse")
        var followers = [try start(), try start()]
        let end = ContinuousClock.now + .seconds(180)
        var (kills, takeovers) = (0, 0)
        // A busy machine takes longer for twenty of them.
        while .now < end || kills < 20 {
            Thread.sleep(forTimeInterval: .random(in: 1...6))
            let victim = Int.random(in: 0...1)
            followers[victim].send(SIGKILL)
            try #require(followers[victim].wait().isKilled)
            kills += 1
            // The other one goes on, or takes over.
            let before = facts
            try #require(wait { facts > before }, "after \(kills) kills: \(followers[1 - victim].errorsSoFar)")
            if followers[1 - victim].errorsSoFar.contains("taking over") { takeovers += 1 }
            followers[victim] = try start()
        }
        // Two minutes without kills: what is needed for the stream does not grow.
        followers[0].send(SIGKILL)
        _ = followers[0].wait()
        Thread.sleep(forTimeInterval: 30)
        let early = followers[1].memory
        Thread.sleep(forTimeInterval: 90)
        let late = followers[1].memory
        #expect(late < early + 24 << 20, "\(early >> 20) MiB and \(late >> 20) MiB")
        let sent = try producer.stop()
        #expect(wait { facts >= sent })
        followers[1].send(SIGTERM)
        let last = followers[1].wait()
        #expect(last.status == 143, "\(last.errors)")
        #expect(stranger.stop() > 0 && kills >= 20 && takeovers > 0, "\(kills) kills, \(takeovers) takeovers")
        let counts = try Database(path: folder.path("w.db")).rows(
            """
            SELECT (SELECT count(*) FROM fact_user_event), (SELECT sum(read) FROM load_run),
            (SELECT sum(accepted) FROM load_run), (SELECT sum(duplicates + rejected) FROM load_run)
            """)
        #expect(counts == ["\(sent)|\(sent)|\(sent)|0"])
        let memory = "\(early >> 20) MiB, then \(late >> 20) MiB"
        print("killed \(kills) followers of \(sent) events, \(takeovers) takeovers; memory \(memory)")
    }
}
