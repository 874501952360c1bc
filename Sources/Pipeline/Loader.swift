import Domain
import Logging

/// Loads movies and events into a warehouse, and brings the marts up to date.
///
///     let loader = Loader(
///         warehouse: warehouse, rawStore: nil, options: LoadOptions(clock: clock), wallClock: { clock.now })
///     let report = try loader.run(movies: movies, events: events)
///
/// Movies are loaded before events, so that the events can be enriched at once. If one of the two sets may never end
/// (`SourceSet.isEndless`), both are read at the same time until the stop signal is set.
public final class Loader {
    private let lifecycle: RunLifecycle
    private let rawStore: (any RawStore)?
    private let backups: [LineBackup]
    private let didCommit: () -> Void
    private var options: LoadOptions { lifecycle.options }

    /// A loader into a warehouse.
    ///
    /// - Parameters:
    ///   - rawStore: stores the raw documents; nil stores none.
    ///   - backups: get the accepted lines of their ports; at most one a port. They are closed by `run`. A dry run sends
    ///     nothing.
    ///   - progress: called after each chunk, on the thread that calls `run`.
    ///   - didCommit: called after each commit of lines, on the same thread.
    ///   - wallClock: milliseconds since 1970.
    public init(
        warehouse: any Warehouse, rawStore: (any RawStore)?, options: LoadOptions, backups: [LineBackup] = [],
        stop: StopSignal = StopSignal(), logger: Logger = .silent, wallClock: @escaping () -> Int64,
        didCommit: @escaping () -> Void = {}, progress: @escaping (LoadProgress) -> Void = { _ in }
    ) {
        self.didCommit = didCommit
        lifecycle = RunLifecycle(
            name: "Run", warehouse: warehouse, options: options, stop: stop, logger: logger, wallClock: wallClock,
            progress: progress)
        self.rawStore = options.isDryRun ? nil : rawStore
        self.backups = options.isDryRun ? [] : backups
    }

    /// Loads the sources of the sets.
    ///
    /// - Throws: the error of a source, the raw store or the warehouse. What was committed before stays, and the run's
    ///   row has the outcome `failed`.
    public func run(movies: (any SourceSet)?, events: (any SourceSet)?) throws -> LoadReport {
        let stages = StageTimes()
        defer { for backup in backups { backup.close() } }
        let sets = [movies, events].compactMap { $0 }
        var plan = LoadPlan(turns: LoadPlan.turns(movies: movies, events: events), options: options)
        plan.isEndless = sets.contains { $0.isEndless }
        plan.mayPause = movies?.mayPause == true || events?.mayPause == true
        var report: LoadReport = try lifecycle.run(
            plan, rawStore: rawStore, backups: backups, stages: stages
        ) { logger in
            SourceBatches(
                sets, plan: plan, options: options, warehouse: lifecycle.warehouse, stages: stages, logger: logger,
                progress: lifecycle.progress, didCommit: didCommit)
        } finish: { run, input, report in
            report.misplaced = run.tally.misplaced
            report.areMartsStale = run.areMartsStale
            report.rowsBefore = run.rowCounts.first ?? []
            report.rows = run.rowCounts.dropFirst().last ?? []
            for set in sets {
                guard var sources = input.reports[set.port] else { continue }
                sources.finish { run.countsBefore(SourceLedger.Key(port: set.port, number: $0)) }
                report.sources += sources.sources
                report.passedOver += set.passedOver
                report.unreadable += set.unreadable + sources.unreadable
                report.lost += sources.lost
                report.remarks += sources.remarks + (input.remarks[set.port] ?? [])
            }
        }
        report.stages = stages.all
        report.backups = backups.map(\.result)
        return report
    }
}
