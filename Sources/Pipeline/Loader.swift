import Domain
import Logging

/// The main job: movies and then events into a warehouse, and the marts brought up to date.
public final class Loader {
    private let lifecycle: RunLifecycle
    private let rawStore: (any RawStore)?
    private var options: LoadOptions { lifecycle.options }
    private var stop: StopSignal { lifecycle.stop }

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
        lifecycle = RunLifecycle(
            name: "Run", warehouse: warehouse, options: options, stop: stop, logger: logger, wallClock: wallClock,
            progress: progress)
        self.rawStore = options.isDryRun ? nil : rawStore
    }

    /// Loads what the sets name.
    ///
    /// - Throws: what a source or the warehouse throws; what was committed before stays, and the run's row says so.
    public func run(movies: (any SourceSet)?, events: (any SourceSet)?) throws -> LoadReport {
        let stages = StageTimes()
        let countRows = { [warehouse = lifecycle.warehouse] in try stages.measure(.count, warehouse.rowCounts) }
        var report: LoadReport = try lifecycle.run(stages: stages) { transaction, logger, report in
            report.rowsBefore = try countRows()
            if let movies { try load(movies, transaction, logger, &report, loadMovies) }
            // Before the events, which find their movies as they are now.
            try lifecycle.reenrichFacts(in: transaction, &report)
            if let events { try load(events, transaction, logger, &report, loadEvents) }
            report.misplaced = transaction.misplaced
            try lifecycle.refreshMarts(in: transaction, &report)
            try lifecycle.cureArrived(in: transaction, report)
            report.rows = try countRows()
        }
        report.stages = stages.all
        return report
    }

    private func load(
        _ set: any SourceSet, _ transaction: LoadTransaction, _ logger: Logger, _ report: inout LoadReport,
        _ body: (any LineSource, LoadTransaction, @escaping (LineChunk, LineCounts) -> Void) throws -> Void
    ) throws {
        let phase: LoadProgress.Phase = set.port == .movies ? .movies : .events
        lifecycle.progress(LoadProgress(phase: phase, counts: transaction.run.counts))
        let request = SourceRequest(
            snapshotDay: options.snapshotDay, clockDay: options.clock.day, isReload: options.isReload)
        let descriptions = try set.describe()
        let source = try transaction.stages.measure(.plan) {
            try set.open(request) { try lifecycle.warehouse.forEachKnownSource(of: set.port, $0) }
        }
        let guess = try PortGuess()
        transaction.beginSources()
        report.passedOver += set.passedOver
        report.unreadable += set.unreadable
        let totalBytes = descriptions.reduce(0) { $0 + ($1.size ?? 0) }
        var reports = descriptions.map { SourceReport(name: $0.name, port: set.port, state: .partial) }
        var unreadable: [SourceRemark] = []
        var done: Int64 = 0
        var current = (source: -1, bytes: Int64(0))
        try body(source, transaction) { [self] chunk, counts in
            let number = chunk.source.number
            if current.source != number {
                done += current.bytes
                current = (number, 0)
            }
            current.bytes = chunk.notice == .skipped ? descriptions[number].size ?? 0 : chunk.sourceBytesRead
            reports[number].take(chunk, counts, guess)
            if case .unreadable(let why) = chunk.notice {
                unreadable.append(SourceRemark(name: chunk.source.name, reason: why))
            }
            if chunk.isLast {
                logger.info(
                    reports[number].state.message, ["source": .string(chunk.source.name)])
            }
            lifecycle.progress(
                LoadProgress(
                    phase: phase, bytes: done + current.bytes,
                    totalBytes: totalBytes, counts: transaction.run.counts))
        }
        for number in reports.indices {
            var counts = transaction.countsBefore[number] ?? LineCounts()
            counts += reports[number].counts
            reports[number].isAllRejected = reports[number].counts.read > 0 && counts.rejected == counts.read
        }
        report.sources += reports
        report.unreadable += unreadable
    }

    private func loadMovies(
        _ source: any LineSource, _ transaction: LoadTransaction,
        _ taken: @escaping (LineChunk, LineCounts) -> Void
    ) throws {
        let load = MovieLoad(transaction: transaction, rawStore: rawStore, taken: taken)
        let stage = OrderedStage<LineChunk, MovieBatch>(
            width: options.decoders, limit: options.chunksInFlight, budget: options.bytesInFlight)
        defer { stage.cancel() }
        start(stage, reading: source, transaction.stages, rejections: { $0.rejections }) {
            let decoder = try MovieDecoder()
            return decoder.decode
        }
        try drain(stage, giveBack: {}, pause: load.pause) { batch in
            try transaction.stages.measure(.movies) { try load.add(batch) }
            stage.release()
        }
        try transaction.stages.measure(.movies, load.commit)
    }

    private func loadEvents(
        _ source: any LineSource, _ transaction: LoadTransaction,
        _ taken: @escaping (LineChunk, LineCounts) -> Void
    ) throws {
        let clock = options.clock
        let stage = OrderedStage<LineChunk, EventBatch>(
            width: options.decoders, limit: options.chunksInFlight, budget: options.bytesInFlight)
        defer { stage.cancel() }
        start(stage, reading: source, transaction.stages, rejections: { $0.rejections }) {
            let decoder = try EventDecoder(clock: clock)
            return decoder.decode
        }
        let load = EventLoad(transaction: transaction, rawStore: rawStore, release: stage.release, taken: taken)
        try drain(stage, giveBack: load.giveBack, pause: load.pause, take: load.add)
        try load.commit()
    }

    /// Starts to read and decode; of rejected lines it is counted which are plainly of the other stream.
    ///
    /// - Parameter makeDecoder: makes what one thread decodes chunks with.
    private func start<Batch>(
        _ stage: OrderedStage<LineChunk, Batch>, reading source: any LineSource, _ stages: StageTimes,
        rejections: @escaping @Sendable (Batch) -> [Rejection],
        makeDecoder: @escaping @Sendable () throws -> (LineChunk) throws -> Batch
    ) {
        stage.start(
            reading: Handoff(value: { try stages.measure(.read, source.next) }), weigh: FlightBudget.weight(of:)
        ) {
            let decode = try makeDecoder()
            let guess = try PortGuess()
            return { chunk in
                try stages.measure(.decode) {
                    let batch = try decode(chunk)
                    let rejected = rejections(batch)
                    if !rejected.isEmpty {
                        chunk.otherPortLines = guess.count(ofOtherPortIn: chunk, rejections: rejected)
                    }
                    return batch
                }
            }
        }
    }

    /// Takes what a stage gives until its end or a stop.
    ///
    /// - Parameters:
    ///   - giveBack: releases what is held, so that more can be read.
    ///   - pause: called where nothing more is there for a moment.
    private func drain<Output>(
        _ stage: OrderedStage<LineChunk, Output>, giveBack: () throws -> Void, pause: () throws -> Void,
        take: (Output) throws -> Void
    ) throws {
        while stop.reason == nil {
            switch try stage.next() {
            case .output(let output): try take(output)
            case .heldBack: try giveBack()
            case .nothingYet: try pause()
            case .end: return
            }
        }
    }
}

extension SourceReport {
    /// Takes in what became of a chunk.
    fileprivate mutating func take(_ chunk: LineChunk, _ counts: LineCounts, _ guess: PortGuess) {
        self.counts += counts
        otherPortLines += chunk.otherPortLines
        isDamaged = isDamaged || chunk.isDamaged
        isUnsupported = isUnsupported || chunk.isUnsupported
        if looksLike == nil, self.counts.rejected == self.counts.read {
            otherPort = guess.otherPort(of: chunk, rejected: counts.rejected, of: counts.read)
        }
        switch chunk.notice {
        case .skipped: state = .skipped
        case .unreadable: state = .unreadable
        case .unfinishedLine: isUnfinished = true
        case nil: break
        }
        if chunk.isLast, state == .partial { state = .complete }
    }
}

extension SourceReport.State {
    /// What the log says of a source that is done with.
    fileprivate var message: String {
        switch self {
        case .skipped: "Source was loaded before"
        case .unreadable: "Source cannot be read"
        case .complete, .partial: "Source read"
        }
    }
}
