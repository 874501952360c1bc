/// The properties of a client: defaults that a location may change, those of the location, and those that it may not
/// change (`RefusedProperty`).
struct ClientSettings {
    /// The properties in the order in which they are set; a later one replaces an earlier one.
    let inOrder: [(name: String, value: String)]
    /// Whether the client is a producer.
    let isProducer: Bool
    /// Whether it reads records.
    let hasRecords: Bool

    /// The group that offsets are committed for, unless the location names another.
    static let defaultGroup = "reelhouse"
    /// How many bytes of records may be ready to be read, over all partitions of all topics, until no more are fetched. What
    /// is fetched last comes on top of it, so that it is the answers that need the most memory: lines that are much alike
    /// are many times as large as they are stored, and librdkafka needs some hundred bytes more for each record.
    static let readyBytes = 16 << 20
    /// The same in records.
    static let readyRecords = 48 << 10
    /// How many bytes, as they are stored (compressed), a broker sends in one answer.
    static let answerBytes = 1 << 20
    /// How many of them are of one partition at most, where that many would be less. A larger batch of records comes all the
    /// same, with one more request.
    static let leastOfPartition = 32 << 10

    init(_ location: KafkaLocation, _ role: KafkaClient.Role) {
        var settings: [(name: String, value: String)] = [
            ("client.id", "reelhouse"), ("socket.keepalive.enable", "true"),
            ("socket.connection.setup.timeout.ms", "10000"), ("reconnect.backoff.max.ms", "2000"),
            // A broker that expects TLS answers with bytes that would be the length of a longer message than this. So the
            // mistake is an error at once.
            ("receive.message.max.bytes", "\(256 << 20)"),
        ]
        if case .reading(let partitions, let topics) = role {
            // The limit is that of each queue.
            let queues = max(1, topics) * (partitions <= PartitionQueues.most ? max(1, partitions) : 1)
            let share = ClientSettings.answerBytes / (max(1, topics) * max(1, partitions))
            settings += [
                ("group.id", ClientSettings.defaultGroup), ("fetch.wait.max.ms", "200"),
                ("fetch.max.bytes", "\(ClientSettings.answerBytes)"),
                ("fetch.message.max.bytes", "\(max(share, ClientSettings.leastOfPartition))"),
                ("queued.max.messages.kbytes", "\(max(1, (ClientSettings.readyBytes >> 10) / queues))"),
                ("queued.min.messages", "\(max(1, ClientSettings.readyRecords / queues))"),
            ]
        }
        var own = location.properties
        // Without a group librdkafka does not look for its coordinator.
        if case .reading = role {} else { own["group.id"] = nil }
        settings += own.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        settings += [
            ("bootstrap.servers", location.servers), ("log.queue", "true"), ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"), ("auto.offset.reset", "error"),
            ("allow.auto.create.topics", "false"),
        ]
        switch role {
        case .inspecting: settings.append(("isolation.level", "read_uncommitted"))
        case .reading: settings += [("isolation.level", "read_committed"), ("enable.partition.eof", "true")]
        case .writing(let properties): settings += properties.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
        inOrder = settings
        if case .writing = role { isProducer = true } else { isProducer = false }
        if case .reading = role { hasRecords = true } else { hasRecords = false }
    }
}
