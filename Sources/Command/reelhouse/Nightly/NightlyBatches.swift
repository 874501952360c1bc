import Domain
import Pipeline

import enum Logging.SystemClock

/// Does a nightly batch for each date that a command line asks for.
final class NightlyBatches {
    private let asked: NightlyArguments
    private let place: NightlyPlace
    private let warehouse: String
    private let context: CommandContext
    private let stop = StopSignal()

    init(_ asked: NightlyArguments, _ place: NightlyPlace, _ warehouse: String, _ context: CommandContext) {
        self.asked = asked
        self.place = place
        self.warehouse = warehouse
        self.context = context
    }

    /// The tasks of the batch of a date.
    func work(of day: Int32) -> NightlyWork { NightlyWork(place, context, extra: asked.extra, day: day, stop: stop) }

    private func openLedger() throws -> (any NightlyLedger)? {
        Backends.isThere(warehouse) ? try Backends.warehouse(warehouse) as? any NightlyLedger : nil
    }

    /// Does a batch for each date, until one fails.
    func run(asJSON: Bool) throws -> CommandEnd.Result {
        // Between tasks, and where a second signal comes; a task handles the first one itself.
        let signals = SignalWatch(
            stop: stop, console: context.console, latest: context.latest,
            announcement: "Stopping before the next task; once more stops at once.")
        defer { signals.cancel() }
        let (backend, location) = try Backends.warehouseBackend(warehouse)
        // Throws where it is a file of another program, before the lock leaves one beside it. Where it is in use, the lock
        // or a task says by what.
        do { _ = try openLedger() } catch let error as any ReportedError where error.kind == .inUse {}
        let lock = try backend.lockNightly(location)
        defer { withExtendedLifetime(lock) {} }
        var result = NightlyResult()
        for day in asked.days {
            let work = work(of: day)
            result.add(try batch(day, work), work.statuses)
            if !asJSON { try result.printLast(on: context.console) }
            result.reportLast(on: context.console)
            if result.status != .done, result.status != .notAllTaken { break }
        }
        result.linesInTime = try? Backends.reader(warehouse).linesInTime(under: context.clock)
        if !asJSON { try result.printLinesToRetry(on: context.console) }
        let json = result.json.compact
        if asJSON { try context.console.print(json) }
        return CommandEnd.Result(
            status: result.status, outcome: result.outcome, run: nil, reasons: result.reasons, json: json)
    }

    private func batch(_ day: Int32, _ work: NightlyWork) throws -> NightlyReport {
        var options = asked.options
        options.day = day
        return try NightlyRun(
            options, openLedger: openLedger, didRecord: { work.nightly = $0 },
            perform: { [self] task in
                let lastFetch = task == .fetch ? try? openLedger()?.lastDay(of: task.rawValue) : nil
                return work.perform(task, lastFetch: lastFetch)
            }, stop: stop, logger: context.logger, wallClock: SystemClock.milliseconds
        ).run(isSkippedWhenDone: asked.isBackfill)
    }
}
