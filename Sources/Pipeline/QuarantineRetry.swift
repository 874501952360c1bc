import Domain
import Logging

/// Tries lines of the quarantine again under the rules as they are now, as a run of its own: what is accepted is loaded,
/// and marked as cured in the transaction that brings its rows. So are lines that the warehouse has got another way
/// meanwhile. What is still rejected stays open, once.
public final class QuarantineRetry {
    private let lifecycle: RunLifecycle
    private let rawStore: (any RawStore)?
    private let pageLines: Int
    private var clock: RunClock { lifecycle.options.clock }

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
        try lifecycle.run { transaction, _, report in
            let pages = QuarantinePages(selection, of: lifecycle.warehouse, pageLines: pageLines)
            let settling = QuarantineSettling(transaction)
            try load(pages, transaction, settling, &report)
            try lifecycle.reenrichFacts(in: transaction, &report)
            try lifecycle.refreshMarts(in: transaction, &report)
            try lifecycle.cureArrived(in: transaction, report)
            report.missing = pages.missing
            report.faults = settling.faults
        }
    }

    private func load(
        _ pages: QuarantinePages, _ transaction: LoadTransaction, _ settling: QuarantineSettling,
        _ report: inout QuarantineReport
    ) throws {
        var load: PortLoad?
        while lifecycle.stop.reason == nil {
            try transaction.open()
            let page = try pages.next()
            if page.isEmpty { break }
            for entry in page where !entry.record.rejection.isWhole {
                report.leftAside[entry.record.rejection.rule, default: 0] += 1
            }
            for run in page.filter(\.record.rejection.isWhole).runs {
                guard let chunk = run.chunk(clock: clock) else { continue }
                if load?.port != chunk.source.port {
                    // Two loads share the transaction, and a commit of one would be one of half the other.
                    try load?.commit()
                    load = try portLoad(chunk.source.port, transaction)
                }
                settling.entries = run
                try load?.take(chunk)
            }
            let phase = LoadProgress.Phase(load?.port ?? .events)
            lifecycle.progress(LoadProgress(phase: phase, counts: transaction.run.counts))
        }
        try load?.commit()
    }

    private func portLoad(_ port: SourcePort, _ transaction: LoadTransaction) throws -> PortLoad {
        switch port {
        case .movies:
            let decoder = try MovieDecoder()
            let load = MovieLoad(transaction: transaction, rawStore: rawStore) { _, _ in }
            return PortLoad(port: port, take: { try load.add(decoder.decode($0)) }, commit: load.commit)
        case .events:
            let decoder = try EventDecoder(clock: clock)
            let load = EventLoad(transaction: transaction, rawStore: rawStore) { _, _ in }
            return PortLoad(
                port: port,
                take: { chunk in
                    try load.add(decoder.decode(chunk))
                    try load.settle()
                }, commit: load.commit)
        }
    }
}

/// The load of one port's lines, chunk by chunk; what became of a chunk is settled when `take` returns.
private struct PortLoad {
    let port: SourcePort
    let take: (LineChunk) throws -> Void
    let commit: () throws -> Void
}

extension LoadProgress.Phase {
    fileprivate init(_ port: SourcePort) {
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
        var cured: [Int64] = []
        var again: [CleaningRule: Int64] = [:]
        for (index, entry) in entries.enumerated() {
            if let rejection = rejected[index] {
                if try !replace(entry, rejection) { again[rejection.rule, default: 0] += 1 }
            } else {
                cured.append(entry.record.id)
            }
        }
        try transaction.warehouse.cureRejected(cured, run: transaction.run.id)
        try transaction.warehouse.countRejectedAgain(again, run: transaction.run.id)
    }

    /// A line that is still rejected stays; one that was mended stays as it came, since its mending is not done yet.
    ///
    /// - Returns: whether it has another rule or message now.
    private func replace(_ entry: QuarantinePages.Entry, _ rejection: Rejection) throws -> Bool {
        let known = entry.record.rejection
        if entry.mended != nil {
            if faults.count < QuarantineReport.mostFaults {
                faults.append(
                    QuarantineReport.Fault(id: entry.record.id, rule: rejection.rule, message: rejection.message))
            }
            return false
        }
        if known.rule == rejection.rule, known.message == rejection.message { return false }
        try transaction.warehouse.replaceRejected(entry.record.id, by: rejection, run: transaction.run.id)
        return true
    }
}
