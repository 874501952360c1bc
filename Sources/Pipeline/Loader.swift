import Domain
import Logging

/// The main job: movies and then events into a warehouse, and the marts brought up to date.
public final class Loader {
    private let warehouse: any Warehouse
    private let rawStore: (any RawStore)?
    private let options: LoadOptions
    private let stop: StopSignal
    private var logger: Logger
    private let progress: (LoadProgress) -> Void
    /// The clock of the wall, for how long things take: milliseconds since 1970.
    private let wallClock: () -> Int64

    /// A loader into a warehouse.
    ///
    /// - Parameters:
    ///   - rawStore: where documents are kept; nil keeps none.
    ///   - progress: called after each chunk, on the thread that calls `run`.
    ///   - wallClock: milliseconds since 1970.
    public init(
        warehouse: any Warehouse, rawStore: (any RawStore)?, options: LoadOptions, stop: StopSignal = StopSignal(),
        logger: Logger = .silent, wallClock: @escaping () -> Int64,
        progress: @escaping (LoadProgress) -> Void = { _ in }
    ) {
        self.warehouse = warehouse
        self.rawStore = options.isDryRun ? nil : rawStore
        self.options = options
        self.stop = stop
        self.logger = logger
        self.wallClock = wallClock
        self.progress = progress
    }

    /// Loads what the sets name.
    ///
    /// - Throws: what a source or the warehouse throws; what was committed before stays, and the run's row says so.
    public func run(movies: (any SourceSet)?, events: (any SourceSet)?) throws -> LoadReport {
        let startedAt = wallClock()
        let record = try warehouse.beginRun(at: startedAt, isDryRun: options.isDryRun)
        defer { warehouse.endRun() }
        logger = logger.forRun(record.id)
        logger.info("Run begins", ["warehouse": .string(warehouse.location)])
        let transaction = LoadTransaction(warehouse: warehouse, options: options, run: record)
        do {
            try transaction.start()
            var report = LoadReport(run: record)
            report.rowsBefore = try transaction.stages.measure(.count, warehouse.rowCounts)
            if let movies { try load(movies, transaction, &report, loadMovies) }
            // Before the events, which find their movies as they are now.
            try transaction.open()
            report.refresh.reenrichedFacts = try transaction.stages.measure(.marts, warehouse.reenrichFacts)
            if let events { try load(events, transaction, &report, loadEvents) }
            try end(transaction, &report)
            report.seconds = Double(wallClock() - startedAt) / 1000
            logger.info(
                "Run ends",
                [
                    "outcome": .string(report.run.outcome.rawValue), "read": .integer(report.run.counts.read),
                    "rejected": .integer(report.run.counts.rejected), "seconds": .number(report.seconds),
                ])
            return report
        } catch {
            // The error that ended the run is the one to tell of; the next run finds this one interrupted if its row
            // cannot be written either.
            try? transaction.fail(at: wallClock())
            logger.error("Run failed", ["error": .string("\(error)")])
            throw error
        }
    }

    private func end(_ transaction: LoadTransaction, _ report: inout LoadReport) throws {
        report.stopReason = stop.reason
        progress(LoadProgress(phase: .marts, counts: transaction.run.counts))
        try transaction.open()
        if report.stopReason == nil || report.stopReason == .duration {
            report.refresh.refreshedDays = try transaction.stages.measure(.marts, warehouse.refreshMarts)
        }
        report.rows = try transaction.stages.measure(.count, warehouse.rowCounts)
        let outcome = report.stopReason == nil ? RunOutcome.completed : .stopped
        try transaction.stages.measure(.commit) { try transaction.finish(outcome, at: wallClock()) }
        report.stages = transaction.stages.all
        report.run = transaction.run
        report.rejectedByRule = transaction.rejectedByRule
        report.warningsByReason = transaction.warningsByReason
    }

    private func load(
        _ set: any SourceSet, _ transaction: LoadTransaction, _ report: inout LoadReport,
        _ body: (any LineSource, LoadTransaction, @escaping (LineChunk, LineCounts) -> Void) throws -> Void
    ) throws {
        let plan = try transaction.stages.measure(.plan) {
            try LoadPlan(set, warehouse: warehouse, options: options)
        }
        transaction.begin(plan)
        var reports = plan.reports
        for report in reports where report.state == .skipped {
            logger.info("Source was loaded before", ["source": .string(report.name)])
        }
        var done: Int64 = 0
        var current = (source: -1, bytes: Int64(0))
        try body(try set.open(plan.planned), transaction) { [self] chunk, counts in
            let number = chunk.source.number
            if current.source != number {
                done += current.bytes
                current = (number, 0)
            }
            current.bytes = chunk.sourceBytesRead
            reports[number].counts += counts
            reports[number].isDamaged = reports[number].isDamaged || chunk.isDamaged
            if chunk.isLast {
                reports[number].state = .complete
                logger.info("Source read", ["source": .string(chunk.source.name)])
            }
            progress(
                LoadProgress(
                    phase: set.port == .movies ? .movies : .events, bytes: done + current.bytes,
                    totalBytes: plan.totalBytes, counts: transaction.run.counts))
        }
        report.sources += reports
    }

    private func loadMovies(
        _ source: any LineSource, _ transaction: LoadTransaction,
        _ taken: @escaping (LineChunk, LineCounts) -> Void
    ) throws {
        let load = MovieLoad(transaction: transaction, rawStore: rawStore, taken: taken)
        let stage = OrderedStage<LineChunk, MovieBatch>(width: options.decoders, limit: options.chunksInFlight)
        defer { stage.cancel() }
        let stages = transaction.stages
        stage.start(reading: Handoff(value: { try stages.measure(.read, source.next) })) {
            let decoder = try MovieDecoder()
            return { chunk in stages.measure(.decode) { decoder.decode(chunk) } }
        }
        while stop.reason == nil, let batch = try stage.next(unless: { self.stop.reason != nil }) {
            try stages.measure(.movies) { try load.add(batch) }
            stage.release()
        }
        try stages.measure(.movies, load.commit)
    }

    private func loadEvents(
        _ source: any LineSource, _ transaction: LoadTransaction,
        _ taken: @escaping (LineChunk, LineCounts) -> Void
    ) throws {
        let load = EventLoad(transaction: transaction, rawStore: rawStore, taken: taken)
        let clock = options.clock
        let stage = OrderedStage<LineChunk, EventBatch>(width: options.decoders, limit: options.chunksInFlight)
        defer { stage.cancel() }
        let stages = transaction.stages
        stage.start(reading: Handoff(value: { try stages.measure(.read, source.next) })) {
            let decoder = try EventDecoder(clock: clock)
            return { chunk in stages.measure(.decode) { decoder.decode(chunk) } }
        }
        while stop.reason == nil, let batch = try stage.next(unless: { self.stop.reason != nil }) {
            for _ in 0..<(try load.add(batch)) { stage.release() }
        }
        try load.commit()
    }
}
