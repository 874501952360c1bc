import CSQLite
import Domain

/// A connection to a SQLite database. It is closed when this object and all of its statements are destroyed. It is used
/// by one thread at a time.
///
///     let connection = try Connection(path: "warehouse.db", access: .readOnly)
///     let facts = try connection.integer("SELECT count(*) FROM fact_user_event")
public final class Connection {
    /// The ways to open a database.
    public enum Access: Sendable {
        /// The file must exist, and nothing is written.
        case readOnly
        /// The file must exist, and nobody may change it while it is open. SQLite creates no file beside it, takes no
        /// lock, and does not see the content of the log (https://sqlite.org/uri.html#uriimmutable).
        case immutable
        /// The file is created when it does not exist.
        case readWrite
        /// The database is in memory and ends with the connection.
        case inMemory
    }

    /// The path of the database file.
    public var path: String { database.path }
    var handle: OpaquePointer { database.pointer }
    private let database: DatabaseHandle
    private var cached: [String: Statement] = [:]

    /// Opens a database.
    ///
    /// - Throws: `SQLiteError`.
    public init(path: String, access: Access) throws(SQLiteError) {
        let mode =
            switch access {
            case .readOnly: SQLITE_OPEN_READONLY
            case .immutable: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .inMemory: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY
            }
        database = try DatabaseHandle(path: path, flags: mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE)
    }

    /// Runs one or more statements, and ignores their rows.
    public func execute(_ sql: String) throws(SQLiteError) {
        try check(sqlite3_exec(handle, sql, nil, nil, nil), sql)
    }

    /// Compiles a statement.
    public func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        try Statement(database: database, sql: sql)
    }

    /// Compiles a text that must be exactly one statement.
    ///
    /// - Throws: `SQLiteError`, `QueryError.severalStatements` when something follows the statement.
    func prepareOnly(_ sql: String) throws -> Statement {
        let statement = try prepare(sql)
        guard statement.isWhole else { throw QueryError.severalStatements }
        return statement
    }

    /// Returns a statement that is compiled once and kept. It is reset before it is returned.
    public func statement(_ sql: String) throws(SQLiteError) -> Statement {
        if let statement = cached[sql] {
            try statement.reset()
            return statement
        }
        let statement = try prepare(sql)
        cached[sql] = statement
        return statement
    }

    /// Runs a query, and keeps its compiled form.
    func query(_ sql: String, _ values: [RowValue]) throws(SQLiteError) -> QueryRows {
        // If the kept statement of the same text is still being read, compiles another one.
        if let kept = cached[sql], kept.isBeingRead { return try QueryRows(prepare(sql), values) }
        return try QueryRows(statement(sql), values)
    }

    /// The names of a table's columns; none when there is no such table.
    func columns(of table: String) throws(SQLiteError) -> Set<String> {
        let names = try statement("SELECT name FROM pragma_table_info(?1, 'main')")
        try names.bind(table, at: 1)
        var columns: Set<String> = []
        while try names.step() { columns.insert(names.text(0) ?? "") }
        try names.reset()
        return columns
    }

    /// The first column of the first row as an integer; nil for a null, and when there is no row.
    public func integer(_ sql: String, _ bindings: Int64...) throws(SQLiteError) -> Int64? {
        let statement = try statement(sql)
        for (index, value) in bindings.enumerated() { try statement.bind(value, at: index + 1) }
        let value = try statement.step() && !statement.isNull(0) ? statement.integer(0) : nil
        try statement.reset()
        return value
    }

    /// The first column of each row as text.
    func texts(_ sql: String) throws(SQLiteError) -> [String] {
        let statement = try prepare(sql)
        var texts: [String] = []
        while try statement.step() { texts.append(statement.text(0) ?? "") }
        return texts
    }

    /// How many rows the last statement changed.
    public var changes: Int64 { sqlite3_changes64(handle) }

    /// Writes those changed pages of the transaction that no statement is using to the log or the file
    /// (https://sqlite.org/c3ref/db_cacheflush.html).
    func flushCache() throws(SQLiteError) { try check(sqlite3_db_cacheflush(handle), "writing out changed pages") }

    /// Sets how long to wait for a lock, in milliseconds.
    public func setBusyTimeout(milliseconds: Int32) throws(SQLiteError) {
        try check(sqlite3_busy_timeout(handle, milliseconds), "setting how long to wait for a lock")
    }

    /// Lets a request to stop end statements that only read, with SQLITE_INTERRUPT; see `StopRequest.endsReading`
    /// (https://sqlite.org/c3ref/progress_handler.html). At this many steps between two looks it costs nothing that can be
    /// measured.
    func endReadingOnRequest() {
        sqlite3_progress_handler(handle, 20_000, { _ in StopRequest.endsReading ? 1 : 0 }, nil)
    }

    func check(_ status: Int32, _ statement: String) throws(SQLiteError) {
        try database.check(status, statement)
    }
}
