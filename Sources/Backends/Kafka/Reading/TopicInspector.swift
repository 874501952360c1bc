import Dispatch
import Synchronization

/// Looks at a topic on a thread of its own, with a client of its own, so that a broker that answers late does not delay
/// the records of others.
final class TopicInspector: Sendable {
    /// What was found.
    enum Finding: Sendable {
        /// The topic, and the bounds of its partitions.
        case topic(KafkaTopic, [Int32: PartitionBounds])
        /// It could not be asked for.
        case failed(KafkaError)
    }

    /// What both threads use. It has no reference to the inspector, whose end ends the thread.
    private final class Exchange: Sendable {
        let request = DispatchSemaphore(value: 0)
        let finding = Mutex<Finding?>(nil)
        let isOver = Atomic(false)
    }

    private let exchange = Exchange()

    /// An inspector of the topic of a location.
    init(_ location: KafkaLocation) {
        DispatchQueue(label: "reelhouse.kafka.inspector").async { [exchange] in
            var client: KafkaClient?
            while true {
                exchange.request.wait()
                if exchange.isOver.load(ordering: .relaxed) { return }
                let finding = TopicInspector.look(at: location, with: &client)
                exchange.finding.withLock { $0 = finding }
            }
        }
    }

    deinit {
        exchange.isOver.store(true, ordering: .relaxed)
        exchange.request.signal()
    }

    /// Begins to look.
    func begin() { exchange.request.signal() }

    /// What was found since it began; nil as long as it is looking.
    func take() -> Finding? {
        exchange.finding.withLock { finding in
            defer { finding = nil }
            return finding
        }
    }

    private static func look(at location: KafkaLocation, with client: inout KafkaClient?) -> Finding {
        do {
            let used: KafkaClient
            if let client { used = client } else { used = try KafkaClient(location, .reading(partitions: 1)) }
            client = used
            let topic = try used.topic()
            let ends = try used.offsets(of: topic.numbers, at: .end)
            let beginnings = try used.offsets(of: topic.numbers, at: .beginning)
            var bounds: [Int32: PartitionBounds] = [:]
            for number in topic.numbers {
                guard let beginning = beginnings[number], let end = ends[number] else { continue }
                bounds[number] = PartitionBounds(beginning: beginning, stableEnd: end, end: max(end, beginning))
            }
            return .topic(topic, bounds)
        } catch {
            // A client that has failed may have seen the last of its brokers' addresses.
            client = nil
            return .failed(error)
        }
    }
}
