/// The two ports that lines come in by. (The other two are the raw store and the warehouse.)
public enum SourcePort: String, Sendable, CaseIterable {
    /// Movie documents: `--movies`.
    case movies
    /// User events: `--events`.
    case events
}

/// What a source is known by in the ledger.
public struct SourceIdentity: Hashable, Sendable {
    /// The port that its lines came in by.
    public var port: SourcePort
    /// What tells it from all others of its port: `sha256:` and 64 hexadecimal digits of its bytes for a file, cluster,
    /// topic and partition for Kafka.
    public var key: String
    /// The snapshot date that was given for all its lines or stands in its name, as days since 1970-01-01: the same bytes
    /// under another date are another source. Nil for events, and where each line brings its own date.
    public var snapshotDay: Int32?

    /// An identity.
    public init(port: SourcePort, key: String, snapshotDay: Int32? = nil) {
        self.port = port
        self.key = key
        self.snapshotDay = snapshotDay
    }
}

/// A source as a run has it open.
public final class Source: Sendable {
    /// Its name as the user gave it: what `rejected_record.source` says.
    public let name: String
    /// The row of the ledger that it goes on from, or takes the place of; nil when the ledger has none of it.
    public let known: Checkpoint?
    /// Whether it is read from its start although the ledger has a row of it. The row stays until it is read whole.
    public let isReadAgain: Bool
    /// The port that its lines come in by.
    public let port: SourcePort
    /// Its place among the sources of its port in this run, from 0.
    public let number: Int

    /// A source.
    public init(name: String, known: Checkpoint? = nil, port: SourcePort, number: Int, isReadAgain: Bool = false) {
        self.name = name
        self.known = known
        self.isReadAgain = isReadAgain
        self.port = port
        self.number = number
    }
}
