import Domain
import Kafka
import KafkaTesting
import Servers

extension SourceKind {
    /// Topics of a Kafka broker that all tests share. Each source is a partition.
    public static let kafka = SourceKind(
        name: "Kafka", lack: KafkaServer.isThere ? nil : KafkaServer.whatToSet,
        abilities: [.severalSources, .end, .datedLines, .growth, .lastingPositions, .rememberedEnd, .anyBytes],
        undatedDay: KafkaFixture.undatedDay, make: { try KafkaFixture() })
}

private final class KafkaFixture: SourceFixture {
    /// The day of the timestamps of records that have no date of their own.
    static let undatedDay: Int32 = 150

    private let address: String

    init() throws { address = try KafkaServer.sharedAddress() }

    func publish(_ sources: [[SourceLine]], port: SourcePort, named name: String) throws -> any PublishedSources {
        let topic = try TestTopic(at: address, partitions: Int32(sources.count))
        let published = try KafkaTopicOfATest(topic, partitions: sources.count, port: port)
        for (number, lines) in sources.enumerated() { try published.append(lines, to: number) }
        return published
    }
}

/// The partitions of a topic that a test has written.
public final class KafkaTopicOfATest: PublishedSources, Sendable {
    /// The topic.
    public let topic: TestTopic
    private let port: SourcePort
    private let partitions: Int

    /// The partitions of a topic, as sources of a port.
    public init(_ topic: TestTopic, partitions: Int, port: SourcePort) throws {
        self.topic = topic
        self.partitions = partitions
        self.port = port
    }

    /// The names of the partitions.
    public var names: [String] { (0..<partitions).map { "\(topic.name)/\($0)" } }
    /// True: a batch ends.
    public var ends: Bool { true }

    /// The topic as a source set.
    public func set(chunkBytes: Int) throws -> any SourceSet {
        let location = try KafkaLocation("kafka://\(topic.address)/\(topic.name)", environment: [:])
        return try KafkaSet([location], port: port, chunkBytes: chunkBytes)
    }

    /// Sends lines to a partition, each as a record.
    public func append(_ lines: [SourceLine], to source: Int) throws {
        let records = lines.map { line in
            TestRecord(
                line.bytes, timestamp: Int64(KafkaFixture.undatedDay) * CivilDate.millisecondsPerDay + 5,
                headers: line.snapshotDay.map { [("snapshot_date", Array(CivilDate.text(ofDay: $0).utf8))] } ?? [])
        }
        try topic.send(records, partition: Int32(source))
    }

    /// How many records each partition has; there are no transactions.
    public func lineCounts() throws -> [Int64] {
        try (0..<partitions).map { try Int64(topic.bounds(partition: Int32($0)).count) }
    }
}
