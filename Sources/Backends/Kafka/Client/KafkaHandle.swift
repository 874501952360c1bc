import CKafka
import Dispatch
import Synchronization

/// A client of librdkafka and its queues. It is closed with this object, in bounded time.
final class KafkaHandle: @unchecked Sendable {
    // Sendable because the pointers never change, and every function of librdkafka that takes them may be called by any
    // thread (https://github.com/confluentinc/librdkafka/blob/v2.0.2/INTRODUCTION.md#threads-and-callbacks).

    /// The `rd_kafka_t`.
    let pointer: OpaquePointer
    /// The queue of errors, log lines, delivery reports and answers to commits.
    let events: OpaquePointer
    /// The queue of records; nil for a client that does not read with a group.
    let records: OpaquePointer?
    private let isProducer: Bool
    /// What the client may still read until it has ended.
    private let memory = Mutex(Memory(objects: []))

    /// Objects that are kept for their memory.
    private struct Memory: @unchecked Sendable {
        // Sendable because the objects are only released.
        let objects: [AnyObject]
    }

    /// How long the end of this object waits for that of the client. Its threads may wait for a name server, which
    /// nothing can end; they go on in the background then.
    private static let secondsToClose = 3.0

    /// Makes a client.
    ///
    /// - Throws: `KafkaError` with the problem `.location` for properties that do not fit each other.
    init(
        _ configuration: KafkaConfiguration, _ kind: rd_kafka_type_t, hasRecords: Bool, place: String
    ) throws(KafkaError) {
        var kinds = RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_OFFSET_COMMIT
        if kind == RD_KAFKA_PRODUCER { kinds |= RD_KAFKA_EVENT_DR }
        let client = try configuration.makeClient(kind, events: kinds, place: place)
        guard let events = rd_kafka_queue_get_main(client),
            rd_kafka_set_log_queue(client, nil) == RD_KAFKA_RESP_ERR_NO_ERROR
        else {
            rd_kafka_destroy(client)
            throw KafkaError(.other, "librdkafka gives no queue", place: place)
        }
        let records = hasRecords ? rd_kafka_queue_get_consumer(client) : nil
        if hasRecords, records == nil {
            rd_kafka_queue_destroy(events)
            rd_kafka_destroy(client)
            throw KafkaError(.other, "librdkafka gives no queue of records", place: place)
        }
        (pointer, isProducer) = (client, kind == RD_KAFKA_PRODUCER)
        (self.events, self.records) = (events, records)
    }

    /// Keeps objects until the client has ended, which may be later than the end of this object.
    func keep(_ objects: [AnyObject]) { memory.withLock { $0 = Memory(objects: $0.objects + objects) } }

    deinit {
        if let records { rd_kafka_queue_destroy(records) }
        rd_kafka_queue_destroy(events)
        nonisolated(unsafe) let client = pointer
        // A consumer has no group to leave, since its partitions are assigned by this program.
        let flags = isProducer ? 0 : RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE
        let isClosed = DispatchSemaphore(value: 0)
        let kept = memory.withLock { $0 }
        DispatchQueue(label: "reelhouse.kafka.close").async {
            withExtendedLifetime(kept) { rd_kafka_destroy_flags(client, flags) }
            isClosed.signal()
        }
        _ = isClosed.wait(timeout: .now() + KafkaHandle.secondsToClose)
    }
}
