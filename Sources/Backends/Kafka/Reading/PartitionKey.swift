import Domain

/// What identifies a partition in the ledger: the cluster's id, the topic, its number, and which log of that name it is:
/// `kafka:MkU3OEVBNTcwNTJENDM2Qk/user_logs/0`, and after the topic was made anew `…/user_logs/0/2`.
struct PartitionKey: Hashable {
    /// The cluster's id.
    var cluster: String
    /// The topic.
    var topic: String
    /// The partition's number.
    var number: Int32
    /// 1, and one more each time that the topic was made anew.
    var generation = 1

    private static let scheme = "kafka:"

    init(cluster: String, topic: String, number: Int32, generation: Int = 1) {
        (self.cluster, self.topic, self.number, self.generation) = (cluster, topic, number, generation)
    }

    /// Reads a key of the ledger; nil when it is that of another kind of source.
    init?(_ key: String) {
        guard key.hasPrefix(PartitionKey.scheme) else { return nil }
        let parts = key.dropFirst(PartitionKey.scheme.count).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3 || parts.count == 4, let number = Int32(parts[2]),
            let generation = parts.count == 4 ? Int(parts[3]) : 1
        else { return nil }
        self.init(cluster: String(parts[0]), topic: String(parts[1]), number: number, generation: generation)
    }

    /// The form that the ledger stores.
    var text: String {
        "\(PartitionKey.scheme)\(cluster)/\(topic)/\(number)" + (generation > 1 ? "/\(generation)" : "")
    }

    /// The name that people see.
    var name: String { "\(topic)/\(number)" }

    /// The key of the log that replaced this one.
    var successor: PartitionKey {
        var key = self
        key.generation += 1
        return key
    }

    /// The key of the first log of this name, by which all of them are found.
    var first: PartitionKey {
        var key = self
        key.generation = 1
        return key
    }
}
