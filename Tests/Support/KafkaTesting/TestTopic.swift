import CKafka
import Foundation

/// A topic of a test's own, which is deleted with this object.
///
///     let topic = try TestTopic(at: KafkaServer.sharedAddress(), partitions: 2)
///     try topic.send([TestRecord("{}")], partition: 1)
public final class TestTopic: @unchecked Sendable {
    // Sendable because librdkafka's functions may be called by any thread, and one test at a time uses a topic.

    /// Its name.
    public let name: String
    /// The broker that it is on.
    public let address: String
    private let copies: Int32
    let client: OpaquePointer
    private var producer: TestProducer

    /// Creates a topic.
    ///
    /// - Parameters:
    ///   - address: of a broker, or of several with commas.
    ///   - settings: of the topic, such as `retention.ms`.
    ///   - copies: on how many brokers each partition is.
    public init(
        at address: String, partitions: Int32 = 1, settings: [String: String] = [:], name: String? = nil,
        copies: Int32 = 1
    ) throws {
        self.address = address
        self.copies = copies
        self.name = name ?? "test_" + String(UInt64.random(in: .min ... .max), radix: 36)
        producer = try TestProducer(address)
        client = try TestClient.make(RD_KAFKA_PRODUCER, ["bootstrap.servers": address])
        try create(partitions: partitions, settings: settings)
    }

    deinit {
        try? delete()
        rd_kafka_destroy(client)
    }

    /// Sends records to a partition, and waits until they are written.
    public func send(_ records: [TestRecord], partition: Int32 = 0) throws {
        try producer.send(records, to: name, partition: partition)
    }

    /// Deletes the topic and creates another one of the same name.
    public func makeAnew(partitions: Int32 = 1) throws {
        try delete()
        try create(partitions: partitions, settings: [:])
        // The broker takes records into the old log until it has heard of it.
        for _ in 0..<300 where (try? bounds().upperBound) != 0 { usleep(100_000) }
        producer = try TestProducer(address)
    }

    /// Creates the topic.
    public func create(partitions: Int32, settings: [String: String]) throws {
        var words = [CChar](repeating: 0, count: 512)
        for _ in 0..<100 {
            guard let topic = rd_kafka_NewTopic_new(name, partitions, copies, &words, words.count) else {
                throw KafkaFailure("no new topic")
            }
            // Retention would delete records of old times at once.
            for (setting, value) in ["retention.ms": "-1"].merging(settings, uniquingKeysWith: { $1 }) {
                _ = rd_kafka_NewTopic_set_config(topic, setting, value)
            }
            defer { rd_kafka_NewTopic_destroy(topic) }
            let code = try administer { queue in
                var topics: [OpaquePointer?] = [topic]
                rd_kafka_CreateTopics(client, &topics, 1, nil, queue)
            } result: { event in
                guard let result = rd_kafka_event_CreateTopics_result(event) else { return rd_kafka_event_error(event) }
                var count = 0
                let topics = rd_kafka_CreateTopics_result_topics(result, &count)
                return count > 0 ? rd_kafka_topic_result_error(topics?[0]) : rd_kafka_event_error(event)
            }
            if code == RD_KAFKA_RESP_ERR_NO_ERROR {
                // The broker knows the topic a moment later.
                for _ in 0..<200 where (try? bounds(partition: partitions - 1)) == nil { usleep(50_000) }
                return
            }
            // One of that name is still being deleted.
            guard code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS else { throw KafkaFailure("create \(name)", code) }
            usleep(100_000)
        }
        throw KafkaFailure("\(name) exists already")
    }

    /// Deletes the topic.
    public func delete() throws {
        guard let topic = rd_kafka_DeleteTopic_new(name) else { throw KafkaFailure("no topic to delete") }
        defer { rd_kafka_DeleteTopic_destroy(topic) }
        let code = try administer { queue in
            var topics: [OpaquePointer?] = [topic]
            rd_kafka_DeleteTopics(client, &topics, 1, nil, queue)
        } result: { event in
            guard let result = rd_kafka_event_DeleteTopics_result(event) else { return rd_kafka_event_error(event) }
            var count = 0
            let topics = rd_kafka_DeleteTopics_result_topics(result, &count)
            return count > 0 ? rd_kafka_topic_result_error(topics?[0]) : rd_kafka_event_error(event)
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaFailure("delete \(name)", code) }
    }

    /// Adds partitions, until there are so many.
    public func grow(to partitions: Int) throws {
        var words = [CChar](repeating: 0, count: 512)
        guard let change = rd_kafka_NewPartitions_new(name, partitions, &words, words.count) else {
            throw KafkaFailure("no new partitions")
        }
        defer { rd_kafka_NewPartitions_destroy(change) }
        let code = try administer { queue in
            var changes: [OpaquePointer?] = [change]
            rd_kafka_CreatePartitions(client, &changes, 1, nil, queue)
        } result: {
            rd_kafka_event_error($0)
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaFailure("grow \(name)", code) }
        for _ in 0..<300 where (try? bounds(partition: Int32(partitions - 1))) == nil { usleep(100_000) }
        producer = try TestProducer(address)
    }

    /// Deletes the records before an offset, as retention does with old ones.
    public func expire(before offset: Int64, partition: Int32 = 0) throws {
        guard let list = rd_kafka_topic_partition_list_new(1),
            let entry = rd_kafka_topic_partition_list_add(list, name, partition)
        else { throw KafkaFailure("no memory") }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        entry.pointee.offset = offset
        guard let deletion = rd_kafka_DeleteRecords_new(list) else { throw KafkaFailure("no records to delete") }
        defer { rd_kafka_DeleteRecords_destroy(deletion) }
        let code = try administer { queue in
            var deletions: [OpaquePointer?] = [deletion]
            rd_kafka_DeleteRecords(client, &deletions, 1, nil, queue)
        } result: {
            rd_kafka_event_error($0)
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaFailure("expire", code) }
    }

    /// The beginning and the end of a partition.
    public func bounds(partition: Int32 = 0) throws -> Range<Int64> {
        var (low, high): (Int64, Int64) = (0, 0)
        let code = rd_kafka_query_watermark_offsets(client, name, partition, &low, &high, 30_000)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaFailure("bounds", code) }
        return low..<high
    }

    /// The offset that a group has committed for a partition; nil when it has committed none.
    public func committed(by group: String, partition: Int32 = 0) throws -> Int64? {
        let consumer = try TestClient.make(RD_KAFKA_CONSUMER, ["bootstrap.servers": address, "group.id": group])
        defer { rd_kafka_destroy(consumer) }
        guard let list = rd_kafka_topic_partition_list_new(1),
            rd_kafka_topic_partition_list_add(list, name, partition) != nil
        else { throw KafkaFailure("no memory") }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        let code = rd_kafka_committed(consumer, list, 30_000)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaFailure("committed", code) }
        let offset = list.pointee.elems[0].offset
        return offset < 0 ? nil : offset
    }

    func administer(
        _ call: (OpaquePointer) -> Void, result: (OpaquePointer) -> rd_kafka_resp_err_t
    ) throws -> rd_kafka_resp_err_t {
        guard let queue = rd_kafka_queue_new(client) else { throw KafkaFailure("no queue") }
        defer { rd_kafka_queue_destroy(queue) }
        call(queue)
        guard let event = rd_kafka_queue_poll(queue, 30_000) else { throw KafkaFailure("no answer") }
        defer { rd_kafka_event_destroy(event) }
        return result(event)
    }
}
