import CSQLite
import Domain

/// A connection to a SQLite database, closed with this object and the last of its statements. Used by one thread at a
/// time.
public final class Connection {
    /// How a database is opened.
    public enum Access: Sendable {
        /// The file must be there; nothing is written.
        case readOnly
        /// The file must be there, and nobody may change it meanwhile: no file is made beside it and no lock taken,
        /// and what is in its log is not seen (https://sqlite.org/uri.html#uriimmutable).
        case immutable
        /// The file is made when it is not there.
        case readWrite
        /// There is no file, and nothing stays.
        case inMemory
    }

    /// The database file.
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

    /// Runs statements that give no rows of interest.
    public func execute(_ sql: String) throws(SQLiteError) {
        try check(sqlite3_exec(handle, sql, nil, nil, nil), sql)
    }

    /// Compiles a statement.
    public func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        try Statement(database: database, sql: sql)
    }

    /// Compiles a text that has to be one statement and nothing else.
    ///
    /// - Throws: `SQLiteError`, `QueryError.severalStatements` when something follows the statement.
    func prepareOnly(_ sql: String) throws -> Statement {
        let statement = try prepare(sql)
        guard statement.isWhole else { throw QueryError.severalStatements }
        return statement
    }

    /// A statement that is compiled once and kept; reset before it is given.
    public func statement(_ sql: String) throws(SQLiteError) -> Statement {
        if let statement = cached[sql] {
            try statement.reset()
            return statement
        }
        let statement = try prepare(sql)
        cached[sql] = statement
        return statement
    }

    /// Runs a query; its compiled form is kept.
    func query(_ sql: String, _ values: [RowValue]) throws(SQLiteError) -> QueryRows {
        // One that is still being read, of the same text, stays as it is.
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

    /// The first column of the first row, as an integer.
    public func integer(_ sql: String, _ bindings: Int64...) throws(SQLiteError) -> Int64? {
        let statement = try statement(sql)
        for (index, value) in bindings.enumerated() { try statement.bind(value, at: index + 1) }
        let value = try statement.step() && !statement.isNull(0) ? statement.integer(0) : nil
        try statement.reset()
        return value
    }

    /// The text of the first column of each row.
    func texts(_ sql: String) throws(SQLiteError) -> [String] {
        let statement = try prepare(sql)
        var texts: [String] = []
        while try statement.step() { texts.append(statement.text(0) ?? "") }
        return texts
    }

    /// Rows that the last statement changed.
    public var changes: Int64 { sqlite3_changes64(handle) }

    /// Writes the changed pages of the transaction that are in no use to the log (https://sqlite.org/c3ref/db_cacheflush.html).
    func flushCache() throws(SQLiteError) { try check(sqlite3_db_cacheflush(handle), "writing out changed pages") }

    /// Waits up to so many milliseconds for a lock.
    public func setBusyTimeout(milliseconds: Int32) throws(SQLiteError) {
        try check(sqlite3_busy_timeout(handle, milliseconds), "setting how long to wait for a lock")
    }

    func check(_ status: Int32, _ statement: String) throws(SQLiteError) {
        try database.check(status, statement)
    }
}
