import CKafka

/// What a topic takes, as far as its settings say.
struct TopicLimits: Sendable, Equatable {
    /// The most bytes of a batch of messages (compressed), in which a message may be alone; nil when not known.
    var batchBytes: Int64?
    /// Whether that is the topic's own setting, and not the broker's.
    var isOfTopic = false
    /// Whether each message needs a key, because the topic is compacted.
    var needsKey = false

    /// Whose limit it is, and by which setting.
    var side: String {
        if batchBytes == nil { return "the broker (message.max.bytes) or the topic (max.message.bytes)" }
        return isOfTopic ? "the topic (max.message.bytes)" : "the broker (message.max.bytes)"
    }
}

extension KafkaClient {
    /// Asks for the topic's limits. Without the right to describe the topic's settings, nothing is known of them.
    ///
    /// - Throws: `KafkaError`: `.unreachable` and the like, `.interrupted`.
    func topicLimits() throws(KafkaError) -> TopicLimits {
        let name = location.topic
        let settings = try wait(for: "asking for the settings of \(name)") { client, milliseconds in
            TopicSettings.ask(client, name, milliseconds: milliseconds)
        }
        var limits = TopicLimits()
        if let (value, isOfTopic) = settings["max.message.bytes"] {
            limits.batchBytes = Int64(value)
            limits.isOfTopic = isOfTopic
        }
        limits.needsKey = settings["cleanup.policy"]?.value.contains("compact") ?? false
        return limits
    }
}

/// The settings of a topic.
enum TopicSettings {
    /// The settings by their names, each with whether it is the topic's own; none where they cannot be read.
    static func ask(
        _ client: OpaquePointer, _ topic: String, milliseconds: Int32
    ) -> [String: (value: String, isOfTopic: Bool)] {
        guard let resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic) else { return [:] }
        defer { rd_kafka_ConfigResource_destroy(resource) }
        guard let queue = rd_kafka_queue_new(client) else { return [:] }
        defer { rd_kafka_queue_destroy(queue) }
        var resources: [OpaquePointer?] = [resource]
        rd_kafka_DescribeConfigs(client, &resources, 1, nil, queue)
        guard let event = rd_kafka_queue_poll(queue, milliseconds) else { return [:] }
        defer { rd_kafka_event_destroy(event) }
        guard let result = rd_kafka_event_DescribeConfigs_result(event) else { return [:] }
        var count = 0
        guard let found = rd_kafka_DescribeConfigs_result_resources(result, &count), count > 0 else { return [:] }
        var entryCount = 0
        guard let entries = rd_kafka_ConfigResource_configs(found[0], &entryCount) else { return [:] }
        var settings: [String: (value: String, isOfTopic: Bool)] = [:]
        for index in 0..<entryCount {
            guard let entry = entries[index], let name = rd_kafka_ConfigEntry_name(entry),
                let value = rd_kafka_ConfigEntry_value(entry)
            else { continue }
            let source = rd_kafka_ConfigEntry_source(entry)
            settings[String(cString: name)] = (
                String(cString: value), source == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG
            )
        }
        return settings
    }
}
