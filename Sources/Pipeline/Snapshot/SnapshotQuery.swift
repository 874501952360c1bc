import Domain

/// Exports the rows of one statement as a snapshot.
public struct SnapshotQuery {
    private let reader: any WarehouseReader
    private let target: any SnapshotTarget
    private let request: SnapshotRequest
    private let sql: String
    private let wallClock: () -> Int64
    private let progress: (SnapshotProgress) -> Void

    /// The name of the only table.
    public static let tableName = "query"

    /// An export of a statement that reads.
    public init(
        _ sql: String, from reader: any WarehouseReader, to target: any SnapshotTarget, _ request: SnapshotRequest,
        wallClock: @escaping () -> Int64, progress: @escaping (SnapshotProgress) -> Void = { _ in }
    ) {
        self.sql = sql
        self.reader = reader
        self.target = target
        self.request = request
        self.wallClock = wallClock
        self.progress = progress
    }

    /// Checks that an object of NDJSON can have a member for each column: most readers keep one of two of the same name.
    ///
    /// - Throws: `SnapshotError.options`.
    private func expectDifferent(_ names: [String]) throws {
        guard request.form.format == .ndjson else { return }
        var known: Set<String> = []
        guard let repeated = names.first(where: { !known.insert($0).inserted }) else { return }
        throw SnapshotError.options(
            "the statement gives two columns the name '\(repeated)', and an object of NDJSON has each name once",
            hint: "Name each column with AS, as in SELECT 1 AS one, 2 AS two, or export as csv.")
    }

    /// Exports.
    public func run() throws -> SnapshotReport {
        let started = wallClock()
        defer { target.discard() }
        var manifest = request.manifest(started: started)
        manifest.query = sql
        manifest.lastRun = try reader.judgedRuns(limit: 1).first.map { .init(id: $0.id, outcome: $0.outcome.rawValue) }
        let file = try target.begin(request.form.format.fileName(Self.tableName))
        var writer = SnapshotQueryWriter(columns: [], request.form)
        var table = SnapshotTable(name: Self.tableName, key: [], columns: [])
        try reader.query(sql) { names in
            try expectDifferent(names)
            table.columns = names.map { .init($0, nil, isNullable: true) }
            writer = SnapshotQueryWriter(columns: names, request.form)
            writer.writeHeader()
        } row: { row in
            writer.write(row)
            table.rows += 1
            guard writer.buffer.count >= 64 << 10 else { return }
            try file.write(writer.buffer.bytes)
            writer.buffer.truncate(to: 0)
            progress(SnapshotProgress(label: "exporting the query", rows: table.rows, totalRows: nil))
        }
        try file.write(writer.buffer.bytes)
        table.file = try file.finish(rows: table.rows)
        manifest.tables = [table]
        manifest.finished = wallClock()
        let (path, wasThere) = try target.publish(manifest)
        return SnapshotReport(
            path: path, wasThere: wasThere, manifest: manifest, logGrowth: nil,
            seconds: Double(wallClock() - started) / 1000)
    }
}
