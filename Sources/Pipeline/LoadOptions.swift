import Domain

/// How a load is run.
public struct LoadOptions: Sendable {
    /// The run's clock.
    public var clock: RunClock
    /// The snapshot date of all movie documents of this run, as days since 1970-01-01; nil uses the date of each
    /// source.
    public var snapshotDay: Int32?
    /// Whether sources that are loaded whole are read again.
    public var isReload = false
    /// Whether everything is rolled back at the end.
    public var isDryRun = false
    /// How many events are sorted and inserted together.
    public var groupRows = 1 << 16
    /// The transaction is committed when the rows merged in memory take so many bytes …
    public var transactionBytes = 60 << 20
    /// … or what it keeps of lines as they came does (rejected ones, long documents and comments) …
    public var keptBytes = 64 << 20
    /// … or when it has so many lines …
    public var transactionLines: Int64 = 2_000_000
    /// … or, where nothing more is there to be read, so many seconds after the commit before, …
    public var commitSeconds = 1.0
    /// … or so many seconds after the first line that is not committed, whatever comes in; nil sets no such limit.
    public var commitInterval: Double?
    /// So many seconds after the marts were brought up to date they are again, in a transaction of their own after a
    /// commit; nil does it at the end of the run only.
    public var martInterval: Double?
    /// Threads that decode the lines of a port.
    public var decoders = 2
    /// Chunks that are in memory at a time, of all ports that are read side by side.
    public var chunksInFlight = 48
    /// Bytes of memory that those may need, decoded.
    public var bytesInFlight = 128 << 20

    /// The defaults under a clock.
    public init(clock: RunClock) { self.clock = clock }
}

/// How far a load is.
public struct LoadProgress: Sendable {
    /// What a load does at a time.
    public enum Phase: String, Sendable {
        case movies
        case events
        case marts
    }

    /// What it does.
    public var phase: Phase
    /// Bytes of the sources (compressed) that are loaded, of those of this run.
    public var bytes: Int64 = 0
    /// Bytes of the sources that this run reads.
    public var totalBytes: Int64 = 0
    /// Lines so far.
    public var counts = LineCounts()
}

/// What became of one source.
public struct SourceReport: Sendable {
    /// How far a source is loaded.
    public enum State: String, Sendable {
        /// It was loaded whole before.
        case skipped
        /// It is loaded whole now.
        case complete
        /// It is loaded in part; the next run goes on.
        case partial
        /// It cannot be read, or not further.
        case unreadable
    }

    /// Its name.
    public var name: String
    /// The port that it was read through.
    public var port: SourcePort
    /// How far it is loaded.
    public var state: State
    /// What this run read of it.
    public var counts = LineCounts()
    /// Whether it was found damaged in this run.
    public var isDamaged = false
    /// Whether this run found that it is not NDJSON.
    public var isUnsupported = false
    /// The other port, where its first lines plainly belong to that one.
    var otherPort: SourcePort?
    /// How many of its lines were rejected and plainly belong to the other port.
    public var otherPortLines: Int64 = 0

    /// The port that its lines plainly belong to, where this run rejected all of them and it is the other port.
    public var looksLike: SourcePort? { counts.rejected == counts.read ? otherPort : nil }
    /// Whether this run read lines of it, and all that were ever read of it were rejected.
    public var isAllRejected = false
    /// Whether its last line has no end yet, and was left for a later run.
    public var isUnfinished = false
}

/// What a run did.
public struct LoadReport: RunReport, Sendable {
    /// Its row of `load_run`.
    public var run: RunRecord
    /// Its sources: those of the movies, then those of the events, in the order in which they were named.
    public var sources: [SourceReport] = []
    /// What was found and is not read because it belongs to the warehouse itself.
    public var passedOver: [SourceRemark] = []
    /// What cannot be read: sources, and folders that were looked through for them.
    public var unreadable: [SourceRemark] = []
    /// Rejected lines by rule.
    public var rejectedByRule: [CleaningRule: Int64] = [:]
    /// What was dropped or made null, by reason.
    public var warningsByReason: [WarningReason: Int64] = [:]
    /// Keys that were ignored since they stand in the wrong place, of events that were accepted or duplicates.
    public var misplaced = MisplacedTally()
    /// Lines in quarantine that it cured: their source was read again without them, or what they say has arrived.
    public var cured: Int64 = 0
    /// Rows of each table before it.
    public var rowsBefore: [(table: String, rows: Int64)] = []
    /// Rows of each table after it; none where a signal stopped it, which does not wait for counting.
    public var rows: [(table: String, rows: Int64)] = []
    /// What followed at the end.
    public var refresh = RefreshReport()
    /// Why it stopped before its end, or nil.
    public var stopReason: StopSignal.Reason?
    /// How long it took, in seconds.
    public var seconds = 0.0
    /// How long each of its stages took.
    public var stages: [LoadStage: StageTime] = [:]

    init(run: RunRecord) { self.run = run }
}
