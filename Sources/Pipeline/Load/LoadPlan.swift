import Domain

/// The fixed settings of a load: the order in which ports are read, and the limits of groups and transactions.
struct LoadPlan: Equatable, Sendable {
    /// The ports in turns. The ports of one turn are read at the same time; a turn begins when the one before has
    /// ended.
    var turns: [[SourcePort]]
    /// Whether lines may come with long pauses, so that others read the warehouse meanwhile.
    var mayPause = false
    /// Whether a source has no end, so that one whose server is away when it is opened is waited for.
    var isEndless = false
    /// Whether everything is rolled back at the end.
    var isDryRun = false
    /// What follows when all lines are read.
    var refresh = RefreshExtent.whole
    /// Whether the load tries lines of the quarantine again. Then `cureArrived` comes only after all lines were tried.
    var isRetry = false
    /// A group of events is inserted when it reaches one of three limits. This one is its number of lines.
    var groupLines = 1 << 16
    /// Group limit: the number of batches.
    var groupBatches = 16
    /// Group limit: the sum of the weights of its batches (`FlightBudget`), in bytes.
    var groupWeight = 40 << 20
    /// A commit is due when the transaction reaches one of several limits. This one is its number of lines.
    var transactionLines = LoadOptions.defaultTransactionLines
    /// Commit limit: the size in bytes of the rows that are merged in memory.
    var mergedBytes = 60 << 20
    /// Commit limit: the size in bytes of the lines that are stored as they came.
    var keptBytes = 64 << 20
    /// Commit limit while no port has a batch: the seconds since the last commit.
    var pauseSeconds = 1.0
    /// Commit limit: the seconds since the first line that is not committed. Nil sets no such limit.
    var commitInterval: Double?
    /// When the run has to end, in seconds of the monotonic clock. It stops reading so much earlier as it probably needs
    /// to end (`EndForecast`). Nil sets no limit.
    var deadline: Double?
    /// The seconds from one refresh of the marts to the next. Nil refreshes them only at the end.
    var martInterval: Double?
    /// The seconds from one preparation for questions to the next, each with a refresh of the marts. Nil prepares only at
    /// the end.
    var preparationInterval: Double?

    init(turns: [[SourcePort]]) { self.turns = turns }

    /// The plan that options ask for.
    init(turns: [[SourcePort]], options: LoadOptions, isRetry: Bool = false) {
        self.init(turns: turns)
        self.isRetry = isRetry
        isDryRun = options.isDryRun
        refresh = options.refresh
        groupLines = options.groupRows
        // A third of the chunks in flight is being inserted, a third settled and a third decoded at the same time.
        let share = StageShare(of: options, ports: turns.map(\.count).max() ?? 1)
        groupBatches = max(1, share.chunks / 3)
        groupWeight = share.bytes / 3
        transactionLines = options.transactionLines
        mergedBytes = options.transactionBytes
        keptBytes = options.keptBytes
        pauseSeconds = options.commitSeconds
        commitInterval = options.commitInterval
        deadline = options.deadline.map {
            StageTime.monotonicSeconds + ContinuousClock.now.duration(to: $0) / .seconds(1)
        }
        martInterval = options.martInterval
        preparationInterval = options.preparationInterval
    }

    /// The turns of the sets that are not nil: movies before events, or both in one turn if one of them may never end.
    static func turns(movies: (any SourceSet)?, events: (any SourceSet)?) -> [[SourcePort]] {
        let ports: [SourcePort] = (movies == nil ? [] : [.movies]) + (events == nil ? [] : [.events])
        let isEndless = movies?.isEndless == true || events?.isEndless == true
        return isEndless && ports.count > 1 ? [ports] : ports.map { [$0] }
    }
}

/// The limits for the chunks in flight of each of several ports that are read at the same time.
struct StageShare {
    let chunks: Int
    let bytes: Int

    init(of options: LoadOptions, ports: Int) {
        chunks = max(1, options.chunksInFlight / max(1, ports))
        bytes = options.bytesInFlight / max(1, ports)
    }
}
