import Domain

/// The partitions of the topics that `--movies` or `--events` names. As a batch, each partition is read from the position
/// in the warehouse to the end that it has when the reading begins; a followed one has no end.
///
///     let set = try KafkaSet([KafkaLocation("kafka://localhost/user_logs")], port: .events)
///     let names = try set.describe().map(\.name)   // ["user_logs/0", "user_logs/1", "user_logs/2"]
public struct KafkaSet: SourceSet {
    /// The port that the sources belong to.
    public let port: SourcePort
    private let topics: [(location: KafkaLocation, topic: KafkaTopic)]
    private let chunkSize: ChunkSize
    private let options: SourceOptions
    /// How a followed topic is watched.
    var pace = FollowWatch.Pace()
    private let numbers: PartitionNumbers

    /// Asks the brokers for the topics' partitions.
    ///
    /// - Parameter chunkBytes: about how large a chunk becomes; nil for the usual size.
    /// - Throws: `KafkaError`: `.unknownTopic` for a topic that does not exist, `.unreachable` and the like.
    public init(
        _ locations: [KafkaLocation], port: SourcePort, options: SourceOptions = SourceOptions(),
        chunkBytes: Int? = nil
    ) throws(KafkaError) {
        self.port = port
        self.options = options
        chunkSize = chunkBytes.map { ChunkSize(bytes: $0) } ?? ChunkSize(options)
        var topics: [(location: KafkaLocation, topic: KafkaTopic)] = []
        for location in locations {
            let topic = try KafkaClient(location, .inspecting).topic()
            // The same topic may be named by several addresses.
            if topics.contains(where: { $0.topic.cluster == topic.cluster && $0.topic.name == topic.name }) { continue }
            topics.append((location, topic))
        }
        self.topics = topics
        numbers = PartitionNumbers(described: topics.flatMap { KafkaSet.keys(of: $0.topic) })
    }

    private static func keys(of topic: KafkaTopic) -> [PartitionKey] {
        topic.numbers.map { PartitionKey(cluster: topic.cluster, topic: topic.name, number: $0) }
    }

    /// Whether its partitions are followed.
    public var isEndless: Bool { options.isFollowed }

    /// The partitions, as `topic/number`.
    public func describe() -> [SourceDescription] {
        topics.flatMap { entry in
            entry.topic.numbers.map { SourceDescription(name: "\(entry.topic.name)/\($0)", size: nil) }
        }
    }

    /// For how long the leaders of a topic are waited for, to be asked how many messages wait, in seconds.
    private static let timeForBacklog = 5.0

    /// The messages of each partition after its position in the ledger, up to the end that it has now.
    ///
    /// - Throws: `KafkaError`.
    public func backlog(after known: [Checkpoint]) throws -> [SourceBacklog] {
        var backlog: [SourceBacklog] = []
        for (location, topic) in topics {
            let client = try KafkaClient(location, .inspecting)
            let ends = try client.offsets(of: topic.numbers, at: .end, within: Self.timeForBacklog)
            let beginnings = try client.offsets(of: topic.numbers, at: .beginning, within: Self.timeForBacklog)
            var lag = TopicLag(of: topic, known)
            for number in topic.numbers {
                guard let beginning = beginnings[number], let end = ends[number] else { continue }
                lag.add(number, PartitionBounds(beginning: beginning, stableEnd: end, end: end))
            }
            backlog += topic.numbers.compactMap { number in
                lag.waiting[number].map { SourceBacklog(topic: topic.name, partition: number, lines: $0) }
            }
        }
        return backlog
    }

    /// Opens the partitions. Their ends are those of now.
    ///
    /// - Throws: `KafkaError`: `.unreachable` and the like.
    public func open(
        _ request: SourceRequest, known: ((KnownSource) throws -> Void) throws -> Void
    ) throws -> any LineSource {
        var rows: KnownPartitions = [:]
        try known { source in
            guard !source.isOutgrown, source.mark.identity.snapshotDay == request.snapshotDay,
                let key = PartitionKey(source.mark.identity.key)
            else { return }
            rows[key.first, default: []].append((key, source.checkpoint))
        }
        let plan = ReadingPlan(port: port, request: request, isFollowed: options.isFollowed, numbers: numbers)
        let readers = try topics.map { location, topic in
            (
                topic: TopicIdentity(cluster: topic.cluster, topic: topic.name),
                reader: try reader(of: topic, at: location, known: rows, plan)
            )
        }
        return KafkaSource(readers, numbers)
    }

    /// The ledger's rows of partitions, in all their generations, by the keys of the first one.
    typealias KnownPartitions = [PartitionKey: [(key: PartitionKey, row: Checkpoint)]]

    /// A reader of a topic that has fetched nothing yet.
    private func reader(
        of topic: KafkaTopic, at location: KafkaLocation, known rows: KnownPartitions, _ plan: ReadingPlan
    ) throws(KafkaError) -> TopicReader {
        let role = KafkaClient.Role.reading(partitions: topic.partitions.count, topics: topics.count)
        let client = try KafkaClient(location, role)
        let keys = KafkaSet.keys(of: topic)
        let bounds = try KafkaSet.bounds(of: topic, client, at: location) { bounds in
            keys.contains { key in
                guard let bounds = bounds[key.number] else { return false }
                let newest = rows[key]?.max { $0.key.generation < $1.key.generation }
                return newest.map { PartitionPosition($0.row.position).next > bounds.end } ?? false
            }
        }
        // A partition that appears after the topic was read once begins at its beginning.
        let isKnown = keys.contains { rows[$0] != nil }
        let starts = isKnown ? [:] : try starts(of: topic, bounds, client)
        let partitions = keys.compactMap { key -> PartitionReading? in
            guard let bounds = bounds[key.number] else { return nil }
            return PartitionReading(
                key, known: rows[key] ?? [], bounds: bounds, start: starts[key.number], plan: plan)
        }
        let following =
            options.isFollowed
            ? TopicReader.Following(
                location, known: rows, plan: plan, patience: options.patience / .seconds(1), pace: pace) : nil
        let reader = TopicReader(
            client, role, committer: try KafkaClient(location, .reading(partitions: 1)), partitions,
            lines: RecordLines(port, plan.request), chunkSize: chunkSize,
            following: following, patience: TopicReader.Patience(inAll: options.patience / .seconds(1)))
        reader.hasUnusedStart = isKnown && options.start != .earliest
        return reader
    }

    /// Where the partitions of a topic begin that the ledger does not know; none where that is their beginning.
    private func starts(
        of topic: KafkaTopic, _ bounds: [Int32: PartitionBounds], _ client: KafkaClient
    ) throws(KafkaError) -> [Int32: Int64] {
        switch options.start {
        case .earliest: [:]
        case .latest: bounds.mapValues(\.stableEnd)
        case .time(let time): try client.offsets(of: topic.numbers, at: .time(time))
        }
    }

    /// The bounds of a topic's partitions.
    ///
    /// - Parameters:
    ///   - client: with the role `.reading`.
    ///   - isDoubtful: whether an end is before the position of the ledger. A broker that has just become the leader may
    ///     not know the end yet, so that it is asked again.
    private static func bounds(
        of topic: KafkaTopic, _ client: KafkaClient, at location: KafkaLocation,
        isDoubtful: ([Int32: PartitionBounds]) -> Bool
    ) throws(KafkaError) -> [Int32: PartitionBounds] {
        do {
            let inspector = try KafkaClient(location, .inspecting)
            let limit = KafkaClient.now + 3
            while true {
                // The ends of committed records first, since the others are never before them.
                let stable = try client.offsets(of: topic.numbers, at: .end)
                let ends = try inspector.offsets(of: topic.numbers, at: .end)
                let beginnings = try inspector.offsets(of: topic.numbers, at: .beginning)
                var bounds: [Int32: PartitionBounds] = [:]
                for partition in topic.numbers {
                    guard let beginning = beginnings[partition], let end = ends[partition],
                        let stable = stable[partition]
                    else { continue }
                    bounds[partition] = PartitionBounds(
                        beginning: beginning, stableEnd: max(stable, beginning), end: max(end, beginning))
                }
                if !isDoubtful(bounds) || KafkaClient.now >= limit { return bounds }
                try client.pause()
            }
        } catch {
            throw explained(error, topic, location)
        }
    }

    /// An error of a broker that could be asked for the partitions, but whose own address cannot be reached.
    static func explained(_ error: KafkaError, _ topic: KafkaTopic, _ location: KafkaLocation) -> KafkaError {
        let named = location.servers.split(separator: ",").map { $0.trimmingPrefix { $0 == " " } }
        // Where the brokers have the addresses that were named, the one that is missing is down.
        guard error.mayRetry, topic.brokers.contains(where: { !named.contains($0.address[...]) }) else { return error }
        var error = error
        let addresses = topic.brokers.map { "broker \($0.id) at \($0.address)" }.joined(separator: ", ")
        error.ownHint =
            "A broker at \(location.servers) answers, and advertises \(addresses): these addresses have to be reachable from here too "
            + "(advertised.listeners of the brokers). If they are, wait until the brokers are up, and run the command again."
        return error
    }
}
