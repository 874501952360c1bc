import CKafka
import Glibc

/// A topic as a broker describes it.
public struct KafkaTopic: Sendable, Equatable {
    /// A broker of the cluster.
    public struct Broker: Sendable, Equatable {
        /// Its number.
        public var id: Int32
        /// The address that it advertises: `host:9092`.
        public var address: String
    }

    /// A partition.
    public struct Partition: Sendable, Equatable {
        /// Its number.
        public var number: Int32
        /// The number of the broker that leads it; nil while none does.
        public var leader: Int32?
        /// How many brokers have a copy, and how many of these are up to date.
        public var replicas = (all: 0, inSync: 0)

        /// Compares all properties.
        public static func == (left: Partition, right: Partition) -> Bool {
            left.number == right.number && left.leader == right.leader && left.replicas == right.replicas
        }
    }

    /// The cluster's id.
    public var cluster: String
    /// The topic's name.
    public var name: String
    /// The cluster's brokers, by their numbers.
    public var brokers: [Broker]
    /// The topic's partitions, by their numbers.
    public var partitions: [Partition]

    /// The numbers of the partitions.
    public var numbers: [Int32] { partitions.map(\.number) }
}

extension KafkaClient {
    /// Asks a broker for the cluster's brokers and the topic's partitions. A topic that does not exist is not created.
    ///
    /// - Throws: `KafkaError`: `.unknownTopic` when it does not exist, `.unreachable` and the like, `.interrupted`.
    public func topic() throws(KafkaError) -> KafkaTopic {
        let activity = "asking for the partitions of \(location.topic)"
        let name = location.topic
        var deadline: Double?
        while true {
            let answer = try wait(for: activity) { client, milliseconds in
                TopicAnswer.ask(client, name, milliseconds: milliseconds)
            }
            switch answer {
            case .failed(let code): throw failure(code, during: activity)
            case .topic(let topic, let code):
                succeeded()
                if code == RD_KAFKA_RESP_ERR_NO_ERROR {
                    var topic = topic
                    topic.cluster = try clusterID()
                    return topic
                }
                // A broker that has just begun to lead something may not know it yet.
                let end = deadline ?? KafkaClient.now + 3
                deadline = end
                var error = KafkaError(code).during(activity, at: location.description)
                if error.problem == .unknownTopic {
                    error.words = "there is no topic \(name)"
                    error.ownHint =
                        "Check its name, or make it: kafka-topics.sh --bootstrap-server \(location.servers) --create "
                        + "--topic \(name). It is not made by reading it."
                }
                guard KafkaProblem(code) == .unreachable, KafkaClient.now < end else { throw error }
                try pause()
            }
        }
    }

    /// Asks a broker which ones lead the partitions now. librdkafka would go on with the leaders that it knows until its
    /// next refresh, which is minutes later, also where one of them is dead.
    func refreshLeaders() throws(KafkaError) {
        let name = location.topic
        // Whether this succeeds is seen by what is asked for next.
        _ = try wait(for: "asking for the leaders of \(name)") { client, milliseconds in
            TopicAnswer.ask(client, name, milliseconds: min(milliseconds, 3000))
        }
    }

    /// Waits a moment before something is asked again.
    func pause() throws(KafkaError) {
        _ = try wait(for: "waiting") { _, _ in usleep(200_000) }
    }

    /// The cluster's id, which stays the same whatever the addresses of its brokers.
    ///
    /// - Throws: `KafkaError`: `.unreachable` and the like, `.interrupted`.
    public func clusterID() throws(KafkaError) -> String {
        let activity = "asking for the cluster's id"
        let id = try wait(for: activity) { client, milliseconds -> String? in
            guard let text = rd_kafka_clusterid(client, milliseconds) else { return nil }
            defer { rd_kafka_mem_free(client, text) }
            return String(cString: text)
        }
        guard let id, !id.isEmpty else { throw failure(RD_KAFKA_RESP_ERR__TIMED_OUT, during: activity) }
        return id
    }
}

/// The answer to a request for metadata.
private enum TopicAnswer: Sendable {
    /// The topic, and its own error.
    case topic(KafkaTopic, rd_kafka_resp_err_t)
    /// No answer.
    case failed(rd_kafka_resp_err_t)

    static func ask(_ client: OpaquePointer, _ name: String, milliseconds: Int32) -> TopicAnswer {
        guard let handle = rd_kafka_topic_new(client, name, nil) else { return .failed(rd_kafka_last_error()) }
        defer { rd_kafka_topic_destroy(handle) }
        var pointer: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(client, 0, handle, &pointer, milliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let pointer else {
            return .failed(code == RD_KAFKA_RESP_ERR_NO_ERROR ? RD_KAFKA_RESP_ERR__BAD_MSG : code)
        }
        defer { rd_kafka_metadata_destroy(pointer) }
        let metadata = pointer.pointee
        let brokers = UnsafeBufferPointer(start: metadata.brokers, count: Int(metadata.broker_cnt))
        let topics = UnsafeBufferPointer(start: metadata.topics, count: Int(metadata.topic_cnt))
        guard let topic = topics.first(where: { String(cString: $0.topic) == name }) else {
            return .failed(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        }
        let partitions = UnsafeBufferPointer(start: topic.partitions, count: Int(topic.partition_cnt))
        let description = KafkaTopic(
            cluster: "", name: name,
            brokers: brokers.map { .init(id: $0.id, address: "\(String(cString: $0.host)):\($0.port)") }
                .sorted { $0.id < $1.id },
            partitions: partitions.map {
                .init(
                    number: $0.id, leader: $0.leader < 0 ? nil : $0.leader,
                    replicas: (Int($0.replica_cnt), Int($0.isr_cnt)))
            }.sorted { $0.number < $1.number })
        return .topic(description, topic.err)
    }
}
