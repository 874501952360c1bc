import Domain

/// How many records of a topic the warehouse has not loaded yet. It does no I/O.
///
///     var lag = TopicLag(of: topic, checkpoints)
///     lag.add(0, bounds)      // for each partition
///     print(lag.findings("events: lag"))
struct TopicLag {
    /// The position of each partition in the ledger.
    private var positions: [Int32: PartitionPosition] = [:]
    private var records: Int64 = 0
    private var behind: [String] = []
    private var unknown: [String] = []
    private var expired: [String] = []
    private var replaced: [String] = []
    /// How many records of each partition are not loaded, by the number of the partition.
    private(set) var waiting: [Int32: Int64] = [:]

    /// - Parameter known: rows of the ledger, of any sources.
    init(of topic: KafkaTopic, _ known: [Checkpoint]) {
        var generations: [Int32: Int] = [:]
        for row in known {
            // A reading that gave all documents one date has a position of its own.
            guard row.identity.snapshotDay == nil, let key = PartitionKey(row.identity.key),
                key.cluster == topic.cluster, key.topic == topic.name,
                key.generation > generations[key.number, default: 0]
            else { continue }
            generations[key.number] = key.generation
            positions[key.number] = PartitionPosition(row.position)
        }
    }

    /// Compares the position of a partition with where the partition begins and ends.
    mutating func add(_ number: Int32, _ bounds: PartitionBounds) {
        var next = bounds.beginning
        if let position = positions[number] {
            if position.next > bounds.end || position.beginning > bounds.beginning {
                replaced.append("\(number) (loaded up to \(position.next), and it ends at \(bounds.end))")
            } else if position.next < bounds.beginning {
                expired.append("\(number) from \(position.next) to \(bounds.beginning - 1)")
            } else {
                next = position.next
            }
        } else {
            unknown.append("\(number)")
        }
        waiting[number] = max(0, bounds.end - next)
        if next >= bounds.end { return }
        records += bounds.end - next
        behind.append("\(number) from \(next) to \(bounds.end)")
    }

    /// The findings of `doctor`.
    func findings(_ subject: String) -> [Finding] {
        if positions.isEmpty {
            return [.ok(subject, "the warehouse has no position of it yet: a run begins at its beginning")]
        }
        var findings: [Finding] = []
        if !replaced.isEmpty {
            findings.append(
                .warn(
                    subject, "the topic was made anew since it was loaded: partition \(KafkaChecks.list(replaced))",
                    "The next run reads it from its beginning, and says what is lost."))
        }
        if !expired.isEmpty {
            findings.append(
                .warn(
                    subject, "records expired before they were loaded: partition \(KafkaChecks.list(expired))",
                    "Raise the topic's retention, or load more often."))
        }
        var text = "no records are left to load"
        if records > 0 {
            let count =
                records == 1 ? "1 record is" : "at most \(NumberFormat.count(records, "record", "records")) are"
            text = "\(count) not loaded yet: partition \(KafkaChecks.list(behind))"
        }
        if !unknown.isEmpty { text += "; the warehouse has no position yet of partition \(KafkaChecks.list(unknown))" }
        return findings + [.ok(subject, text)]
    }
}
