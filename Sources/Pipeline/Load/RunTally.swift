import Domain

/// The counts of a run, and those of them that are committed.
struct RunTally {
    /// The run's row.
    private(set) var run: RunRecord
    private(set) var rejectedByRule: [CleaningRule: Int64] = [:]
    private(set) var warningsByReason: [WarningReason: Int64] = [:]
    /// Keys in the wrong place of an event.
    private(set) var misplaced = MisplacedTally()
    /// Lines in quarantine that this run cured.
    var cured: Int64 = 0
    private var committed = LineCounts()

    /// The tally of a run that has counted nothing.
    init(_ run: RunRecord) { self.run = run }

    /// Adds the counts, rejections and warnings of a batch.
    mutating func add(_ counts: LineCounts, _ rejections: [Rejection], _ warnings: WarningTally) {
        run.counts += counts
        for rejection in rejections { rejectedByRule[rejection.rule, default: 0] += 1 }
        for (reason, count) in warnings.byReason { warningsByReason[reason, default: 0] += Int64(count) }
    }

    /// Adds keys in the wrong place of an event.
    mutating func add(_ keys: MisplacedTally) { misplaced.add(keys) }

    /// Sets the outcome and the end of the run.
    mutating func end(_ outcome: RunOutcome, at time: Int64) {
        run.outcome = outcome
        run.endedAt = time
    }

    /// Marks all counts as committed.
    mutating func didCommit() { committed = run.counts }

    /// Sets the counts of the run back to those that are committed, and stores the error message.
    mutating func fail(because error: any Error) {
        run.counts = committed
        run.error = RunFailure.message(error)
    }
}
