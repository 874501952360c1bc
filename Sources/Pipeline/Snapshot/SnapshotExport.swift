import Domain
import Logging

/// Exports a warehouse, or some of its tables, as a snapshot.
///
/// All tables are read as of one moment, in the order of their keys, while loads may go on. Each becomes a file; with an
/// earlier snapshot to compare with, a file of the rows that are new or changed, and one of the keys that were removed.
///
///     let export = SnapshotExport(from: source, to: target, request, wallClock: SystemClock.milliseconds)
///     let report = try export.run()
public struct SnapshotExport {
    /// What makes files of other kinds.
    public struct Makers {
        /// Opens a warehouse in a file to copy into.
        public var openCopyTarget: (_ path: String) throws -> any CopyTarget
        /// Makes Parquet files of files of CSV, and checks them row for row.
        public var makeParquet: (_ files: [ParquetFile]) throws -> Void

        /// The makers.
        public init(
            openCopyTarget: @escaping (String) throws -> any CopyTarget,
            makeParquet: @escaping ([ParquetFile]) throws -> Void
        ) {
            self.openCopyTarget = openCopyTarget
            self.makeParquet = makeParquet
        }
    }

    private let source: WatchedSource
    private let target: any SnapshotTarget
    private let request: SnapshotRequest
    private let base: (any SnapshotSource)?
    private let pseudonyms: Pseudonyms?
    private let makers: Makers
    private let logger: Logger
    private let wallClock: () -> Int64
    private let progress: (SnapshotProgress) -> Void

    /// An export.
    ///
    /// - Parameters:
    ///   - base: the earlier snapshot to compare with.
    ///   - wallClock: milliseconds since 1970.
    ///   - progress: called after each batch, on the thread that calls `run`.
    public init(
        from source: any CopySource, to target: any SnapshotTarget, _ request: SnapshotRequest,
        since base: (any SnapshotSource)? = nil, pseudonyms: Pseudonyms? = nil, makers: Makers,
        logger: Logger = .silent,
        wallClock: @escaping () -> Int64, progress: @escaping (SnapshotProgress) -> Void = { _ in }
    ) {
        self.source = WatchedSource(source, limit: request.logLimit)
        self.target = target
        self.request = request
        self.base = base
        self.pseudonyms = pseudonyms
        self.makers = makers
        self.logger = logger
        self.wallClock = wallClock
        self.progress = progress
    }

    /// Exports.
    ///
    /// - Throws: `SnapshotError`; the errors of the warehouse and of the target. There is no snapshot then.
    public func run() throws -> SnapshotReport {
        let started = wallClock()
        logger.info("Export begins", ["from": .string(source.location), "to": .string(target.location)])
        defer { target.discard() }
        var manifest = request.manifest(started: started)
        if let base { manifest.base = .init(name: nameOfBase(base), sha256: base.manifestSHA256) }
        do {
            if request.form.format == .sqlite {
                try copyWarehouse(&manifest)
            } else {
                try checkBase()
                try exportTables(&manifest)
                if request.form.format == .parquet { try makeParquet(&manifest) }
            }
        } catch {
            throw SnapshotError.of(error)
        }
        manifest.finished = wallClock()
        progress(SnapshotProgress(label: "publishing", rows: manifest.totalRows, totalRows: nil))
        let (path, wasThere) = try target.publish(manifest)
        let seconds = Double(wallClock() - started) / 1000
        logger.info(
            "Export ends",
            ["snapshot": .string(path), "rows": .integer(manifest.totalRows), "seconds": .number(seconds)])
        return SnapshotReport(
            path: path, wasThere: wasThere, manifest: manifest, logGrowth: source.growth, seconds: seconds)
    }

    private func nameOfBase(_ base: any SnapshotSource) -> String {
        base.location.split(separator: "/").last.map(String.init) ?? base.location
    }

    // MARK: One SQLite file

    private func copyWarehouse(_ manifest: inout SnapshotManifest) throws {
        let name = SnapshotFormat.sqlite.fileName("")
        let report: CopyReport
        do {
            let copy = try WarehouseCopy(
                from: source, to: makers.openCopyTarget(target.path(of: name)), wallClock: wallClock
            ) { step in
                let label = [step.phase.rawValue, step.table].compactMap { $0 }.joined(separator: " ")
                progress(SnapshotProgress(label: label, rows: step.rows, totalRows: step.totalRows))
            }
            report = try copy.run()
        }
        manifest.lastRun = report.lastRun.map { .init(id: $0.id, outcome: $0.outcome.rawValue) }
        manifest.digest = report.totalDigest.text
        for (name, rows) in report.rows {
            guard let declared = CopyTables.all.first(where: { $0.name == name }) else { continue }
            var table = SnapshotTable(declared)
            table.rows = rows
            table.digest = report.digests.first { $0.table == name }?.digest.text
            manifest.tables.append(table)
        }
        manifest.warehouseFile = try target.adopt(name, rows: report.totalRows)
    }

    // MARK: A file for each table

    /// - Throws: `SnapshotError.incomparable`.
    private func checkBase() throws {
        guard let base else { return }
        func refuse(_ why: String) -> SnapshotError { .incomparable(path: base.location, why: why) }
        let there = base.manifest
        if there.base != nil { throw refuse("it is no whole snapshot, but one of changes itself") }
        if there.query != nil { throw refuse("it is the result of a query") }
        if there.form.format != request.form.format {
            throw refuse("its format is \(there.form.format.rawValue)")
        }
        if there.form.pseudonymKey != request.form.pseudonymKey {
            throw refuse("its user ids have other pseudonyms than this export, or none")
        }
        if there.form != request.form { throw refuse("it was made with other options (--bom, --guard-formulas)") }
        for table in request.tables {
            guard let older = there.tables.first(where: { $0.name == table.name }) else { continue }
            let shape = SnapshotTable(SnapshotShape(table, pseudonyms).table)
            if older.columns != shape.columns || older.key != shape.key {
                throw refuse("its table \(table.name) has other columns")
            }
        }
    }

    private func exportTables(_ manifest: inout SnapshotManifest) throws {
        var rows: Int64 = 0
        var digests: [String: TableDigest] = [:]
        var tables: [SnapshotTable] = []
        var lastRun: CopyReport.LastRun?
        try source.read { contents in
            let isWhole = request.tables.count >= SnapshotTables.byDefault.count
            for table in request.tables {
                let sink = try TableSink(SnapshotShape(table, pseudonyms), request.form, target, base)
                let label = "exporting \(table.name)"
                progress(SnapshotProgress(label: label, rows: rows, totalRows: isWhole ? contents.outline.rows : nil))
                let digest = try contents.forEachBatch(of: table, times: .min ... .max) { batch in
                    try sink.add(batch)
                    rows += Int64(batch.count)
                    lastRun = CopyReport.LastRun(in: batch) ?? lastRun
                    progress(
                        SnapshotProgress(label: label, rows: rows, totalRows: isWhole ? contents.outline.rows : nil))
                }
                var exported = try sink.finish()
                exported.rows = digest.rows
                digests[table.name] = digest
                if pseudonyms == nil { exported.digest = digest.text }
                tables.append(exported)
            }
            if !request.tables.contains(where: { $0.name == OperationTables.runs.name }) {
                _ = try contents.forEachBatch(of: OperationTables.runs, times: .min ... .max) { batch in
                    lastRun = CopyReport.LastRun(in: batch) ?? lastRun
                }
            }
        }
        manifest.tables = tables
        manifest.lastRun = lastRun.map { .init(id: $0.id, outcome: $0.outcome.rawValue) }
        if pseudonyms == nil { manifest.digest = Self.total(digests)?.text }
    }

    /// The digest of the whole warehouse; nil when a table is lacking.
    static func total(_ digests: [String: TableDigest]) -> TableDigest? {
        var total = TableDigest()
        for table in AllTables.content {
            guard let digest = digests[table.name] else { return nil }
            total.add(digest, named: table.name)
        }
        return total
    }

    /// Makes Parquet files of the files of CSV, which are removed.
    private func makeParquet(_ manifest: inout SnapshotManifest) throws {
        progress(SnapshotProgress(label: "writing Parquet", rows: manifest.totalRows, totalRows: nil))
        let format = SnapshotFormat.parquet
        try makers.makeParquet(
            manifest.tables.compactMap { table in
                table.file.map { csv in
                    ParquetFile(
                        table, csv: target.path(of: csv.name), parquet: target.path(of: format.fileName(table.name)))
                }
            })
        for place in manifest.tables.indices {
            guard let csv = manifest.tables[place].file else { continue }
            let name = format.fileName(manifest.tables[place].name)
            var file = try target.adopt(name, rows: csv.rows)
            // So that it can be told from the content alone whether two snapshots are the same.
            (file.contentBytes, file.contentSHA256) = (csv.contentBytes, csv.contentSHA256)
            manifest.tables[place].file = file
            target.remove(csv.name)
        }
    }
}
