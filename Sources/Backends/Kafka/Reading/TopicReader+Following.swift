import Domain

extension TopicReader {
    /// What is needed to follow a topic.
    struct Following {
        /// Looks at the topic on another thread.
        let inspector: TopicInspector
        /// Decides when, and what follows from it.
        var watch: FollowWatch
        /// The ledger's rows of the topic's partitions, by their keys in the first generation.
        let known: KafkaSet.KnownPartitions
        /// How partitions are read that appear later.
        let plan: ReadingPlan
        /// Partitions that a broker does not know any more.
        private(set) var missing: Set<Int32> = []
        /// Partitions whose log may have been replaced by another one while no broker was there.
        private(set) var doubtful: Set<Int32> = []
        /// Since when the brokers do not answer, as was told; nil as long as they do.
        var awaySince: Double?
        /// Whether no broker was there for a time.
        private(set) var wasDown = false

        /// Follows a topic from now on.
        ///
        /// - Parameter patience: for how many seconds brokers are waited for.
        init(
            _ location: KafkaLocation, known: KafkaSet.KnownPartitions, plan: ReadingPlan, patience: Double,
            pace: FollowWatch.Pace
        ) {
            inspector = TopicInspector(location)
            watch = FollowWatch(patience: patience, pace: pace, at: KafkaClient.now)
            self.known = known
            self.plan = plan
        }

        /// Notes an error of a partition.
        mutating func note(errorOf partition: Int32, isMissing: Bool) {
            if isMissing { missing.insert(partition) } else { doubtful.insert(partition) }
            watch.noteError(at: KafkaClient.now)
        }

        /// Notes that everything that was fetched has been read.
        mutating func foundNothing(isDown: Bool, at now: Double) {
            watch.foundNothing(at: now)
            guard isDown, !wasDown else { return }
            wasDown = true
            watch.noteError(at: now)
        }

        /// Forgets the errors.
        mutating func forgetErrors() { (missing, doubtful, wasDown) = ([], [], false) }
    }

    /// Looks at the topic from time to time, and does what follows from it.
    ///
    /// - Throws: `KafkaError` when its brokers were not there for too long.
    func follow() throws(KafkaError) {
        switch following?.inspector.take() {
        case .topic(let topic, let bounds): try saw(topic, bounds)
        case .failed(let error):
            let givesUp = following?.watch.failed(
                isMissing: error.problem == .unknownTopic, mayRetry: error.mayRetry, lastRecord: lastProgress,
                at: KafkaClient.now)
            if givesUp == false, error.problem != .interrupted { tellThatFollowedBrokersAreAway(error) }
            if givesUp == true { throw error.during("following \(location.topic)", at: location.description) }
        case nil: break
        }
        if following?.watch.isLookDue(at: KafkaClient.now) == true { following?.inspector.begin() }
    }

    private func saw(_ topic: KafkaTopic, _ bounds: [Int32: PartitionBounds]) throws(KafkaError) {
        guard let seen = following else { return }
        if let cluster = partitions.first?.key.cluster, cluster != topic.cluster {
            throw KafkaError(
                .otherCluster, "its brokers belong to another cluster now", activity: "following \(location.topic)",
                place: location.description)
        }
        tellThatBrokersAreBack()
        addPartitions(of: topic, bounds)
        for index in partitions.indices {
            let number = partitions[index].key.number
            guard let bounds = bounds[number] else {
                partitions[index].endWhereItIs()
                continue
            }
            // One that has ended was not there for a time. Were it the same as before, its lines would be duplicates.
            if partitions[index].isEnded || bounds.beginning < partitions[index].progress.position.beginning {
                partitions[index].beginAnew(bounds)
                refetch(index)
            } else if seen.wasDown || seen.missing.contains(number) || seen.doubtful.contains(number) {
                partitions[index].progress.proveAgain()
                refetch(index)
            }
        }
        let positions = partitions.map { ($0.key.number, $0.progress.position.next) }
        let stalled =
            following?.watch.saw(
                bounds.mapValues(\.stableEnd), positions: Dictionary(positions) { first, _ in first },
                at: KafkaClient.now) ?? []
        following?.forgetErrors()
        if let first = stalled.first, let index = index(of: first) {
            partitions[index].tell("a client that got no more records was replaced by another one")
        }
        if !stalled.isEmpty || !seen.missing.isEmpty { try replaceClient() }
    }

    private func tellThatFollowedBrokersAreAway(_ error: KafkaError) {
        guard let following, following.awaySince == nil else { return }
        self.following?.awaySince = KafkaClient.now
        tell(
            error.problem == .unknownTopic
                ? "the topic is not there any more; waiting a moment whether it is made anew"
                : "the brokers do not answer (\(error.words)); going on as soon as they do")
    }

    private func tellThatBrokersAreBack() {
        guard let since = following?.awaySince else { return }
        following?.awaySince = nil
        tell("the brokers answer again after \(Int((KafkaClient.now - since).rounded())) s")
    }

    /// Tells something of the topic, with the next chunk of a partition.
    private func tell(_ remark: String) {
        guard let index = partitions.firstIndex(where: { !$0.isEnded }) else { return }
        partitions[index].tell(remark)
    }

    /// Adds the partitions that have appeared, which are read from their beginnings.
    private func addPartitions(of topic: KafkaTopic, _ bounds: [Int32: PartitionBounds]) {
        guard let following else { return }
        for number in topic.numbers where index(of: number) == nil {
            guard let bounds = bounds[number] else { continue }
            let key = PartitionKey(cluster: topic.cluster, topic: topic.name, number: number)
            var reading = PartitionReading(
                key, known: following.known[key] ?? [], bounds: bounds, plan: following.plan)
            reading.tell("it is a new partition, and is read from its beginning")
            partitions.append(reading)
            indexPartitions()
            refetch(partitions.count - 1)
        }
    }
}
