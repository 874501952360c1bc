import CKafka

/// A queue of records for each partition that a client fetches, so that it can be decided which is read next. Without it,
/// the records of all partitions come in the order in which they were fetched.
final class PartitionQueues {
    /// The most partitions with queues of their own. Each may fetch as much as a broker gives of a partition at once, which
    /// the limit on memory does not allow for more.
    static let most = 32

    // The client has to outlive its queues.
    private let handle: KafkaHandle
    private var queues: [Int32: OpaquePointer] = [:]

    /// The queues of some partitions of a topic; to be made before the client is told to fetch them.
    ///
    /// - Throws: `KafkaError` when librdkafka gives no queue.
    init(_ client: KafkaClient, _ numbers: [Int32]) throws(KafkaError) {
        handle = client.handle
        for number in numbers where queues[number] == nil {
            guard let queue = rd_kafka_queue_get_partition(handle.pointer, client.location.topic, number) else {
                throw KafkaError(
                    .other, "librdkafka gives no queue of records", place: client.location.description)
            }
            // What comes stays in the queue. A client that is told to fetch later leaves that as it is.
            rd_kafka_queue_forward(queue, nil)
            queues[number] = queue
        }
    }

    deinit { for queue in queues.values { rd_kafka_queue_destroy(queue) } }

    /// The queue of a partition.
    subscript(_ number: Int32) -> OpaquePointer? { queues[number] }
}
