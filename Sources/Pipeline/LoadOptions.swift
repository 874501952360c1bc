import Domain

/// What a run brings up to date when all its lines are read. What it leaves is done by the next run that does not leave
/// it.
public enum RefreshExtent: Sendable {
    /// Nothing: marts and indexes stay as they are. (Before events are read, earlier facts are enriched all the same, so that
    /// all are enriched by the same movies.)
    case nothing
    /// The facts whose movies have arrived or changed.
    case facts
    /// The facts, then the marts, missing indexes and the planner's statistics.
    case whole
}

/// The options of a load.
public struct LoadOptions: Sendable {
    /// The run's clock.
    public var clock: RunClock
    /// Says what the run's clock is now, for a run that goes on for days; nil where `clock` holds for the whole run.
    public var clockNow: (@Sendable () -> RunClock)?
    /// The snapshot date of all movie documents of this run, as days since 1970-01-01; nil uses the date of each
    /// source or line.
    public var snapshotDay: Int32?
    /// Whether sources that are loaded whole are read again.
    public var isReload = false
    /// Whether everything is rolled back at the end.
    public var isDryRun = false
    /// What follows when all lines are read.
    public var refresh = RefreshExtent.whole
    /// How many events are sorted and inserted together.
    public var groupRows = 1 << 16
    /// The load commits when one of several limits is reached. This limit is the size in bytes of the rows that are
    /// merged in memory.
    public var transactionBytes = 60 << 20
    /// Commit limit: the size in bytes of the lines that the transaction stores as they came (rejected lines, long
    /// documents and comments).
    public var keptBytes = 64 << 20
    /// Commit limit: the most lines in the transaction. A chunk with more lines is a transaction of its own.
    public var transactionLines = LoadOptions.defaultTransactionLines
    /// Commit limit while no source has more lines: the seconds since the last commit.
    public var commitSeconds = 1.0
    /// Commit limit: the seconds since the first line that is not committed yet. Nil sets no such limit.
    public var commitInterval: Double?
    /// When the run should have ended. It stops reading early enough, as far as the time for its last commit and the marts
    /// can be predicted. Nil sets no limit.
    public var deadline: ContinuousClock.Instant?
    /// The seconds from one refresh of the marts to the next, each in a transaction of its own after a commit. Nil
    /// refreshes them only at the end of the run.
    public var martInterval: Double?
    /// The seconds from one time to the next that indexes that are missing are made and the planner's statistics brought up
    /// to date, in the transaction of the marts. Nil does that only at the end of the run.
    public var preparationInterval: Double?
    /// Whether the run waits while another one writes to the warehouse, and begins when that one ends.
    public var waitsForWriter = false
    /// How long the run tries again after it has lost its warehouse, each time, until it can commit again. Zero never
    /// tries again.
    public var retryFor = LoadOptions.defaultRetryFor
    /// The number of threads that decode the lines of one port.
    public var decoders = 2
    /// The most chunks that are in memory at a time, over all ports that are read at the same time.
    public var chunksInFlight = 48
    /// The most bytes of memory that these chunks may need with their decoded rows.
    public var bytesInFlight = 128 << 20

    /// The default of `transactionLines`.
    public static let defaultTransactionLines: Int64 = 2_000_000
    /// The default of `retryFor`.
    public static let defaultRetryFor = Duration.seconds(300)

    /// The defaults under a clock.
    public init(clock: RunClock) { self.clock = clock }
}

/// The progress of a load.
public struct LoadProgress: Sendable {
    /// A phase of a load.
    public enum Phase: String, Sendable {
        case movies
        case events
        case marts
    }

    /// The current phase.
    public var phase: Phase
    /// The bytes (compressed) that have been read of the sources of the current port.
    public var bytes: Int64 = 0
    /// The size in bytes (compressed) of all sources of that port; sources of unknown size are not counted.
    public var totalBytes: Int64 = 0
    /// The lines that the run has read so far.
    public var counts = LineCounts()
}

/// The result of a run for one source.
public struct SourceReport: Sendable {
    /// How far a source is loaded.
    public enum State: String, Sendable {
        /// It was loaded before, and was not read.
        case skipped
        /// It is loaded to its end now.
        case complete
        /// It is loaded in part; the next run continues it.
        case partial
        /// It cannot be read, or not to its end.
        case unreadable
    }

    /// Its name.
    public var name: String
    /// The port that it was read through.
    public var port: SourcePort
    /// How far it is loaded.
    public var state: State
    /// The lines that this run read of it.
    public var counts = LineCounts()
    /// Whether it was found damaged in this run.
    public var isDamaged = false
    /// Whether this run found that it is not NDJSON.
    public var isUnsupported = false
    /// The other port, if its first lines clearly belong to that one.
    var otherPort: SourcePort?
    /// The number of its rejected lines that clearly belong to the other port.
    public var otherPortLines: Int64 = 0

    /// The other port, if this run rejected all lines and they clearly belong to that port; else nil.
    public var looksLike: SourcePort? { counts.rejected == counts.read ? otherPort : nil }
    /// Whether this run read lines of it, and all lines of it were rejected, over all runs.
    public var isAllRejected = false
    /// Whether its last line is unfinished, and was left for a later run.
    public var isUnfinished = false
}

/// The result of a run.
public struct LoadReport: RunReport, Sendable {
    /// The run's row of `load_run`.
    public var run: RunRecord
    /// The sources: those of movies, then those of events, in the order in which they were named.
    public var sources: [SourceReport] = []
    /// Files that were found but not read, because the warehouse, the raw store or a command wrote them.
    public var passedOver: [SourceRemark] = []
    /// Sources and folders that could not be read.
    public var unreadable: [SourceRemark] = []
    /// Sources of which lines were deleted before they were read.
    public var lost: [SourceRemark] = []
    /// What else there is to know of sources.
    public var remarks: [SourceRemark] = []
    /// Rejected lines by rule.
    public var rejectedByRule: [CleaningRule: Int64] = [:]
    /// Values that were dropped or made null, by reason.
    public var warningsByReason: [WarningReason: Int64] = [:]
    /// Keys in the wrong place of an event, which were ignored, in lines that were not rejected.
    public var misplaced = MisplacedTally()
    /// The number of lines in quarantine that the run cured.
    public var cured: Int64 = 0
    /// The number of rows of each table before the run.
    public var rowsBefore: [(table: String, rows: Int64)] = []
    /// The number of rows of each table after the run; empty when a signal stopped it, since a stop does not wait for
    /// the count.
    public var rows: [(table: String, rows: Int64)] = []
    /// How much was recomputed after the load.
    public var refresh = RefreshReport()
    /// Whether the marts lack lines of this run, since it was stopped.
    public var areMartsStale = false
    /// What the run has sent to its backups; empty without any.
    public var backups: [BackupReport] = []
    /// Why the run was stopped; nil when it was not.
    public var stopReason: StopSignal.Reason?
    /// How long the run took, in seconds.
    public var seconds = 0.0
    /// How long each stage took.
    public var stages: [LoadStage: StageTime] = [:]

    init(run: RunRecord) { self.run = run }
}
