import CKafka
import Foundation

/// Sends events to a topic at a steady rate, each with the millisecond at which it was sent as its time.
struct SteadyProducer {
    /// Events a second.
    static let rate = 10_000
    /// How often in a second a part of them is sent.
    private static let parts = 100

    /// Sends events for some seconds.
    ///
    /// - Parameter address: host:port of a broker.
    /// - Returns: how many were sent.
    static func run(to topic: String, at address: String, seconds: Int) throws -> Int {
        let configuration = rd_kafka_conf_new()
        var words = [CChar](repeating: 0, count: 512)
        for (name, value) in [("bootstrap.servers", address), ("linger.ms", "5"), ("compression.codec", "zstd")] {
            guard rd_kafka_conf_set(configuration, name, value, &words, words.count) == RD_KAFKA_CONF_OK else {
                rd_kafka_conf_destroy(configuration)
                throw BenchError("Kafka's producer does not take \(name)")
            }
        }
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &words, words.count) else {
            rd_kafka_conf_destroy(configuration)
            throw BenchError("\(address) is no address of a Kafka broker")
        }
        defer { rd_kafka_destroy(client) }
        guard let handle = rd_kafka_topic_new(client, topic, nil) else { throw BenchError("no topic \(topic)") }
        defer { rd_kafka_topic_destroy(handle) }
        let (start, count) = (ContinuousClock.now, rate / parts)
        for part in 0..<seconds * parts {
            for number in part * count..<(part + 1) * count {
                var line = Array(event(number).utf8)
                let code = rd_kafka_produce(
                    handle, Int32(number % Int(KafkaTopics.partitions)), RD_KAFKA_MSG_F_COPY, &line, line.count, nil, 0,
                    nil)
                guard code == 0 else { throw BenchError("\(String(cString: rd_kafka_err2str(rd_kafka_last_error())))") }
            }
            rd_kafka_poll(client, 0)
            let wait = (start + .milliseconds((part + 1) * 1000 / parts) - .now) / .microseconds(1)
            if wait > 0 { usleep(UInt32(wait)) }
        }
        guard rd_kafka_flush(client, 20_000) == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw BenchError("\(topic) did not take all events")
        }
        return seconds * rate
    }

    private static func event(_ number: Int) -> String {
        "{\"event_type\":\"rate\",\"event_time\":\(now),\"user_id\":\(number % 5000 + 1),\"movie_id\":\(number % 900 + 1),"
            + "\"session_id\":\"s\(number % 7000)\",\"metadata\":{\"score\":\(number % 10 + 1)},"
            + "\"event_id\":\"\(UUID().uuidString)\"}"
    }

    /// Milliseconds since 1970.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
