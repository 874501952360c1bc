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
    /// The number of the run, when it opens the sources again after it lost its warehouse. What it has read to the end
    /// before is not read again although `isReload` is set; see `readsAgain(firstRun:)`.
    public var run: Int64?
    /// The last run before that ended as it was meant to (`RunOutcome.isOrderly`), 0 where none did; nil where there are
    /// no runs. This run makes up for those after it.
    public var lastOrderlyRun: Int64?

    /// A request.
    public init(snapshotDay: Int32? = nil, clockDay: Int32, isReload: Bool = false) {
        self.snapshotDay = snapshotDay
        self.clockDay = clockDay
        self.isReload = isReload
    }

    /// Whether a source with a row in the ledger is read from its start.
    ///
    /// - Parameter firstRun: the run in which the reading began that the row tells of (`Checkpoint.firstRun`).
    public func readsAgain(firstRun: Int64) -> Bool { isReload && firstRun != run }

    /// Whether a source that each run reads anew, since any part of it may be another one then, is left out by this run.
    ///
    /// It is where this run has read it to its end, before it lost its warehouse. It is too where a run has read it to its
    /// end that was killed or failed later, and no run has ended as it was meant to since: then this run makes up for that
    /// one, and its lines count once. `isReload` reads it all the same.
    public func leavesOut(_ known: KnownSource) -> Bool {
        guard known.checkpoint.isComplete, !known.isOutgrown, let last = known.lastRun else { return false }
        if last == run { return true }
        guard !isReload, let lastOrderlyRun else { return false }
        return last > lastOrderlyRun
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
    /// Whether its lines may come with long pauses, as those of a pipe or of an endless source. The warehouse then lets
    /// others read from the first commit on.
    var mayPause: Bool { get }
    /// Whether one of its sources can be read only once, as a pipe. A run that loses its warehouse in the middle of such
    /// a source cannot go on.
    var isReadOnce: Bool { get }

    /// How many lines of each source wait after what the ledger has, where sources grow and say so; none where that is
    /// not known.
    ///
    /// - Parameter known: the rows of the ledger, of any sources.
    func backlog(after known: [Checkpoint]) throws -> [SourceBacklog]

    /// Lists the sources that are known before the reading begins, in the order in which they are read. The
    /// `Source.number` of each is its index in this list.
    ///
    /// The opened `LineSource` may also give chunks of a source that appears later, such as a new partition. Its number
    /// is one that no other source of the set has, and is not an index of the list: the length of the list, or more.
    /// Reports list such sources last, under `Source.name`, in the order in which their first chunks came.
    func describe() throws -> [SourceDescription]

    /// Opens the sources for reading. The backend finds out when it reaches a source whether the ledger knows it, and
    /// from which position it goes on (a file compares its first bytes). `LineChunk.mark` says what identifies the
    /// source when it has been read up to the end of that chunk.
    ///
    /// A source is found among the known ones by its identity: port, key and, for movies, the snapshot date that is
    /// part of it. Rows with `isOutgrown` are passed over: only a backend whose key is a hash of the bytes needs them,
    /// to recognize the earlier state of a source. The row that is found goes into `Source.known`, so that the counts
    /// continue and the next checkpoint replaces the row. With `isReload`, the source is read from its start, with the
    /// row in `Source.known` and `isReadAgain`:
    ///
    ///     let identity = SourceIdentity(port: port, key: "\(cluster)/\(topic)/\(partition)")
    ///     var row: Checkpoint?
    ///     try known { source in
    ///         if !source.isOutgrown, source.mark.identity == identity { row = source.checkpoint }
    ///     }
    ///     let source = Source(
    ///         name: "\(topic)/\(partition)", known: row, port: port, number: partition,
    ///         isReadAgain: row.map { request.readsAgain(firstRun: $0.firstRun) } ?? false)
    ///     let start = source.isReadAgain ? SourcePosition() : row?.position ?? SourcePosition()
    ///     return PartitionLines(source, identity, from: start, request)
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
    /// As `isEndless` by default.
    public var mayPause: Bool { isEndless }
    /// False by default.
    public var isReadOnce: Bool { false }
    /// None by default.
    public func backlog(after known: [Checkpoint]) throws -> [SourceBacklog] { [] }
}
