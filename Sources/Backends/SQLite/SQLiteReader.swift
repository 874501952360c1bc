import CSQLite
import Domain
import Schema

/// A SQLite warehouse to look at: a read-only connection, which sees the last commit and waits for nobody. While the
/// first load is under way there is nothing to see yet.
public final class SQLiteReader: WarehouseReader {
    /// The database file.
    public let location: String
    var connection: Connection { place.connection }
    private var place: ReadOnlyPlace
    private let asOwner: Bool

    /// Opens a warehouse for reading.
    ///
    /// - Throws: `SQLiteError`; `WarehouseError.notThere` when there is no such file, or nothing was ever loaded;
    ///   `WarehouseError.firstLoad` while the first load is under way.
    public convenience init(path: String) throws { try self.init(path: path, asOwner: ReadOnlyPlace.isOwn(path)) }

    init(path: String, asOwner: Bool) throws {
        location = path
        self.asOwner = asOwner
        guard try WarehouseFile.lookForOwn(at: path) == .warehouse else { throw WarehouseError.notThere(path: path) }
        place = try ReadOnlyPlace(path: path, asOwner: asOwner)
        try connection.setBusyTimeout(milliseconds: 10_000)
        try connection.execute("PRAGMA query_only = ON")
        let tables = try whole {
            try connection.integer("SELECT count(*) FROM main.sqlite_schema WHERE name = 'schema_migration'")
        }
        guard tables == 1 else { throw WarehouseError.notThere(path: path) }
    }

    /// Reads something, and reads it again where the file was written to meanwhile in a way that may have spoilt it.
    ///
    /// - Throws: `WarehouseError.changedMeanwhile` when that goes on.
    func whole<Answer>(_ read: () throws -> Answer) throws -> Answer {
        for _ in 0..<20 {
            guard let stamp = place.stamp else { break }
            let answer = Result { try read() }
            if stamp.isUnchanged { return try answer.get() }
            place = try ReadOnlyPlace(path: location, asOwner: asOwner)
            try connection.execute("PRAGMA query_only = ON")
        }
        let answer = Result { try read() }
        try place.stamp?.expectUnchanged()
        return try answer.get()
    }

    /// How far each source is loaded: unfinished ones first, then those touched last.
    public func checkpoints(limit: Int) throws -> [Checkpoint] {
        try whole {
            let statement = try connection.prepare(
                """
                SELECT port, \(try checkpointColumns()) FROM load_checkpoint
                ORDER BY is_complete, run_id DESC, port, source LIMIT ?
                """)
            try statement.bind(Int64(limit), at: 1)
            var checkpoints: [Checkpoint] = []
            while try statement.step() {
                guard let port = SourcePort(rawValue: statement.text(0) ?? "") else { continue }
                checkpoints.append(statement.checkpoint(port: port, from: 1))
            }
            return checkpoints
        }
    }

    /// The columns of `load_checkpoint`, as an older version may have left them.
    private func checkpointColumns() throws -> String {
        let names = Set(try connection.texts("SELECT name FROM pragma_table_info('load_checkpoint')"))
        var columns = Statement.checkpointColumns
        if !names.contains("position") {
            columns = columns.replacing("position", with: "line || ':' || byte_offset")
        }
        if !names.contains("source_bytes") {
            columns = columns.replacing("source_bytes, source_head, may_grow", with: "NULL, NULL, 0")
        }
        return names.contains("first_run_id") ? columns : columns.replacing("first_run_id", with: "1")
    }

    /// How many checkpoints there are.
    public func checkpointCount() throws -> Int {
        try whole { Int(try connection.integer("SELECT count(*) FROM load_checkpoint") ?? 0) }
    }

    func counts(_ statement: Statement, from column: Int) -> LineCounts {
        var counts = LineCounts()
        counts.read = statement.integer(column)
        counts.accepted = statement.integer(column + 1)
        counts.duplicates = statement.integer(column + 2)
        counts.rejected = statement.integer(column + 3)
        counts.warnings = statement.integer(column + 4)
        return counts
    }

    /// How many rows each table has, by its name.
    public func rowCounts() throws -> [(table: String, rows: Int64)] { try whole { try connection.rowCounts() } }

    /// An order-independent hash of each table's content.
    public func digest() throws -> [(table: String, digest: TableDigest)] {
        try whole {
            try connection.digest()
        }
    }

    /// Lines in quarantine that match, by rule and source, the most first.
    public func rejectedCounts(matching filter: RejectedFilter) throws -> [RejectedCount] {
        try whole {
            try connection.rejectedCounts(matching: filter)
        }
    }

    /// The same, with the bytes of the lines.
    public func rejectedSizes(matching filter: RejectedFilter) throws -> [RejectedCount] {
        try whole {
            try connection.rejectedSizes(matching: filter)
        }
    }

    /// How many lines are in quarantine, and how many were dropped from it.
    public func quarantineTotals() throws -> QuarantineTotals { try whole { try connection.quarantineTotals() } }

    /// Lines in quarantine; see `WarehouseReader`.
    public func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord] {
        try whole {
            try connection.rejected(matching: filter, after: id, limit: limit)
        }
    }

    /// The time of the newest event.
    public func newestEventTime() throws -> Int64? {
        try whole {
            try connection.integer("SELECT max(event_time) FROM fact_user_event")
        }
    }

    /// The newest snapshot date of a movie.
    public func newestSnapshotDay() throws -> Int32? {
        try whole {
            let statement = try connection.prepare("SELECT max(snapshot_date) FROM movies")
            return try statement.step() && !statement.isNull(0) ? CivilDate.parse(statement.bytes(0)) : nil
        }
    }

    /// How the marts stand to the tables that they follow from.
    public func martState() throws -> MartState {
        try whole {
            var state = MartState()
            let tables = try connection.integer("SELECT count(*) FROM sqlite_master WHERE name = 'load_mart_refresh'")
            if tables == 1 { state.run = try connection.integer("SELECT max(run_id) FROM load_mart_refresh") }
            state.isStale =
                try connection.integer(
                    """
                    SELECT EXISTS (SELECT 1 FROM load_pending_movie) OR EXISTS (SELECT 1 FROM load_stale_day)
                    """) != 0
            state.isEmpty =
                try connection.integer(
                    "SELECT NOT EXISTS (SELECT 1 FROM movies) AND NOT EXISTS (SELECT 1 FROM fact_user_event)") != 0
            return state
        }
    }

    /// The size in bytes.
    public func size() throws -> Int64 {
        try whole {
            let pages = try connection.integer("PRAGMA page_count") ?? 0
            return pages * (try connection.integer("PRAGMA page_size") ?? 0)
        }
    }

    /// The number of the schema's last migration, and of the last that this program knows.
    public func schemaVersion() throws -> (applied: Int, known: Int) {
        try whole {
            (Int(try connection.integer("SELECT max(version) FROM schema_migration") ?? 0), Schema.newestVersion)
        }
    }

    /// What SQLite's own checks and the foreign keys say (https://sqlite.org/pragma.html#pragma_integrity_check).
    public func faults() throws -> [String] {
        try whole {
            var faults: [String] = []
            let integrity = try connection.prepare("PRAGMA integrity_check(10)")
            while try integrity.step() {
                if let text = integrity.text(0), text != "ok" { faults.append(text) }
            }
            let keys = try connection.prepare(
                "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2")
            while try keys.step() {
                faults.append(
                    "\(keys.integer(2)) rows of \(keys.text(0) ?? "") refer to rows of \(keys.text(1) ?? "") "
                        + "that are not there")
            }
            for table in Connection.countedTables {
                let counted =
                    try connection.integer(
                        "SELECT coalesce(max(row_count), 0) FROM load_row_count WHERE table_name = '\(table)'") ?? 0
                let rows = try connection.integer("SELECT count(*) FROM \(table)") ?? 0
                if rows != counted { faults.append("\(table) has \(rows) rows, and load_row_count says \(counted)") }
            }
            return faults + (try connection.quarantineFaults())
        }
    }

    /// Runs one statement that only reads.
    public func query(
        _ sql: String, header: ([String]) throws -> Void, row: ([QueryValue]) throws -> Void
    ) throws {
        let statement = try whole { try prepareQuery(sql) }
        let stamp = place.stamp
        try header((0..<statement.columnCount).map(statement.columnName))
        do {
            while try statement.step() {
                try row((0..<statement.columnCount).map { value(statement, $0) })
            }
        } catch let error as SQLiteError {
            // What was read of a file that changed may be anything.
            try stamp?.expectUnchanged()
            throw runError(error)
        }
        try stamp?.expectUnchanged()
    }

    private func value(_ statement: Statement, _ column: Int) -> QueryValue {
        switch statement.type(column) {
        case SQLITE_INTEGER: .integer(statement.integer(column))
        case SQLITE_FLOAT: .real(statement.real(column))
        case SQLITE_TEXT: .text(statement.text(column) ?? "")
        case SQLITE_BLOB: .blob([UInt8](statement.bytes(column)))
        default: .null
        }
    }
}
