import CSQLite

/// A SQLite database that another program than the one under test writes to, or holds a transaction in.
public final class WritableDatabase {
    private let handle: OpaquePointer

    /// Opens a database, or makes it.
    public init(path: String) throws {
        var handle: OpaquePointer?
        let status = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
        guard status == SQLITE_OK, let handle else { throw DatabaseFailure(message: "cannot open \(path): \(status)") }
        self.handle = handle
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements.
    public func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
            throw DatabaseFailure(message: "\(String(cString: sqlite3_errmsg(handle))) in \(sql)")
        }
    }

    /// The first column of the first row, as an integer.
    public func integer(_ sql: String) throws -> Int64 {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK,
            sqlite3_step(statement) == SQLITE_ROW
        else { throw DatabaseFailure(message: "\(String(cString: sqlite3_errmsg(handle))) in \(sql)") }
        return sqlite3_column_int64(statement, 0)
    }
}

extension Database {
    /// Makes a database with statements.
    public static func make(path: String, _ sql: String) throws { try WritableDatabase(path: path).execute(sql) }
}
