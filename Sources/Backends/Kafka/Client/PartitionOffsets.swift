import CKafka

/// A place in a partition whose offset a broker is asked for.
public enum OffsetPlace: Sendable, Equatable {
    /// The first record that there is.
    case beginning
    /// After the last record; for a client that reads, after the last one that no open transaction holds back.
    case end
    /// The first record of a time or later, in milliseconds since 1970; the end when there is none.
    case time(Int64)

    /// What the protocol calls it (https://kafka.apache.org/protocol#The_Messages_ListOffsets).
    fileprivate var code: Int64 {
        switch self {
        case .beginning: -2
        case .end: -1
        case .time(let time): max(0, time)
        }
    }
}

extension KafkaClient {
    /// For how long a leader is waited for, in seconds. A broker that has died is replaced after nine, by default
    /// (`broker.session.timeout.ms`), and a busy cluster takes some more.
    public static let timeForLeaders = 30.0
    /// For how long those are waited for that are asked first; later ones twice as long each time. A request that goes to a
    /// broker that is dead waits for it although another one leads by now.
    private static let timeForFirstLeaders = 3.0

    /// Asks the leaders of partitions for offsets, all of them at once.
    ///
    /// - Parameters:
    ///   - partitions: the numbers of partitions of the location's topic; each once.
    ///   - time: for how many seconds leaders are waited for.
    /// - Returns: the offset of each partition.
    /// - Throws: `KafkaError`: `.unknownTopic`, `.permission`, `.unreachable` and the like, `.interrupted`.
    public func offsets(
        of partitions: [Int32], at place: OffsetPlace, within time: Double = timeForLeaders
    ) throws(KafkaError) -> [Int32: Int64] {
        if partitions.isEmpty { return [:] }
        let activity = "asking for offsets of \(location.topic)"
        let (topic, code) = (location.topic, place.code)
        let start = KafkaClient.now
        var seconds = KafkaClient.timeForFirstLeaders
        while true {
            let left = start + time - KafkaClient.now
            let limit = Int32(max(1, min(seconds, left)) * 1000)
            let (result, found) = try wait(for: activity) { client, milliseconds in
                let milliseconds = min(milliseconds, limit)
                let list = PartitionList(topic: topic, partitions.map { ($0, code) })
                let result = rd_kafka_offsets_for_times(client, list.pointer, milliseconds)
                return (result, list.entries)
            }
            let failed =
                result == RD_KAFKA_RESP_ERR_NO_ERROR
                ? found.map(\.error).first { $0 != RD_KAFKA_RESP_ERR_NO_ERROR } : result
            guard let failed else {
                succeeded()
                var offsets = Dictionary(found.map { ($0.partition, $0.offset) }) { first, _ in first }
                // A time after the last record has no offset.
                let later = partitions.filter { offsets[$0, default: -1] < 0 }
                if !later.isEmpty, place != .end {
                    offsets.merge(try self.offsets(of: later, at: .end)) { $1 }
                }
                return offsets
            }
            // Leaders move, and are not known for a moment.
            let waited = KafkaClient.now - start
            guard KafkaProblem(failed) == .unreachable, waited < time - 1 else {
                throw failure(failed, during: activity, waited: waited)
            }
            seconds *= 2
            try pause()
            try refreshLeaders()
        }
    }
}

/// Partitions of a topic with an offset each. Owns an `rd_kafka_topic_partition_list_t`.
final class PartitionList {
    /// The list, for functions of librdkafka.
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    /// A list of partitions with their offsets.
    init(topic: String, _ offsets: [(partition: Int32, offset: Int64)]) {
        guard let pointer = rd_kafka_topic_partition_list_new(Int32(offsets.count)) else {
            preconditionFailure("out of memory: librdkafka makes no list of partitions")
        }
        self.pointer = pointer
        for (partition, offset) in offsets {
            guard let entry = rd_kafka_topic_partition_list_add(pointer, topic, partition) else {
                preconditionFailure("out of memory: librdkafka adds no partition")
            }
            entry.pointee.offset = offset
        }
    }

    deinit { rd_kafka_topic_partition_list_destroy(pointer) }

    /// Its partitions with their offsets and errors.
    var entries: [(partition: Int32, offset: Int64, error: rd_kafka_resp_err_t)] {
        UnsafeBufferPointer(start: pointer.pointee.elems, count: Int(pointer.pointee.cnt)).map {
            ($0.partition, $0.offset, $0.err)
        }
    }
}
