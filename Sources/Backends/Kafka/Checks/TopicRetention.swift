import Domain

/// Whether a topic would delete documents that are kept in it as a backup, by its settings
/// (https://kafka.apache.org/documentation/#topicconfigs). It does no I/O.
struct TopicRetention {
    /// The topic's `cleanup.policy`; nil where the settings cannot be read.
    private let policy: String?
    /// The limits by which it deletes records, as `name=value`.
    private let limits: [String]

    /// - Parameter settings: the topic's settings by their names.
    init(_ settings: [String: String]) {
        policy = settings["cleanup.policy"]
        limits = ["retention.ms", "retention.bytes"].compactMap { name in
            guard let value = settings[name].flatMap({ Int64($0) }), value >= 0 else { return nil }
            return "\(name)=\(value)"
        }
    }

    /// Whether it deletes documents, whether or not newer ones replace them.
    var deletes: Bool { policy?.split(separator: ",").contains("delete") == true && !limits.isEmpty }

    /// The finding of `doctor`.
    func finding(_ subject: String, topic: String, servers: String) -> Finding {
        guard let policy else {
            return .warn(
                subject, "the settings of \(topic) cannot be read, so that it is not known how long it keeps documents",
                "Let the cluster's administrator grant the right: kafka-acls.sh --add --allow-principal User:NAME "
                    + "--operation DescribeConfigs --topic \(topic).")
        }
        if deletes {
            return .warn(
                subject,
                "\(topic) deletes documents (cleanup.policy=\(policy), \(limits.joined(separator: ", "))), so that it "
                    + "is no lasting backup",
                "If it is a backup: kafka-configs.sh --bootstrap-server \(servers) --alter --entity-type topics "
                    + "--entity-name \(topic) --add-config cleanup.policy=compact (or "
                    + "retention.ms=-1,retention.bytes=-1).")
        }
        let isCompacted = policy.contains("compact")
        return .ok(
            subject,
            isCompacted
                ? "\(topic) keeps the last document of each movie and date (cleanup.policy=\(policy))"
                : "\(topic) keeps all documents (no limit on time or bytes)")
    }
}
