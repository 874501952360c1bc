import Domain
import Logging

/// Tries lines of the quarantine again under the rules as they are now, as a run of its own: what is accepted is loaded,
/// and marked as cured in the transaction that brings its rows. So are lines whose events or movies the warehouse has got
/// another way meanwhile. What is still rejected stays open, once.
public final class QuarantineRetry {
    private let lifecycle: RunLifecycle
    private let rawStore: (any RawStore)?
    private let pageLines: Int

    /// A retry in a warehouse.
    ///
    /// - Parameters:
    ///   - rawStore: where documents are kept; nil keeps none.
    ///   - options: the clock, whether it is a dry run, and how large a transaction grows; the rest does not matter.
    ///   - pageLines: how many lines are decoded and inserted together.
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
    /// - Throws: what the selection or the warehouse throws; what was committed before stays, and the run's row says so.
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
