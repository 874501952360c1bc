import CSQLite

/// An open database. The connection and each of its statements own it; it is closed when the last owner is destroyed.
final class DatabaseHandle {
    /// The path of the database file.
    let path: String
    let pointer: OpaquePointer

    /// Opens a database with flags of `sqlite3_open_v2`.
    init(path: String, flags: Int32) throws(SQLiteError) {
        // Where it keeps them, it works all the same.
        _ = SQLiteLibrary.omitsMemoryStatistics
        var pointer: OpaquePointer?
        let isURI = flags & SQLITE_OPEN_URI != 0
        let status = sqlite3_open_v2(isURI ? Self.immutable(path) : Self.name(path), &pointer, flags, nil)
        guard status == SQLITE_OK, let pointer else {
            let message = pointer.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            let systemCode = pointer.map { sqlite3_system_errno($0) } ?? 0
            sqlite3_close_v2(pointer)
            throw SQLiteError(code: status, words: message, statement: "opening it", path: path, systemCode: systemCode)
        }
        self.path = path
        self.pointer = pointer
    }

    deinit { sqlite3_close_v2(pointer) }

    /// Throws SQLite's error for the last call, unless the call succeeded.
    func check(_ status: Int32, _ statement: String) throws(SQLiteError) {
        guard status == SQLITE_OK else { throw error(status, statement) }
    }

    /// SQLite's error for the last call, which failed.
    func error(_ status: Int32, _ statement: String) -> SQLiteError {
        var error = SQLiteError(
            code: status, words: String(cString: sqlite3_errmsg(pointer)), statement: statement, path: path,
            systemCode: sqlite3_system_errno(pointer))
        if [SQLITE_ERROR, SQLITE_CONSTRAINT].contains(error.primaryCode) { error.additions = additions(to: statement) }
        return error
    }

    /// The triggers and unique indexes on the tables that a statement writes to. A user added them, because the schema
    /// has no triggers, and declares unique keys only as constraints.
    private func additions(to statement: String) -> [SQLiteError.Addition] {
        guard statement.contains("INSERT") || statement.contains("UPDATE") || statement.contains("DELETE") else {
            return []
        }
        let words = Set(statement.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
        var handle: OpaquePointer?
        defer { sqlite3_finalize(handle) }
        let sql = """
            SELECT type, name, tbl_name FROM main.sqlite_schema
            WHERE type = 'trigger' OR type = 'index' AND sql LIKE 'CREATE UNIQUE %' ORDER BY rowid
            """
        guard sqlite3_prepare_v2(pointer, sql, -1, &handle, nil) == SQLITE_OK else { return [] }
        var additions: [SQLiteError.Addition] = []
        while sqlite3_step(handle) == SQLITE_ROW {
            let text = { (column: Int32) in
                sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
            }
            if words.contains(text(2)) { additions.append(.init(kind: text(0), name: text(1), table: text(2))) }
        }
        return additions
    }

    /// Makes SQLite read a path as a path, even if it looks like `:memory:` or a URI.
    private static func name(_ path: String) -> String {
        path.isEmpty || path.hasPrefix(":") || path.lowercased().hasPrefix("file:") ? "./" + path : path
    }

    private static func immutable(_ path: String) -> String {
        let escaped = path.utf8.map { byte in
            let isPlain =
                byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_") || UnicodeScalar(byte).properties.isAlphabetic && byte < 0x80
                || (0x30...0x39).contains(byte)
            if isPlain { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16)
            return "%" + (digits.utf8.count == 1 ? "0" : "") + digits
        }.joined()
        // With two slashes, the path would begin with the name of a host.
        return (path.hasPrefix("/") ? "file://" : "file:./") + escaped + "?immutable=1"
    }
}
