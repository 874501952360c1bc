import CKafka
import Dispatch
import Synchronization

/// Makes a client look for partitions to fetch, while its records are read.
///
/// When enough records are ready, librdkafka 2.0 fetches none, and looks again a second later, or as soon as the
/// connection has something else to do. By then all of them may have been read for long. So the leaders are asked for
/// the ends of their partitions, which is a small request; the answer is of no interest.
final class FetchWaker {
    private let handle: KafkaHandle
    private let topic: String
    private let calls = DispatchQueue(label: "reelhouse.kafka.wake")
    private let isAsking = Flag()
    private var last = 0.0

    /// The least time from one request to the next, in seconds.
    private static let interval = 0.03
    /// How long an answer is waited for.
    private static let milliseconds: Int32 = 1000

    private final class Flag: Sendable {
        let value = Atomic(false)
    }

    /// Wakes the connections of a client with the role `.reading`.
    init(_ handle: KafkaHandle, topic: String) {
        self.handle = handle
        self.topic = topic
    }

    /// Records were read.
    ///
    /// - Parameter partitions: the numbers of those that are to be fetched; asked for when a request is due.
    func recordsWereRead(at now: Double, partitions: () -> [Int32]) {
        guard now - last >= Self.interval, !isAsking.value.load(ordering: .acquiring) else { return }
        last = now
        let numbers = partitions()
        if numbers.isEmpty { return }
        isAsking.value.store(true, ordering: .releasing)
        calls.async { [handle, topic, isAsking] in
            let list = PartitionList(topic: topic, numbers.map { ($0, Int64(RD_KAFKA_OFFSET_END)) })
            // An error is noticed by the reading itself.
            _ = rd_kafka_offsets_for_times(handle.pointer, list.pointer, Self.milliseconds)
            isAsking.value.store(false, ordering: .releasing)
        }
    }
}
