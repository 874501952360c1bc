import CKafka
import Domain

/// A topic on a Kafka cluster that lines are published to, by an idempotent producer (`acks=all`).
public final class KafkaMessageTarget: MessageTarget {
    private let place: KafkaLocation
    private var producer: TopicProducer?
    /// Whether each message goes into a batch of its own, because a batch of several was refused.
    private var isOneByOne = false
    /// Where the topic ended after what producers before this one have sent.
    private var earlierEnds: TopicEnds = [:]

    /// A target that is not connected.
    public init(_ location: KafkaLocation) { place = location }

    /// The location without secrets.
    public var location: String { place.description }

    /// Connects, and checks that the topic exists.
    ///
    /// - Throws: `KafkaError`.
    public func open() throws -> TopicIdentity {
        close()
        let inspector = try KafkaClient(place, .inspecting)
        let topic = try inspector.topic()
        let limits = try inspector.topicLimits()
        producer = try TopicProducer(place, limits, isOneByOne: isOneByOne)
        return TopicIdentity(cluster: topic.cluster, topic: topic.name)
    }

    /// Begins to send a message.
    ///
    /// - Throws: `KafkaError`.
    public func send(_ message: OutgoingMessage, number: UInt) throws -> SendAnswer {
        guard let producer else { throw closed }
        return try producer.send(message, number: number)
    }

    /// Takes the outcomes that are there.
    ///
    /// - Throws: `KafkaError`: with the problem `.fatal` when the producer can do no more, or when messages have to be
    ///   sent one by one; `.unreachable` when no outcome came for too long.
    public func takeOutcomes(waiting milliseconds: Int, _ body: (UInt, MessageOutcome) -> Void) throws {
        guard let producer else { throw closed }
        do {
            try producer.takeOutcomes(waiting: milliseconds, body)
        } catch {
            if producer.hasRefusedBatch { isOneByOne = true }
            throw error
        }
    }

    /// Where the topic ended after the messages that were confirmed.
    public var confirmedEnds: TopicEnds {
        earlierEnds.merging(producer?.confirmedEnds ?? [:], uniquingKeysWith: max)
    }

    /// Whether the topic has the partitions, and they do not end before.
    ///
    /// - Throws: `KafkaError`.
    public func reaches(_ ends: TopicEnds) throws -> Bool {
        if ends.isEmpty { return true }
        let inspector = try KafkaClient(place, .inspecting)
        let numbers = Set(try inspector.topic().numbers)
        guard ends.keys.allSatisfy(numbers.contains) else { return false }
        let found = try inspector.offsets(of: ends.keys.sorted(), at: .end)
        return ends.allSatisfy { found[$0.key, default: 0] >= $0.value }
    }

    /// Ends the connection within some seconds.
    public func close() {
        earlierEnds = confirmedEnds
        producer = nil
    }

    /// The same; keeps memory until librdkafka has ended, which may be later.
    public func close(keeping memory: [AnyObject]) {
        producer?.keep(memory)
        close()
    }

    private var closed: KafkaError {
        KafkaError(.fatal, "the producer is closed", activity: "publishing", place: location)
    }
}

extension MessageTargetBackend {
    /// A topic on a Kafka cluster.
    public static let kafka = MessageTargetBackend(
        naming: BackendNaming(
            schemes: ["kafka"], help: "a topic, as kafka://HOST/TOPIC", passwordPlace: KafkaProperties.passwordPlace),
        validate: { _ = try KafkaLocation($0.text) },
        backupPorts: { location in
            let topic = (try? KafkaLocation(location.text))?.topic ?? ""
            return SourcePort(inName: topic) == .events ? [.events, .movies] : [.movies, .events]
        },
        makeTarget: { KafkaMessageTarget(try KafkaLocation($0.text)) })
}
