import CSQLite

/// A SQLite database that a test reads, or writes to as another program would.
public final class Database: TestDatabase {
    private let handle: OpaquePointer

    /// Opens a database.
    ///
    /// - Parameter isWritable: whether to open the database for writing, and to create it when it does not exist. A
    ///   writable database does not wait for locks.
    public init(path: String, isWritable: Bool = false) throws {
        var handle: OpaquePointer?
        let flags = isWritable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        let status = sqlite3_open_v2(path, &handle, flags, nil)
        guard status == SQLITE_OK, let handle else {
            sqlite3_close_v2(handle)
            throw DatabaseFailure(message: "cannot open \(path): \(status)")
        }
        self.handle = handle
        if !isWritable { sqlite3_busy_timeout(handle, 10_000) }
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements in a database, and creates it when it does not exist.
    public static func make(path: String, _ sql: String) throws {
        try Database(path: path, isWritable: true).execute(sql)
    }

    /// Runs statements in an existing database.
    public static func change(path: String, _ sql: String) throws {
        // Fails when the database does not exist.
        _ = try Database(path: path)
        try Database(path: path, isWritable: true).execute(sql)
    }

    /// The rows of a query; see `TestDatabase`.
    public func rows(_ sql: String) throws -> [String] {
        let statement = try prepare(sql)
        defer { sqlite3_finalize(statement) }
        var rows: [String] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                let cells = (0..<sqlite3_column_count(statement)).map { column in
                    sqlite3_column_text(statement, column).map { String(cString: $0) } ?? "NULL"
                }
                rows.append(cells.joined(separator: "|"))
            case SQLITE_DONE: return rows
            default: throw failure(sql)
            }
        }
    }

    /// Runs statements.
    public func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
    }

    /// The names of the tables, sorted.
    public func tables() throws -> [String] {
        try rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    }

    /// The definitions of tables, indexes, views and triggers.
    public func definitions() throws -> [String] {
        try rows("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema")
    }

    /// The rows of a table; see `TestDatabase`.
    public func literals(of table: String, without left: [String]) throws -> [String] {
        let terms = try columns(of: table).filter { !left.contains($0) }.map { "'\($0)=' || quote(\($0))" }
        return try rows("SELECT \(terms.joined(separator: " || ' ' || ")) FROM \(table)")
    }

    /// The SQL literal of bytes.
    public func literal(_ bytes: [UInt8]) -> String { "x'" + bytes.map(Database.hexadecimal).joined() + "'" }

    /// The SQL literal of a time, which is an integer in SQLite.
    public func literal(time: Int64) -> String { String(time) }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    /// How many steps of SQLite's virtual machine a statement needs; nil when they are more than `bound`.
    public func steps(_ sql: String, atMost bound: Int64) throws -> Int64? {
        let statement = try prepare(sql)
        defer { sqlite3_finalize(statement) }
        // Ends the statement when it has run for `bound` steps.
        sqlite3_progress_handler(handle, Int32(clamping: bound), { _ in 1 }, nil)
        defer { sqlite3_progress_handler(handle, 0, nil, nil) }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: continue
            case SQLITE_DONE: return Int64(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0))
            case SQLITE_INTERRUPT: return nil
            default: throw failure(sql)
            }
        }
    }

    /// The column names of a table or a subquery.
    private func columns(of table: String) throws -> [String] {
        let statement = try prepare("SELECT * FROM \(table)")
        defer { sqlite3_finalize(statement) }
        return (0..<sqlite3_column_count(statement)).map { column in
            sqlite3_column_name(statement, column).map { String(cString: $0) } ?? ""
        }
    }

    private func prepare(_ sql: String) throws -> OpaquePointer? {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw failure(sql) }
        return statement
    }

    private func failure(_ sql: String) -> DatabaseFailure {
        DatabaseFailure(message: "\(String(cString: sqlite3_errmsg(handle))) in \(sql)")
    }
}
