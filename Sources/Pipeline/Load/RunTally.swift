import Domain

/// The counts of a run, and those of them that are committed.
///
///     var tally = RunTally(record)
///     tally.add(counts, rejections, warnings)  // For each batch.
///     tally.didCommit()                        // After each commit.
///     tally.fail(because: error)               // After an error: only what is committed is left.
struct RunTally {
    /// Everything that a rollback restores.
    private struct Values {
        var run: RunRecord
        var rejectedByRule: [CleaningRule: Int64] = [:]
        var warningsByReason: [WarningReason: Int64] = [:]
        var misplaced = MisplacedTally()
        var cured: Int64 = 0
    }

    private var current: Values
    private var committed: Values

    /// The run's row.
    var run: RunRecord { current.run }
    /// The number of rejected lines by rule.
    var rejectedByRule: [CleaningRule: Int64] { current.rejectedByRule }
    /// The number of values that were dropped or made null, by reason.
    var warningsByReason: [WarningReason: Int64] { current.warningsByReason }
    /// Keys in the wrong place of an event.
    var misplaced: MisplacedTally { current.misplaced }
    /// Lines in quarantine that this run cured.
    var cured: Int64 {
        get { current.cured }
        set { current.cured = newValue }
    }

    /// The tally of a run that has counted nothing.
    init(_ run: RunRecord) {
        current = Values(run: run)
        committed = current
    }

    /// Adds the counts, rejections and warnings of a batch.
    mutating func add(_ counts: LineCounts, _ rejections: [Rejection], _ warnings: WarningTally) {
        current.run.counts += counts
        for rejection in rejections { current.rejectedByRule[rejection.rule, default: 0] += 1 }
        for (reason, count) in warnings.byReason { current.warningsByReason[reason, default: 0] += Int64(count) }
    }

    /// Adds keys in the wrong place of an event.
    mutating func add(_ keys: MisplacedTally) { current.misplaced.add(keys) }

    /// Sets the outcome and the end of the run.
    mutating func end(_ outcome: RunOutcome, at time: Int64) {
        current.run.outcome = outcome
        current.run.endedAt = time
    }

    /// Marks everything as committed.
    mutating func didCommit() { committed = current }

    /// Goes back to what is committed.
    mutating func rollback() { current = committed }

    /// Goes back to what is committed, and stores the error message.
    mutating func fail(because error: any Error) {
        rollback()
        current.run.error = RunFailure.message(error)
    }
}
