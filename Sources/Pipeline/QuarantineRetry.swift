import Domain
import Logging

/// Tries lines of the quarantine again under the rules as they are now, as a run of its own: what is accepted is loaded,
/// and it leaves the quarantine in the transaction that brings its rows. So do lines that the warehouse has got another
/// way meanwhile. What is still rejected stays, once.
public final class QuarantineRetry {
    private let warehouse: any Warehouse
    private let rawStore: (any RawStore)?
    private let options: LoadOptions
    private let stop: StopSignal
    private var logger: Logger
    private let progress: (LoadProgress) -> Void
    private let wallClock: () -> Int64
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
        self.warehouse = warehouse
        self.rawStore = options.isDryRun ? nil : rawStore
        self.options = options
        self.stop = stop
        self.logger = logger
        self.pageLines = pageLines
        self.wallClock = wallClock
        self.progress = progress
    }

    /// Tries the lines of a selection.
    ///
    /// - Throws: what the selection or the warehouse throws; what was committed before stays, and the run's row says so.
    public func run(_ selection: QuarantineSelection) throws -> QuarantineReport {
        let startedAt = wallClock()
        let record = try warehouse.beginRun(at: startedAt, isDryRun: options.isDryRun)
        defer { warehouse.endRun() }
        logger = logger.forRun(record.id)
        logger.info("Retry begins", ["warehouse": .string(warehouse.location)])
        let transaction = LoadTransaction(warehouse: warehouse, options: options, run: record)
        do {
            try transaction.start()
            var report = QuarantineReport(run: record)
            let pages = QuarantinePages(selection, of: warehouse, pageLines: pageLines)
            let settling = QuarantineSettling(transaction)
            try load(pages, transaction, settling, &report)
            try transaction.open()
            report.refresh.reenrichedFacts = try warehouse.reenrichFacts()
            report.stopReason = stop.reason
            if report.stopReason == nil || report.stopReason == .duration {
                progress(LoadProgress(phase: .marts, counts: transaction.run.counts))
                report.refresh.refreshedDays = try warehouse.refreshMarts()
            }
            try transaction.finish(report.stopReason == nil ? .completed : .stopped, at: wallClock())
            report.run = transaction.run
            report.rejectedByRule = transaction.rejectedByRule
            report.warningsByReason = transaction.warningsByReason
            report.missing = pages.missing
            report.faults = settling.faults
            report.seconds = Double(wallClock() - startedAt) / 1000
            logger.info(
                "Retry ends",
                [
                    "outcome": .string(report.run.outcome.rawValue), "read": .integer(report.run.counts.read),
                    "rejected": .integer(report.run.counts.rejected), "seconds": .number(report.seconds),
                ])
            return report
        } catch {
            // The error that ended the run is the one to tell of; see `Loader.run`.
            try? transaction.fail(at: wallClock())
            logger.error("Retry failed", ["error": .string("\(error)")])
            throw error
        }
    }

    private func load(
        _ pages: QuarantinePages, _ transaction: LoadTransaction, _ settling: QuarantineSettling,
        _ report: inout QuarantineReport
    ) throws {
        var load: PortLoad?
        while stop.reason == nil {
            try transaction.open()
            let page = try pages.next()
            if page.isEmpty { break }
            for entry in page where !entry.record.rejection.isWhole {
                report.leftAside[entry.record.rejection.rule, default: 0] += 1
            }
            for run in page.filter(\.record.rejection.isWhole).runs {
                guard let chunk = run.chunk(clock: options.clock) else { continue }
                if load?.port != chunk.source.port {
                    // Two loads share the transaction, and a commit of one would be one of half the other.
                    try load?.commit()
                    load = try portLoad(chunk.source.port, transaction)
                }
                settling.entries = run
                try load?.take(chunk)
            }
            let phase = LoadProgress.Phase(load?.port ?? .events)
            progress(LoadProgress(phase: phase, counts: transaction.run.counts))
        }
        try load?.commit()
    }

    private func portLoad(_ port: SourceIdentity.Port, _ transaction: LoadTransaction) throws -> PortLoad {
        switch port {
        case .movies:
            let decoder = try MovieDecoder()
            let load = MovieLoad(transaction: transaction, rawStore: rawStore) { _, _ in }
            return PortLoad(port: port, take: { try load.add(decoder.decode($0)) }, commit: load.commit)
        case .events:
            let decoder = try EventDecoder(clock: options.clock)
            let load = EventLoad(transaction: transaction, rawStore: rawStore) { _, _ in }
            return PortLoad(
                port: port,
                take: { chunk in
                    _ = try load.add(decoder.decode(chunk))
                    try load.settle()
                }, commit: { try load.commit() })
        }
    }
}

/// The load of one port's lines, chunk by chunk; what became of a chunk is settled when `take` returns.
private struct PortLoad {
    let port: SourceIdentity.Port
    let take: (LineChunk) throws -> Void
    let commit: () throws -> Void
}

extension LoadProgress.Phase {
    fileprivate init(_ port: SourceIdentity.Port) {
        switch port {
        case .movies: self = .movies
        case .events: self = .events
        }
    }
}

/// Settles what became of lines of the quarantine, in the transaction that their rows are in.
private final class QuarantineSettling {
    /// The lines of the chunk that is being loaded; its lines' numbers are their places.
    var entries: [QuarantinePages.Entry] = []
    /// The first mended lines that still break a rule.
    private(set) var faults: [QuarantineReport.Fault] = []
    private unowned let transaction: LoadTransaction

    init(_ transaction: LoadTransaction) {
        self.transaction = transaction
        transaction.settleRejections = { [unowned self] in try settle($0) }
    }

    private func settle(_ rejections: [Rejection]) throws {
        let rejected = Dictionary(rejections.map { (Int($0.line), $0) }) { first, _ in first }
        var resolved: [Int64] = []
        for (index, entry) in entries.enumerated() {
            if let rejection = rejected[index] {
                try keep(entry, rejection)
            } else {
                resolved.append(entry.record.id)
            }
        }
        try transaction.warehouse.deleteRejected(resolved)
    }

    /// A line that is still rejected stays; one that was mended stays as it came, since its mending is not done yet.
    private func keep(_ entry: QuarantinePages.Entry, _ rejection: Rejection) throws {
        let known = entry.record.rejection
        if entry.mended != nil {
            guard faults.count < QuarantineReport.mostFaults else { return }
            let fault = QuarantineReport.Fault(
                id: entry.record.id, rule: rejection.rule, message: rejection.message)
            return faults.append(fault)
        }
        if known.rule == rejection.rule, known.message == rejection.message { return }
        try transaction.warehouse.replaceRejected(
            entry.record.id, rule: rejection.rule, message: rejection.message, run: transaction.run.id)
    }
}
