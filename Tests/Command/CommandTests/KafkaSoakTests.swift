import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// Loaders that are killed again and again while a producer goes on, with a stranger in their group.
@Suite(
    .serialized, .waits, .enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"),
    .enabled(if: LongTests.areOn, "\(LongTests.whatToSet)"))
struct KafkaSoakTests {
    @Test func aSteadyStreamIsLoadedOnceUnderKills() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), partitions: 3)
        let folder = try TemporaryFolder()
        let producer = try SteadyProducer(topic, partitions: 3, perSecond: 2000) {
            TestRecord(PublishCommandTests.event($0, user: $0 % 50 + 1))
        }
        let stranger = try GroupSubscriber(topic, group: "reelhouse")
        func start() throws -> ChildProcess {
            try Program.start(
                [
                    "run", "-w", "w.db", "--raw", "raw", "--now", Program.now, "--batch-size", "200", "--quiet",
                    "--events",
                    "kafka://\(topic.address)/\(topic.name)",
                ], in: folder)
        }
        let kills = RandomKills(within: 0.05...0.8)
        let end = ContinuousClock.now + .seconds(60)
        while .now < end {
            if let ended = try kills.run(most: 1, start) { #expect(ended.status == 0, "\(ended.errors)") }
        }
        let sent = try producer.stop()
        #expect(stranger.stop() > 0 && kills.count >= 20, "\(kills.count) kills")
        let last = try start().wait()
        #expect(last.status == 0, "\(last.errors)")
        let database = try Database(path: folder.path("w.db"))
        #expect(
            try database.rows(
                """
                SELECT (SELECT count(*) FROM fact_user_event), (SELECT sum(read) FROM load_run),
                (SELECT sum(accepted) FROM load_run), (SELECT sum(duplicates + rejected) FROM load_run)
                """) == ["\(sent)|\(sent)|\(sent)|0"], "after \(kills.count) kills")
        print("killed \(kills.count) loaders of a stream of \(sent) events")
    }
}
