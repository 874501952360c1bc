import CKafka
import Foundation

/// Makes topics for a benchmark, and deletes them at the end.
final class KafkaTopics {
    private let client: OpaquePointer
    private let answers: OpaquePointer
    private var names: [String] = []

    /// How many partitions each topic has.
    static let partitions: Int32 = 3
    private static let milliseconds: Int32 = 20_000

    /// Topics of a broker, by host:port.
    init(_ address: String) throws {
        let configuration = rd_kafka_conf_new()
        var words = [CChar](repeating: 0, count: 512)
        guard rd_kafka_conf_set(configuration, "bootstrap.servers", address, &words, words.count) == RD_KAFKA_CONF_OK,
            let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &words, words.count)
        else {
            rd_kafka_conf_destroy(configuration)
            throw BenchError("\(address) is no address of a Kafka broker")
        }
        guard let answers = rd_kafka_queue_new(client) else {
            rd_kafka_destroy(client)
            throw BenchError("librdkafka gives no queue")
        }
        (self.client, self.answers) = (client, answers)
    }

    deinit {
        // A topic that cannot be deleted costs no measurement.
        for name in names { try? delete(name) }
        rd_kafka_queue_destroy(answers)
        rd_kafka_destroy(client)
    }

    /// Makes a topic with a new name, and returns that.
    func make() throws -> String {
        let name = "reelhouse-bench-\(UInt64.random(in: 0 ... .max))"
        var words = [CChar](repeating: 0, count: 512)
        var topic = rd_kafka_NewTopic_new(name, Self.partitions, 1, &words, words.count)
        guard topic != nil else { throw BenchError("the topic \(name) cannot be made") }
        defer { rd_kafka_NewTopic_destroy(topic) }
        rd_kafka_CreateTopics(client, &topic, 1, nil, answers)
        try takeAnswer("making the topic \(name)") { event in
            var count = 0
            guard let result = rd_kafka_event_CreateTopics_result(event) else { return nil }
            return rd_kafka_CreateTopics_result_topics(result, &count).flatMap { count > 0 ? $0[0] : nil }
        }
        names.append(name)
        return name
    }

    /// Deletes a topic that was made here.
    func delete(_ name: String) throws {
        names.removeAll { $0 == name }
        var topic = rd_kafka_DeleteTopic_new(name)
        defer { rd_kafka_DeleteTopic_destroy(topic) }
        rd_kafka_DeleteTopics(client, &topic, 1, nil, answers)
        try takeAnswer("deleting the topic \(name)") { event in
            var count = 0
            guard let result = rd_kafka_event_DeleteTopics_result(event) else { return nil }
            return rd_kafka_DeleteTopics_result_topics(result, &count).flatMap { count > 0 ? $0[0] : nil }
        }
    }

    private func takeAnswer(_ activity: String, _ topic: (OpaquePointer) -> OpaquePointer?) throws {
        guard let event = rd_kafka_queue_poll(answers, Self.milliseconds) else {
            throw BenchError("\(activity): Kafka does not answer")
        }
        defer { rd_kafka_event_destroy(event) }
        var code = rd_kafka_event_error(event)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR, let topic = topic(event) { code = rd_kafka_topic_result_error(topic) }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw BenchError("\(activity): \(String(cString: rd_kafka_err2str(code)))")
        }
    }
}
