import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// `reelhouse publish`, killed at random moments and run again, leaves out no line.
@Suite(.waits, .enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)")) struct PublishKillTests {
    @Test func killedAndRunAgainNoLineIsMissing() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), partitions: 2)
        let folder = try TemporaryFolder()
        let lines = (0..<60_000).map { PublishCommandTests.event($0, user: $0 % 20 + 1) }
        for part in 0..<3 {
            let text = lines[(part * 20_000)..<((part + 1) * 20_000)].map { $0 + "\n" }.joined()
            try folder.write("in/\(part).ndjson", text)
        }
        let arguments = [
            "publish", "events", "--to", "kafka://\(topic.address)/\(topic.name)", "--from", "in", "--json",
        ]
        let rate = 5000
        let kills = RandomKills(within: 0.05...0.6)
        let most = LongTests.rounds(4, long: 20)
        let early = try kills.run(most: most) { try Program.start(arguments + ["--rate", "\(rate)"], in: folder) }
        #expect(kills.count == most, "\(String(describing: early))")
        let last = try Program.start(arguments, in: folder).wait()
        #expect(last.status == 0, "\(last.errors)")
        #expect(try Program.object(last.output)["sent_earlier_at_most"] as? Int ?? -1 <= 2 * rate, "\(last.output)")
        let records = try topic.records(partitions: 2).map(\.text)
        // Each command that was killed may have sent so many lines after its last saved position.
        #expect(Set(records) == Set(lines) && records.count - lines.count <= kills.count * 2 * rate, "\(records.count)")
    }
}
