import Domain
import Logging

/// Tries lines of the quarantine again by the current rules, as a run of its own. An accepted line is loaded, and
/// marked as cured in the same transaction. A line whose event or movie is in the warehouse already is marked as cured
/// too. A line that is still rejected stays open, in one row.
public final class QuarantineRetry {
    private let lifecycle: RunLifecycle
    private let rawStore: (any RawStore)?
    private let pageLines: Int

    /// A retry in a warehouse.
    ///
    /// - Parameters:
    ///   - rawStore: stores the raw documents; nil stores none.
    ///   - options: the clock, whether this is a dry run, and the size of transactions; the other options are not used.
    ///   - pageLines: how many lines are read from the quarantine together.
    ///   - wallClock: milliseconds since 1970.
    ///   - progress: called after each page, on the thread that calls `run`.
    public init(
        warehouse: any Warehouse, rawStore: (any RawStore)?, options: LoadOptions, stop: StopSignal = StopSignal(),
        logger: Logger = .silent, pageLines: Int = 4096, wallClock: @escaping () -> Int64,
        progress: @escaping (LoadProgress) -> Void = { _ in }
    ) {
        lifecycle = RunLifecycle(
            name: "Retry", warehouse: warehouse, options: options, stop: stop, logger: logger, wallClock: wallClock,
            progress: progress)
        self.rawStore = options.isDryRun ? nil : rawStore
        self.pageLines = pageLines
    }

    /// Tries the lines of a selection.
    ///
    /// - Throws: the error of the selection, the raw store or the warehouse. What was committed before stays, and the
    ///   run's row has the outcome `failed`.
    public func run(_ selection: QuarantineSelection) throws -> QuarantineReport {
        // One page may have lines of both ports.
        let plan = LoadPlan(turns: [[.movies, .events]], options: lifecycle.options, isRetry: true)
        return try lifecycle.run(plan, rawStore: rawStore) { _ in
            QuarantineBatches(
                QuarantinePages(selection, of: lifecycle.warehouse, pageLines: pageLines), of: lifecycle.warehouse,
                clock: lifecycle.options.clock, progress: lifecycle.progress)
        } finish: { _, input, report in
            report.missing = input.missing
            report.leftAside = input.leftAside
            report.faults = input.faults
        }
    }
}
