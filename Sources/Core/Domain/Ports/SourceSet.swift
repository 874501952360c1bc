/// A source that `--movies` or `--events` names, before it is read.
public struct SourceDescription: Sendable {
    /// Its name as the user gave it.
    public var name: String
    /// Its size in bytes as it is stored (compressed); nil when that is not known.
    public var size: Int64?

    /// A source.
    public init(name: String, size: Int64?) {
        self.name = name
        self.size = size
    }
}

/// How a run wants to read the sources of a set.
public struct SourceRequest: Sendable {
    /// The snapshot date of all movie documents, as days since 1970-01-01; nil uses the date of each source or line.
    public var snapshotDay: Int32?
    /// The snapshot date of documents that have no other, as days since 1970-01-01: the day of the run's clock.
    public var clockDay: Int32
    /// Whether sources that are loaded already are read again (`--reload`).
    public var isReload: Bool

    /// A request.
    public init(snapshotDay: Int32? = nil, clockDay: Int32, isReload: Bool = false) {
        self.snapshotDay = snapshotDay
        self.clockDay = clockDay
        self.isReload = isReload
    }
}

/// The sources that `--movies` or `--events` names: the port for movies or for events, whatever backend is behind it.
public protocol SourceSet: Sendable {
    /// The port that the sources belong to.
    var port: SourcePort { get }
    /// Files that were found but are not read, because the warehouse, the raw store or a command wrote them.
    var passedOver: [SourceRemark] { get }
    /// Files and folders that were found but cannot be read.
    var unreadable: [SourceRemark] { get }
    /// Whether its sources may never end, as the partitions of a topic. The run then reads both ports at the same time,
    /// and ends when it is stopped.
    var isEndless: Bool { get }

    /// Lists the sources in the order in which they are read; `Source.number` is an index into this list.
    func describe() throws -> [SourceDescription]

    /// Opens the sources for reading. The backend finds out when it reaches a source whether the ledger knows it, and
    /// from which position it goes on (a file compares its first bytes). `LineChunk.mark` says what identifies the
    /// source when it has been read up to the end of that chunk.
    ///
    /// - Parameter known: calls its argument with each source of this port that is in the ledger.
    func open(
        _ request: SourceRequest, known: ((KnownSource) throws -> Void) throws -> Void
    ) throws -> any LineSource
}

extension SourceSet {
    /// None by default.
    public var passedOver: [SourceRemark] { [] }
    /// None by default.
    public var unreadable: [SourceRemark] { [] }
    /// False by default.
    public var isEndless: Bool { false }
}
