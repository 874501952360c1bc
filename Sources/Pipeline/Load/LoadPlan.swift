import Domain

/// What is fixed for a load: in which order ports are read, and how much is held before it is written.
struct LoadPlan: Equatable, Sendable {
    /// The ports, by turns: those of one turn are read side by side, and a turn begins when the one before has ended.
    var turns: [[SourcePort]]
    /// Whether sources are read that may never end.
    var isEndless = false
    /// Whether everything is rolled back at the end.
    var isDryRun = false
    /// Whether lines of the quarantine are tried again: they are cured by what arrived only when all were tried.
    var isRetry = false
    /// A group of events is inserted when it has so many lines, …
    var groupLines = 1 << 16
    /// … or so many batches, …
    var groupBatches = 16
    /// … or weighs so much.
    var groupWeight = 40 << 20
    /// A commit is due when the transaction has so many lines, …
    var transactionLines: Int64 = 2_000_000
    /// … or the rows merged in memory take so many bytes, …
    var mergedBytes = 60 << 20
    /// … or lines that are kept as they came take so many bytes, …
    var keptBytes = 64 << 20
    /// … or, while no port has anything, so many seconds after the commit before, …
    var pauseSeconds = 1.0
    /// … or so many seconds after the first line that is not committed.
    var commitInterval: Double?
    /// The marts are brought up to date so many seconds after they were last; nil does it at the end only.
    var martInterval: Double?

    init(turns: [[SourcePort]]) { self.turns = turns }

    /// The plan that options ask for.
    init(turns: [[SourcePort]], options: LoadOptions, isRetry: Bool = false) {
        self.init(turns: turns)
        self.isRetry = isRetry
        isDryRun = options.isDryRun
        groupLines = options.groupRows
        // Of what may be in flight a third is inserted, a third is settled meanwhile, and a third is decoded.
        let share = StageShare(of: options, ports: turns.map(\.count).max() ?? 1)
        groupBatches = max(1, share.chunks / 3)
        groupWeight = share.bytes / 3
        transactionLines = options.transactionLines
        mergedBytes = options.transactionBytes
        keptBytes = options.keptBytes
        pauseSeconds = options.commitSeconds
        commitInterval = options.commitInterval
        martInterval = options.martInterval
    }

    /// The turns of the sets that are there: movies first, so that events find their movies; both side by side where one
    /// of them may never end.
    static func turns(movies: (any SourceSet)?, events: (any SourceSet)?) -> [[SourcePort]] {
        let ports: [SourcePort] = (movies == nil ? [] : [.movies]) + (events == nil ? [] : [.events])
        return isEndless(movies, events) && ports.count > 1 ? [ports] : ports.map { [$0] }
    }

    /// Whether one of some sets may never end.
    static func isEndless(_ sets: (any SourceSet)?...) -> Bool { sets.contains { $0?.isEndless == true } }
}

/// What each of the ports that are read side by side may have in flight.
struct StageShare {
    let chunks: Int
    let bytes: Int

    init(of options: LoadOptions, ports: Int) {
        chunks = max(1, options.chunksInFlight / max(1, ports))
        bytes = options.bytesInFlight / max(1, ports)
    }
}
