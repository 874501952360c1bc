/// The two input ports. (The other two ports are the raw store and the warehouse.)
public enum SourcePort: String, Sendable, CaseIterable {
    /// Movie documents: `--movies`.
    case movies
    /// User events: `--events`.
    case events
}

/// The key of a source in the ledger.
public struct SourceIdentity: Hashable, Sendable {
    /// The port that it was read through.
    public var port: SourcePort
    /// Tells it from all other sources of its port. For a file: `sha256:` and the hash of its bytes in 64 hexadecimal
    /// digits. For Kafka: cluster, topic and partition.
    public var key: String
    /// The snapshot date that was given for all its lines or that its name contains, as days since 1970-01-01. The same
    /// bytes with another date are another source. Nil for events, and where each line has its own date.
    public var snapshotDay: Int32?

    /// An identity.
    public init(port: SourcePort, key: String, snapshotDay: Int32? = nil) {
        self.port = port
        self.key = key
        self.snapshotDay = snapshotDay
    }
}

/// One file, standard input or one partition that a run reads.
public final class Source: Sendable {
    /// Its name as the user gave it, which `rejected_record.source` stores.
    public let name: String
    /// The row of the ledger that it continues from, or replaces; nil when the ledger does not have the source.
    public let known: Checkpoint?
    /// Whether it is read from its start although it is in the ledger. Its row stays until it has been read to its end.
    public let isReadAgain: Bool
    /// The port that it is read through.
    public let port: SourcePort
    /// Its index among the sources of its port in this run.
    public let number: Int
    /// Whether its lines never change, as those of a topic do not. Then a line in quarantine that a reading of the whole
    /// source does not find was deleted, and not mended, so that it stays open.
    public let hasFixedLines: Bool

    /// A source.
    public init(
        name: String, known: Checkpoint? = nil, port: SourcePort, number: Int, isReadAgain: Bool = false,
        hasFixedLines: Bool = false
    ) {
        self.name = name
        self.known = known
        self.isReadAgain = isReadAgain
        self.port = port
        self.number = number
        self.hasFixedLines = hasFixedLines
    }
}
