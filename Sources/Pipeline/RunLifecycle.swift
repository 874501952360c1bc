import Domain
import Logging

/// The part of a report that every kind of run has.
protocol RunReport {
    /// The run's row of `load_run`.
    var run: RunRecord { get set }
    /// Rejected lines by rule.
    var rejectedByRule: [CleaningRule: Int64] { get set }
    /// Values that were dropped or made null, by reason.
    var warningsByReason: [WarningReason: Int64] { get set }
    /// The number of lines in quarantine that the run cured.
    var cured: Int64 { get set }
    /// How much was recomputed after the load.
    var refresh: RefreshReport { get set }
    /// Why the run was stopped; nil when it was not.
    var stopReason: StopSignal.Reason? { get set }
    /// How long the run took, in seconds.
    var seconds: Double { get set }

    /// The report of a run that has done nothing yet.
    init(run: RunRecord)
}

/// Runs any kind of load from begin to end: acquires the writer's lock, performs the load, makes the report and
/// releases the lock. After an error, the part that was not committed is rolled back.
struct RunLifecycle {
    /// The name of the run in log messages: `Run`, `Retry`.
    let name: String
    let warehouse: any Warehouse
    let options: LoadOptions
    let stop: StopSignal
    let logger: Logger
    /// The system's clock, in milliseconds since 1970. (The run's clock, `options.clock`, may be set by `--now`.)
    let wallClock: () -> Int64
    let progress: (LoadProgress) -> Void

    /// Performs a run.
    ///
    /// - Parameters:
    ///   - stages: sums up how long each stage takes.
    ///   - makeInput: makes the input that the batches come from. Messages of the given logger name the run.
    ///   - finish: adds to the report what only this kind of run has.
    /// After an error of the warehouse that may be retried, the run goes on from its last commit, or begins again.
    ///
    /// - Throws: the error of the input, the raw store or the warehouse. What was committed before stays, and the run's
    ///   row has the outcome `failed`.
    func run<Report: RunReport, Input: LoadInput>(
        _ plan: LoadPlan, rawStore: (any RawStore)?, backups: [LineBackup] = [], stages: StageTimes = StageTimes(),
        _ makeInput: (Logger) -> Input, finish: (LoadRun, Input, inout Report) -> Void
    ) throws -> Report {
        let retries = WarehouseRetries(warehouse, for: options.retryFor, stop: stop, logger: logger)
        let kind: RunKind = options.isDryRun ? .dryRun : plan.mayPause ? .pausing : .bounded
        let record = try retries.attempt {
            try WriterWait(isOn: options.waitsForWriter, stop: stop, logger: self.logger).attempt {
                try warehouse.beginRun(at: wallClock(), as: kind)
            }
        }
        defer { warehouse.endRun() }
        let logger = logger.forRun(record.id)
        retries.logger = logger
        for backup in backups { backup.logger = logger }
        logger.info("\(name) begins", ["warehouse": .string(warehouse.location)])
        do {
            let input = makeInput(logger)
            let run = LoadRun(
                record, plan: plan, input: input, warehouse: warehouse, rawStore: rawStore,
                backups: backups, retries: retries, stop: stop, stages: stages,
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
            report.seconds = Double(wallClock() - record.startedAt) / 1000
            logger.info(
                "\(name) ends",
                [
                    "outcome": .string(report.run.outcome.rawValue), "read": .integer(report.run.counts.read),
                    "rejected": .integer(report.run.counts.rejected), "seconds": .number(report.seconds),
                ])
            return report
        } catch {
            // The command reports the error too; at the default level of the log it would appear twice.
            logger.notice("\(name) failed", ["error": .string("\(error)")])
            throw error
        }
    }
}
