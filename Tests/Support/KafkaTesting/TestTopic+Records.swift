import CKafka
import Foundation

/// A record that a test reads from a topic.
public struct FoundRecord: Sendable {
    /// The number of its partition.
    public var partition: Int32
    /// Its offset there.
    public var offset: Int64
    /// Its key; nil for none.
    public var key: String?
    /// Its value; empty for a tombstone.
    public var value: [UInt8]
    /// Milliseconds since 1970.
    public var timestamp: Int64
    /// The value of its header `snapshot_date`; nil when it has none.
    public var snapshotDate: String?

    /// The value as text.
    public var text: String { String(decoding: value, as: UTF8.self) }
}

extension TestTopic {
    /// All records of the topic, by partition and offset.
    public func records(partitions: Int32 = 1) throws -> [FoundRecord] {
        let consumer = try TestClient.make(
            RD_KAFKA_CONSUMER,
            [
                "bootstrap.servers": address, "group.id": "test-reader", "enable.auto.commit": "false",
                "fetch.message.max.bytes": "20000000", "fetch.wait.max.ms": "10", "check.crcs": "true",
            ])
        defer { rd_kafka_destroy(consumer) }
        guard let list = rd_kafka_topic_partition_list_new(partitions) else { throw KafkaFailure("no memory") }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        var left = 0
        for partition in 0..<partitions {
            let bounds = try bounds(partition: partition)
            left += bounds.count
            rd_kafka_topic_partition_list_add(list, name, partition)?.pointee.offset = bounds.lowerBound
        }
        guard rd_kafka_assign(consumer, list) == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaFailure("no assignment") }
        var found: [FoundRecord] = []
        let end = ContinuousClock.now + .seconds(60)
        while found.count < left, .now < end {
            guard let message = rd_kafka_consumer_poll(consumer, 200) else { continue }
            defer { rd_kafka_message_destroy(message) }
            if message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR { continue }
            found.append(FoundRecord(message))
        }
        guard found.count == left else { throw KafkaFailure("\(found.count) of \(left) records were read") }
        return found.sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
    }
}

extension TestTopic {
    /// The records of a partition up to its end, where some offsets have none, as after compaction.
    public func remaining(partition: Int32 = 0) throws -> [FoundRecord] {
        let consumer = try TestClient.make(
            RD_KAFKA_CONSUMER,
            [
                "bootstrap.servers": address, "group.id": "test-reader", "enable.auto.commit": "false",
                "fetch.wait.max.ms": "10", "enable.partition.eof": "true",
            ])
        defer { rd_kafka_destroy(consumer) }
        guard let list = rd_kafka_topic_partition_list_new(1) else { throw KafkaFailure("no memory") }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        rd_kafka_topic_partition_list_add(list, name, partition)?.pointee.offset = try bounds(partition: partition)
            .lowerBound
        guard rd_kafka_assign(consumer, list) == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaFailure("no assignment") }
        var found: [FoundRecord] = []
        let end = ContinuousClock.now + .seconds(60)
        while .now < end {
            guard let message = rd_kafka_consumer_poll(consumer, 200) else { continue }
            defer { rd_kafka_message_destroy(message) }
            if message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF { return found }
            if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR { found.append(FoundRecord(message)) }
        }
        throw KafkaFailure("the end of \(name)/\(partition) was not reached")
    }
}

extension FoundRecord {
    fileprivate init(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        let content = message.pointee
        let bytes = { (pointer: UnsafeMutableRawPointer?, count: Int) in
            pointer.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
        }
        partition = content.partition
        offset = content.offset
        key = bytes(content.key, content.key_len).map { String(decoding: $0, as: UTF8.self) }
        value = bytes(content.payload, content.len) ?? []
        timestamp = rd_kafka_message_timestamp(message, nil)
        var headers: OpaquePointer?
        guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        var value: UnsafeRawPointer?
        var size = 0
        if rd_kafka_header_get_last(headers, "snapshot_date", &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR, let value {
            snapshotDate = String(decoding: UnsafeRawBufferPointer(start: value, count: size), as: UTF8.self)
        }
    }
}
