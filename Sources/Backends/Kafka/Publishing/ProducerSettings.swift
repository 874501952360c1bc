/// The properties of a producer.
enum ProducerSettings {
    /// The largest message, with room for its key and headers beside a line of 16 MiB.
    static let messageBytes = 17 << 20
    /// How many bytes of messages may wait to be sent, and how many messages.
    static let waiting = (kilobytes: 48 << 10, messages: 200_000)
    /// How many bytes of several messages wait. More would not stay in the processor's cache until they are sent, which
    /// costs a tenth of the speed.
    static let severalBytes = 10 << 20
    /// How many bytes of messages go into one batch, which has to be smaller than what a broker takes by default
    /// (1,048,588 bytes).
    static let batchBytes = 1_000_000

    /// Values with more bytes are compressed from where they are. If all were copied, librdkafka would get memory of
    /// `message.max.bytes` for each batch; and it needs less for a copy of a tiny value than for its place.
    static let copiedBytes = 64

    /// The properties beside those of a location.
    ///
    /// - Parameters:
    ///   - own: the names of the properties that the location sets.
    ///   - limit: the most bytes of a batch that the topic takes; nil where it is not known.
    ///   - isOneByOne: whether each message goes into a batch of its own.
    static func properties(own: Set<String>, limit: Int64?, isOneByOne: Bool) -> [String: String] {
        let batch = min(Int64(batchBytes), max(1, limit ?? .max))
        // Each with the other names that the property has.
        let defaults: [(names: [String], value: String)] = [
            (["compression.codec", "compression.type"], "zstd"), (["linger.ms", "queue.buffering.max.ms"], "20"),
            (["message.max.bytes"], "\(messageBytes)"), (["message.copy.max.bytes"], "\(copiedBytes)"),
            (["batch.size"], "\(batch)"),
            (["queue.buffering.max.kbytes"], "\(waiting.kilobytes)"),
            (["queue.buffering.max.messages"], "\(waiting.messages)"),
            // How long to wait is decided by `DeliveryWatch`.
            (["message.timeout.ms", "delivery.timeout.ms"], "0"),
            // A key is in the same partition as from Kafka's own clients.
            (["partitioner"], "murmur2_random"),
        ]
        var properties: [String: String] = [:]
        for (names, value) in defaults where own.isDisjoint(with: names) { properties[names[0]] = value }
        // Compressing costs more than all else. The first level is nearly as small, in half the time.
        if own.isDisjoint(with: ["compression.codec", "compression.type", "compression.level"]) {
            properties["compression.level"] = "1"
        }
        if isOneByOne { properties["batch.num.messages"] = "1" }
        properties["enable.idempotence"] = "true"
        properties["acks"] = "all"
        properties["delivery.report.only.error"] = "false"
        return properties
    }
}
