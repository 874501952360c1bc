import Domain

/// What a run has counted, and how much of it is committed.
struct RunTally {
    /// The run's row.
    private(set) var run: RunRecord
    private(set) var rejectedByRule: [CleaningRule: Int64] = [:]
    private(set) var warningsByReason: [WarningReason: Int64] = [:]
    /// Keys of events that stand in the wrong place.
    private(set) var misplaced = MisplacedTally()
    /// Lines in quarantine that this run cured.
    var cured: Int64 = 0
    private var committed = LineCounts()

    /// The tally of a run that has counted nothing.
    init(_ run: RunRecord) { self.run = run }

    /// Adds what became of a batch's lines.
    mutating func add(_ counts: LineCounts, _ rejections: [Rejection], _ warnings: WarningTally) {
        run.counts += counts
        for rejection in rejections { rejectedByRule[rejection.rule, default: 0] += 1 }
        for (reason, count) in warnings.byReason { warningsByReason[reason, default: 0] += Int64(count) }
    }

    /// Adds keys that stand in the wrong place.
    mutating func add(_ keys: MisplacedTally) { misplaced.add(keys) }

    /// Notes how the run ended.
    mutating func end(_ outcome: RunOutcome, at time: Int64) {
        run.outcome = outcome
        run.endedAt = time
    }

    /// Notes that all that is counted is committed.
    mutating func didCommit() { committed = run.counts }

    /// Forgets the counts that are not committed, because of an error.
    mutating func fail(because error: any Error) {
        run.counts = committed
        run.error = RunFailure.words(error)
    }
}
