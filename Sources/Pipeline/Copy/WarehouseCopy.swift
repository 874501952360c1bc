import Domain
import Logging

/// Copies a whole warehouse into an empty one, of the same or another database: all of it or nothing.
///
/// The rows are read as of one commit, table by table, and inserted in one transaction. Before it is committed, each table
/// of the target is read again, and its digest has to be that of the rows that were read from the source.
///
///     let copy = WarehouseCopy(from: source, to: target, wallClock: SystemClock.milliseconds)
///     let report = try copy.run()
public struct WarehouseCopy {
    private let source: any CopySource
    private let target: any CopyTarget
    private let stop: StopSignal
    private let logger: Logger
    private let wallClock: () -> Int64
    private let progress: (CopyProgress) -> Void

    /// A copy from one warehouse to another.
    ///
    /// - Parameters:
    ///   - stop: ends the copy without effect.
    ///   - wallClock: milliseconds since 1970.
    ///   - progress: called after each batch, on the thread that calls `run`.
    public init(
        from source: any CopySource, to target: any CopyTarget, stop: StopSignal = StopSignal(),
        logger: Logger = .silent, wallClock: @escaping () -> Int64,
        progress: @escaping (CopyProgress) -> Void = { _ in }
    ) {
        self.source = source
        self.target = target
        self.stop = stop
        self.logger = logger
        self.wallClock = wallClock
        self.progress = progress
    }

    /// Copies.
    ///
    /// - Throws: `CopyError`, and the errors of the two warehouses. The target is then as it was before.
    public func run() throws -> CopyReport {
        let start = wallClock()
        guard try source.identity() != target.identity() else { throw CopyError.itself(location: target.location) }
        logger.info("Copy begins", ["from": .string(source.location), "to": .string(target.location)])
        defer { target.end() }
        var state = CopyState()
        try report(.preparing, state)
        // The source's transaction ends with its last row: what follows may take long.
        try source.read { try copyRows($0, at: start, &state) }
        try report(.indexing, state)
        try target.finish()
        try compare(state)
        try report(.committing, state)
        try target.commit()
        var report = CopyReport()
        report.rows = state.digests.map { ($0.table.name, $0.digest.rows) }
        report.digests = state.digests.filter { $0.table.kind != .operations }.map { ($0.table.name, $0.digest) }
        report.lastRun = state.lastRun
        report.seconds = Double(wallClock() - start) / 1000
        logger.info("Copy ends", ["rows": .integer(report.totalRows), "seconds": .number(report.seconds)])
        return report
    }

    private struct CopyState {
        var digests: [(table: Table, digest: TableDigest)] = []
        var rows: Int64 = 0
        var totalRows: Int64 = 0
        var lastRun: CopyReport.LastRun?
    }

    private func copyRows(_ contents: any CopyContents, at now: Int64, _ state: inout CopyState) throws {
        state.totalRows = contents.outline.rows
        try target.begin(contents.outline, at: now)
        for table in CopyTables.all {
            try report(.copying, state, table)
            let digest = try contents.forEachBatch(of: table, times: target.times) { batch in
                try target.insert(batch)
                state.rows += Int64(batch.count)
                state.lastRun = CopyReport.LastRun(in: batch) ?? state.lastRun
                try report(.copying, state, table)
            }
            state.digests.append((table, digest))
        }
    }

    private func compare(_ state: CopyState) throws {
        var different: [String] = []
        for (table, digest) in state.digests {
            try report(.comparing, state, table)
            if try target.digest(of: table) != digest { different.append(table.name) }
        }
        guard different.isEmpty else {
            throw CopyError.differs(from: source.location, to: target.location, tables: different)
        }
    }

    /// - Throws: `CopyError.stopped` when a stop was requested.
    private func report(_ phase: CopyProgress.Phase, _ state: CopyState, _ table: Table? = nil) throws {
        progress(CopyProgress(phase: phase, table: table?.name, rows: state.rows, totalRows: state.totalRows))
        if stop.reason != nil { throw CopyError.stopped(location: target.location) }
    }
}
