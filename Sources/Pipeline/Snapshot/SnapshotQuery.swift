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
