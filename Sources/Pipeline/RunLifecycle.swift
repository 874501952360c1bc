import Domain
import Logging

/// What every run tells of itself, whatever it loads.
protocol RunReport {
    /// Its row of `load_run`.
    var run: RunRecord { get set }
    /// Rejected lines by rule.
    var rejectedByRule: [CleaningRule: Int64] { get set }
    /// What was dropped or made null, by reason.
    var warningsByReason: [WarningReason: Int64] { get set }
    /// Lines in quarantine that it cured.
    var cured: Int64 { get set }
    /// What followed at the end.
    var refresh: RefreshReport { get set }
    /// Why it stopped before its end, or nil.
    var stopReason: StopSignal.Reason? { get set }
    /// How long it took, in seconds.
    var seconds: Double { get set }

    /// The report of a run that has done nothing yet.
    init(run: RunRecord)
}

/// What every run goes through, whatever it loads: it takes the writer's place, says that it is under way, and at its
/// end how it ended; an error undoes what was not committed.
struct RunLifecycle {
    /// What the log calls a run: `Run`, `Retry`.
    let name: String
    let warehouse: any Warehouse
    let options: LoadOptions
    let stop: StopSignal
    let logger: Logger
    /// The clock of the wall, for how long things take: milliseconds since 1970.
    let wallClock: () -> Int64
    let progress: (LoadProgress) -> Void

    /// Runs from its beginning to its end.
    ///
    /// - Parameters:
    ///   - stages: where it is added up how long its stages take.
    ///   - load: loads, and brings the marts up to date by `reenrichFacts` and `refreshMarts`; its logger says which
    ///     run it is.
    /// - Throws: what `load` or the warehouse throws; what was committed before stays, and the run's row says so.
    func run<Report: RunReport>(
        stages: StageTimes = StageTimes(), _ load: (LoadTransaction, Logger, inout Report) throws -> Void
    ) throws -> Report {
        let startedAt = wallClock()
        let record = try warehouse.beginRun(at: startedAt, isDryRun: options.isDryRun)
        defer { warehouse.endRun() }
        let logger = logger.forRun(record.id)
        logger.info("\(name) begins", ["warehouse": .string(warehouse.location)])
        let transaction = LoadTransaction(warehouse: warehouse, options: options, run: record, stages: stages)
        do {
            try transaction.start()
            var report = Report(run: record)
            try load(transaction, logger, &report)
            try finish(transaction, &report)
            report.seconds = Double(wallClock() - startedAt) / 1000
            logger.info(
                "\(name) ends",
                [
                    "outcome": .string(report.run.outcome.rawValue), "read": .integer(report.run.counts.read),
                    "rejected": .integer(report.run.counts.rejected), "seconds": .number(report.seconds),
                ])
            return report
        } catch {
            // The error that ended the run is the one to tell of; the next run finds this one interrupted if its row
            // cannot be written either.
            try? transaction.fail(at: wallClock(), because: error)
            // The one who called says what the error means; at the usual level it would be said twice.
            logger.notice("\(name) failed", ["error": .string("\(error)")])
            throw error
        }
    }

    /// Enriches anew the facts of movies that came or changed.
    ///
    /// Where somebody waits for the end, the next run does it before it loads any event.
    func reenrichFacts(in transaction: LoadTransaction, _ report: inout some RunReport) throws {
        if stop.reason?.isSignal == true { return }
        try transaction.open()
        report.refresh.reenrichedFacts = try transaction.stages.measure(.marts, warehouse.reenrichFacts)
    }

    /// Notes whether the run was stopped, and brings the marts up to date unless somebody waits for its end.
    func refreshMarts(in transaction: LoadTransaction, _ report: inout some RunReport) throws {
        report.stopReason = stop.reason
        progress(LoadProgress(phase: .marts, counts: transaction.run.counts))
        try transaction.open()
        if report.stopReason?.isSignal != true {
            report.refresh.refreshedDays = try transaction.stages.measure(.marts, warehouse.refreshMarts)
        }
    }

    /// Cures the lines in quarantine whose events and movies came in this run; after `refreshMarts`, which notes whether
    /// it was stopped.
    func cureArrived(in transaction: LoadTransaction, _ report: some RunReport) throws {
        try transaction.open()
        try transaction.stages.measure(.commit) { try transaction.cureArrived(isStopped: report.stopReason != nil) }
    }

    private func finish(_ transaction: LoadTransaction, _ report: inout some RunReport) throws {
        let outcome = report.stopReason == nil ? RunOutcome.completed : .stopped
        if !options.isDryRun {
            try transaction.open()
            _ = try transaction.stages.measure(.indexes, warehouse.prepareForQuestions)
        }
        try transaction.stages.measure(.commit) { try transaction.finish(outcome, at: wallClock()) }
        report.cured = transaction.cured
        report.run = transaction.run
        report.rejectedByRule = transaction.rejectedByRule
        report.warningsByReason = transaction.warningsByReason
    }
}
