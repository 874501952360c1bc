import Domain
import KafkaTesting
import Servers
import TestSupport
import Testing

@testable import Kafka

/// What `doctor` says of a topic.
@Suite struct KafkaChecksTests {
    private static let topic = KafkaTopic(
        cluster: "c", name: "t", brokers: [], partitions: [.init(number: 0), .init(number: 1)])

    private static func row(_ key: String, _ position: PartitionPosition, day: Int32? = nil) -> Checkpoint {
        let identity = SourceIdentity(port: .movies, key: key, snapshotDay: day)
        return Checkpoint(
            SourceMark(identity: identity), source: "t/0", position: position.stored, isComplete: true,
            counts: LineCounts())
    }

    @Test(arguments: [
        (["cleanup.policy": "delete", "retention.ms": "604800000", "retention.bytes": "-1"], Finding.Outcome.warn),
        (["cleanup.policy": "compact,delete", "retention.ms": "-1", "retention.bytes": "5"], .warn),
        (["cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"], .ok),
        (["cleanup.policy": "compact", "retention.ms": "604800000", "retention.bytes": "-1"], .ok), ([:], .warn),
    ])
    func aTopicThatDeletesDocumentsIsNoBackup(settings: [String: String], outcome: Finding.Outcome) {
        let finding = TopicRetention(settings).finding("movies: retention", topic: "t", servers: "h:9092")
        #expect(finding.outcome == outcome && (finding.remedy != nil) == (outcome == .warn), "\(finding)")
    }

    @Test func theLagIsCountedFromTheNewestPosition() {
        let rows = [
            Self.row("kafka:c/t/0", PartitionPosition(next: 90, beginning: 0)),
            Self.row("kafka:c/t/0/2", PartitionPosition(next: 5, beginning: 0)),
            Self.row("kafka:c/other/1", PartitionPosition(next: 5, beginning: 0)),
            Self.row("kafka:d/t/1", PartitionPosition(next: 5, beginning: 0)),
            Self.row("kafka:c/t/1", PartitionPosition(next: 5, beginning: 0), day: 7),
            Self.row("sha256:00", PartitionPosition(next: 5, beginning: 0)),
        ]
        var lag = TopicLag(of: Self.topic, rows)
        lag.add(0, PartitionBounds(beginning: 2, stableEnd: 8, end: 12))
        lag.add(1, PartitionBounds(beginning: 100, stableEnd: 101, end: 101))
        let findings = lag.findings("events: lag")
        #expect(findings.map(\.outcome) == [.ok])
        #expect(
            findings.first?.detail
                == "at most 8 records are not loaded yet: partition 0 from 5 to 12, 1 from 100 to 101; the warehouse has "
                + "no position yet of partition 1", "\(findings)")
    }

    @Test(
        arguments: [
            (PartitionPosition(next: 12, beginning: 0), "no records are left to load", nil),
            (
                PartitionPosition(next: 1, beginning: 0), "at most 10 records are",
                "records expired before they were loaded"
            ),
            (PartitionPosition(next: 13, beginning: 0), "at most 10 records are", "the topic was made anew"),
            (PartitionPosition(next: 12, beginning: 3), "at most 10 records are", "the topic was made anew"),
        ] as [(PartitionPosition, String, String?)])
    func whatExpiredOrWasReplacedIsWarnedOf(position: PartitionPosition, text: String, warning: String?) {
        var lag = TopicLag(of: Self.topic, [Self.row("kafka:c/t/0", position)])
        lag.add(0, PartitionBounds(beginning: 2, stableEnd: 12, end: 12))
        let findings = lag.findings("events: lag")
        #expect(findings.last?.detail.hasPrefix(text) == true, "\(findings)")
        #expect(findings.first { $0.outcome == .warn }?.detail.hasPrefix(warning ?? "-") ?? (warning == nil))
    }

    @Test func withoutAPositionNothingIsCounted() {
        var lag = TopicLag(of: Self.topic, [])
        lag.add(0, PartitionBounds(beginning: 2, stableEnd: 12, end: 12))
        #expect(
            lag.findings("x").map(\.detail) == [
                "the warehouse has no position of it yet: a run begins at its beginning"
            ])
    }

    @Test(.enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"), .waits)
    func aRealTopicIsAsked() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), settings: ["retention.ms": "3600000"])
        try topic.send([TestRecord("{}"), TestRecord("{}"), TestRecord("{}")])
        let location = Location(
            text: "kafka://\(topic.address)/\(topic.name)", scheme: "kafka", rest: "//\(topic.address)/\(topic.name)")
        let cluster = try KafkaClient(KafkaLocation(location.text), .inspecting).clusterID()
        let row = Self.row("kafka:\(cluster)/\(topic.name)/0", PartitionPosition(next: 1, beginning: 0))
        let findings = KafkaChecks.findings(location, .movies, [row])
        let retention = findings.first { $0.subject == "movies: retention" }
        #expect(
            retention?.outcome == .warn && retention?.detail.contains("retention.ms=3600000") == true, "\(findings)")
        #expect(retention?.remedy?.contains("--bootstrap-server \(topic.address)") == true)
        let lag = findings.first { $0.subject == "movies: lag" }
        #expect(lag?.detail == "at most 2 records are not loaded yet: partition 0 from 1 to 3", "\(findings)")
        #expect(!KafkaChecks.findings(location, .events, []).contains { $0.subject.hasSuffix("retention") })
    }
}
