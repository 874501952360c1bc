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

/// What every run goes through, whatever it loads: it gets the writer's place, says that it is under way, and at its end
/// how it ended; an error undoes what was not committed.
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
    ///   - makeInput: makes what the batches come from; its logger says which run it is.
    ///   - finish: adds to the report what only this kind of run has.
    /// - Throws: what the input or the warehouse throws; what was committed before stays, and the run's row says so.
    func run<Report: RunReport, Input: LoadInput>(
        _ plan: LoadPlan, rawStore: (any RawStore)?, stages: StageTimes = StageTimes(),
        _ makeInput: (Logger) -> Input, finish: (LoadRun, Input, inout Report) -> Void
    ) throws -> Report {
        let startedAt = wallClock()
        let record = try warehouse.beginRun(
            at: startedAt, as: options.isDryRun ? .dryRun : plan.isEndless ? .endless : .bounded)
        defer { warehouse.endRun() }
        let logger = logger.forRun(record.id)
        logger.info("\(name) begins", ["warehouse": .string(warehouse.location)])
        do {
            let input = makeInput(logger)
            let run = LoadRun(
                record, plan: plan, input: input, warehouse: warehouse, rawStore: rawStore, stop: stop, stages: stages,
                wallClock: wallClock,
                willRefresh: { [progress] in progress(LoadProgress(phase: .marts, counts: $0)) })
            try run.run()
            var report = Report(run: run.tally.run)
            report.rejectedByRule = run.tally.rejectedByRule
            report.warningsByReason = run.tally.warningsByReason
            report.cured = run.tally.cured
            report.refresh = run.refresh
            report.stopReason = run.stopReason
            finish(run, input, &report)
            report.seconds = Double(wallClock() - startedAt) / 1000
            logger.info(
                "\(name) ends",
                [
                    "outcome": .string(report.run.outcome.rawValue), "read": .integer(report.run.counts.read),
                    "rejected": .integer(report.run.counts.rejected), "seconds": .number(report.seconds),
                ])
            return report
        } catch {
            // The caller says what the error means; at the usual level it would be said twice.
            logger.notice("\(name) failed", ["error": .string("\(error)")])
            throw error
        }
    }
}
