import Domain

/// The checks of `reelhouse doctor` on the brokers and the topic of a Kafka cluster.
enum KafkaChecks {
    /// Checks the linked library.
    static var library: Finding {
        KafkaLibrary.number >= 0x0200_0000
            ? .ok("librdkafka", KafkaLibrary.version)
            : .fail("librdkafka", KafkaLibrary.version, "Install librdkafka of Debian 12 or newer (`make deps`).")
    }

    /// Checks the brokers and the topic of a location.
    ///
    /// - Parameter known: the rows of the port in the warehouse's ledger.
    static func findings(_ location: Location, _ port: SourcePort, _ known: [Checkpoint]) -> [Finding] {
        let subject = port.rawValue
        do {
            let place = try KafkaLocation(location.text)
            let client = try KafkaClient(place, .inspecting)
            let topic = try client.topic()
            let state = [.ok(subject, "\(place)"), brokers(topic, subject), leaders(topic, subject)]
            let retention = port == .movies ? [try self.retention(topic, client, place, subject)] : []
            let content = retention + (try offsets(topic, client, place, subject, known))
            return state + content.map { $0.about(.content) }
        } catch {
            return [.fail(subject, error)]
        }
    }

    /// How many partitions or brokers are named; the others are counted.
    static let named = 6

    /// Whether the topic keeps the documents of a backup.
    private static func retention(
        _ topic: KafkaTopic, _ client: KafkaClient, _ place: KafkaLocation, _ subject: String
    ) throws(KafkaError) -> Finding {
        let name = topic.name
        let settings = try client.wait(for: "asking for the settings of \(name)") { client, milliseconds in
            TopicSettings.ask(client, name, milliseconds: milliseconds)
        }
        return TopicRetention(settings.mapValues(\.value))
            .finding("\(subject): retention", topic: name, servers: place.servers)
    }

    private static func brokers(_ topic: KafkaTopic, _ subject: String) -> Finding {
        let count = NumberFormat.count(topic.brokers.count, "broker", "brokers")
        return .ok(
            "\(subject): brokers", "\(count) of the cluster \(topic.cluster): \(list(topic.brokers.map(\.address)))")
    }

    private static func leaders(_ topic: KafkaTopic, _ subject: String) -> Finding {
        let (name, count) = ("\(subject): topic", NumberFormat.count(topic.partitions.count, "partition", "partitions"))
        let leaderless = topic.partitions.filter { $0.leader == nil }.map { "\($0.number)" }
        if !leaderless.isEmpty {
            return .fail(
                name, "\(topic.name), \(count), of which \(list(leaderless)) have no leader",
                "Bring the brokers back that have their copies.")
        }
        let late = topic.partitions.filter { $0.replicas.inSync < $0.replicas.all }.map { "\($0.number)" }
        if !late.isEmpty {
            return .warn(
                name, "\(topic.name), \(count), of which \(list(late)) have copies that are not up to date",
                "Look whether all brokers are up.")
        }
        return .ok(name, "\(topic.name), \(count)")
    }

    /// The ends of the partitions, and what open transactions hold back.
    private static func offsets(
        _ topic: KafkaTopic, _ client: KafkaClient, _ place: KafkaLocation, _ subject: String, _ known: [Checkpoint]
    ) throws(KafkaError) -> [Finding] {
        let name = "\(subject): offsets"
        let beginnings = try client.offsets(of: topic.numbers, at: .beginning)
        let ends = try client.offsets(of: topic.numbers, at: .end)
        let stable = try KafkaClient(place, .reading(partitions: topic.partitions.count))
            .offsets(of: topic.numbers, at: .end)
        let records = topic.numbers.reduce(Int64(0)) { $0 + ends[$1, default: 0] - beginnings[$1, default: 0] }
        let ranges = topic.numbers.map { "\($0) from \(beginnings[$0, default: 0]) to \(ends[$0, default: 0])" }
        var findings: [Finding] = [
            .ok(name, "at most \(NumberFormat.count(records, "record", "records")); partition \(list(ranges))")
        ]
        let held = topic.numbers.filter { stable[$0, default: 0] < ends[$0, default: 0] }
        if !held.isEmpty {
            let texts = held.map { "\($0) from \(stable[$0, default: 0]) to \(ends[$0, default: 0])" }
            findings.append(
                .warn(
                    name, "open transactions hold back partition \(list(texts))",
                    "The records are read when the transactions have ended (kafka-transactions.sh lists them)."))
        }
        var lag = TopicLag(of: topic, known)
        for number in topic.numbers {
            guard let beginning = beginnings[number], let stableEnd = stable[number], let end = ends[number] else {
                continue
            }
            lag.add(number, PartitionBounds(beginning: beginning, stableEnd: stableEnd, end: end))
        }
        return findings + lag.findings("\(subject): lag")
    }

    /// Some texts, and how many more there are.
    static func list(_ texts: [String]) -> String {
        let rest = texts.count - named
        let shown = texts.prefix(rest > 1 ? named : texts.count).joined(separator: ", ")
        return rest > 1 ? "\(shown) and \(NumberFormat.grouped(Int64(rest))) more" : shown
    }
}
