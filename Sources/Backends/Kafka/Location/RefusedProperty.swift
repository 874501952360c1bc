/// The properties of librdkafka that a user cannot set, each with the reason.
enum RefusedProperty {
    /// The names of the brokers, which the URL has already.
    static let namesOfServers: Set<String> = ["bootstrap.servers", "metadata.broker.list"]

    /// Why a property cannot be set; nil when it can.
    static func reason(_ property: KafkaProperties.Property) -> String? {
        if let reason = reasons[property.name] { return reason }
        // librdkafka puts these into a command for the shell.
        if ["sasl.kerberos.principal", "sasl.kerberos.keytab", "sasl.kerberos.service.name"].contains(property.name),
            !property.value.utf8.allSatisfy(isHarmlessInShell)
        {
            return
                "it is part of a command for the shell, and has a character other than letters, digits and . _ - @ / :"
        }
        return nil
    }

    private static func isHarmlessInShell(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "._-@/:".utf8.contains(byte)
        }
    }

    private static let reasons: [String: String] = {
        var reasons: [String: String] = [:]
        for (reason, names) in groups { for name in names { reasons[name] = reason } }
        return reasons
    }()

    private static let groups: [(String, [String])] = [
        ("the URL names the brokers before the topic", Array(namesOfServers)),
        (
            "the position of a load is in the warehouse, with the rows, and nowhere else",
            [
                "enable.auto.commit", "auto.commit.enable", "auto.commit.interval.ms", "enable.auto.offset.store",
                "auto.offset.reset", "offset.store.method", "offset.store.path", "offset.store.sync.interval.ms",
                "group.instance.id", "enable.partition.eof",
            ]
        ),
        ("only committed records are read", ["isolation.level"]),
        ("a topic is made by its owner, and never because somebody asks for it", ["allow.auto.create.topics"]),
        (
            "a record counts as sent when all its replicas have it, once and in order",
            [
                "acks", "request.required.acks", "enable.idempotence", "transactional.id", "enable.gapless.guarantee",
                "queuing.strategy", "max.in.flight", "max.in.flight.requests.per.connection",
                "message.send.max.retries", "retries",
            ]
        ),
        (
            "it loads code or runs a command",
            [
                "plugin.library.paths", "ssl.engine.location", "ssl.engine.id", "ssl.providers",
                "sasl.kerberos.kinit.cmd",
            ]
        ),
        ("it replaces the brokers by simulated ones", ["test.mock.num.brokers"]),
        (
            "this program sets it itself",
            ["log.queue", "enabled_events", "log.thread.name", "enable_sasl_queue", "consume.callback.max.messages"]
        ),
    ]
}
