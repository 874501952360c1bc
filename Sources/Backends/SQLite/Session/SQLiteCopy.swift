import Domain
import SQLWarehouse

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Inserts the rows of a copy by one statement for each batch, which reads them as a virtual table.
final class SQLiteCopyWriter: SQLCopyWriter {
    private let session: SQLiteSession
    private var staged: [String: StagedRows] = [:]
    private var inserts: [String: String] = [:]

    /// Registers the virtual tables, which is not possible in a transaction.
    init(_ session: SQLiteSession) throws {
        self.session = session
        for table in CopyTables.all {
            let rows = StagedRows(columns: table.rowColumns)
            try rows.register(as: "copied_\(table.name)", on: session.connection)
            staged[table.name] = rows
        }
    }

    /// None: SQLite has no partitions.
    func monthsAhead(_ months: [Int32]) -> [[Int32]] { [] }
    func make(_ months: [Int32]) {}
    func begin(_ outline: CopyOutline) {}

    func insert(_ rows: RowSet) throws {
        let name = rows.table.name
        guard let staged = staged[name] else { preconditionFailure("the rows of \(name) are not copied") }
        staged.source = PackedRows(rows)
        defer { staged.source = nil }
        try session.run(statement(for: rows.table), [])
    }

    private func statement(for table: Table) throws -> String {
        if let known = inserts[table.name] { return known }
        let names = table.columns.map(\.name).joined(separator: ", ")
        let sql = """
            \(try session.insertOfNewRows(into: table.name)) (\(names)) SELECT \(names) FROM temp.copied_\(table.name)
            """
        inserts[table.name] = sql
        return sql
    }

    /// Sets the number from which lines in quarantine are counted on; a number is never given twice
    /// (https://sqlite.org/autoinc.html).
    func finish(_ outline: CopyOutline) throws {
        guard outline.lastRejectedID > 0 else { return }
        let number = RowValue.integer(outline.lastRejectedID)
        let changed = try session.run(
            "UPDATE main.sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'rejected_record'", [number])
        if changed == 0 {
            try session.run("INSERT INTO main.sqlite_sequence (name, seq) VALUES ('rejected_record', ?1)", [number])
        }
    }
}

extension SQLiteSession: SQLCopySession {
    /// All of them.
    var copyTimes: ClosedRange<Int64> { .min ... .max }
    func identity() throws -> String { try WarehouseFile.identity(of: location) }
    func makeCopyWriter() throws -> any SQLCopyWriter { try SQLiteCopyWriter(self) }
}

extension SQLiteReadSession: SQLCopyReadSession {
    /// The size of the write-ahead log, which cannot begin anew while an older state is read.
    var logBytes: Int64? {
        var status = stat()
        return stat(WarehouseFile.realPath(location) + "-wal", &status) == 0 ? Int64(status.st_size) : 0
    }

    func identity() throws -> String { try WarehouseFile.identity(of: location) }

    func lastRejectedID() throws -> Int64 {
        try connection.integer("SELECT seq FROM main.sqlite_sequence WHERE name = 'rejected_record'") ?? 0
    }

    /// Searches the primary key once for each month.
    func months(of table: Table) throws -> [Int32] {
        let search = "SELECT min(event_time) FROM main.\(table.name) WHERE event_time >= ?1"
        var months: [Int32] = []
        var from = Int64.min
        while let time = try connection.integer(search, from) {
            let month = CopyMonths.bounds(of: time)
            months.append(month.first)
            from = Int64(month.next) * CivilDate.millisecondsPerDay
        }
        return months
    }
}

extension WarehouseFile {
    /// The device and inode of a file.
    static func identity(of path: String) throws -> String {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw SQLiteFileError.notReadable(path: path, reason: String(cString: strerror(errno)))
        }
        return "file \(status.st_dev) \(status.st_ino)"
    }
}

extension SQLCopySource {
    /// Opens a warehouse in a SQLite file to copy from.
    ///
    /// - Throws: the errors of `SQLiteReader`.
    public static func sqlite(path: String) throws -> SQLCopySource {
        SQLCopySource(try SQLiteReadSession(path: path, asOwner: ReadOnlyPlace.isOwn(path)))
    }
}

extension SQLCopyTarget {
    /// Opens a SQLite file to copy a warehouse into. The file is created when it does not exist, and removed again
    /// unless the copy is committed.
    ///
    /// - Throws: the errors of `SQLiteWarehouse`.
    public static func sqlite(path: String) throws -> SQLCopyTarget {
        SQLCopyTarget(try SQLiteSession(path: path, options: SQLiteWarehouse.Options()))
    }
}
