import CSQLite

/// An open database, closed when the last that holds it lets go: its connection and each of its statements do.
final class DatabaseHandle {
    /// The database file.
    let path: String
    let pointer: OpaquePointer

    /// Opens a database with flags of `sqlite3_open_v2`.
    init(path: String, flags: Int32) throws(SQLiteError) {
        var pointer: OpaquePointer?
        let status = sqlite3_open_v2(path, &pointer, flags, nil)
        guard status == SQLITE_OK, let pointer else {
            let message = pointer.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(pointer)
            throw SQLiteError(code: status, message: message, statement: "open", path: path)
        }
        self.path = path
        self.pointer = pointer
    }

    deinit { sqlite3_close_v2(pointer) }

    /// Throws what SQLite says of the last call unless it went well.
    func check(_ status: Int32, _ statement: String) throws(SQLiteError) {
        guard status == SQLITE_OK else { throw error(status, statement) }
    }

    /// What SQLite says of the last call, which failed.
    func error(_ status: Int32, _ statement: String) -> SQLiteError {
        SQLiteError(code: status, message: String(cString: sqlite3_errmsg(pointer)), statement: statement, path: path)
    }
}
