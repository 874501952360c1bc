import CSQLite
import Domain

/// A compiled statement, which is finalized when this object is destroyed. It may outlive its connection, because it
/// keeps the database open.
public final class Statement {
    private let handle: OpaquePointer
    private let database: DatabaseHandle
    private let sql: String
    /// Whether a `QueryRows` is reading its rows.
    var isBeingRead = false
    /// Whether only white space, comments and semicolons follow the statement in its text.
    let isWhole: Bool

    init(database: DatabaseHandle, sql: String) throws(SQLiteError) {
        var handle: OpaquePointer?
        var isWhole = true
        let status = sql.withCString { start in
            var tail: UnsafePointer<CChar>?
            let status = sqlite3_prepare_v3(database.pointer, start, -1, 0, &handle, &tail)
            if let tail { isWhole = StatementText.isBlank(tail) }
            return status
        }
        try database.check(status, sql)
        guard let handle else {
            throw SQLiteError(code: SQLITE_MISUSE, words: "an empty statement", statement: sql, path: database.path)
        }
        self.handle = handle
        self.database = database
        self.sql = sql
        self.isWhole = isWhole
    }

    deinit { sqlite3_finalize(handle) }

    /// Moves to the next row; false when there is none.
    public func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let status:
            let error = database.error(status, sql)
            sqlite3_reset(handle)
            throw error
        }
    }

    /// Runs the statement to its end, and resets it.
    public func run() throws(SQLiteError) {
        while try step() {}
        try reset()
    }

    /// Resets the statement, so that it can run again; the bound values stay.
    public func reset() throws(SQLiteError) { try database.check(sqlite3_reset(handle), sql) }

    /// Whether the statement only reads.
    public var isReadOnly: Bool { sqlite3_stmt_readonly(handle) != 0 }
    /// How many columns its rows have.
    public var columnCount: Int { Int(sqlite3_column_count(handle)) }

    /// The name of a column.
    public func columnName(_ column: Int) -> String {
        sqlite3_column_name(handle, Int32(column)).map { String(cString: $0) } ?? ""
    }

    /// The storage class of the value, `SQLITE_INTEGER` to `SQLITE_NULL`.
    public func type(_ column: Int) -> Int32 { sqlite3_column_type(handle, Int32(column)) }
    /// Whether the value is null.
    public func isNull(_ column: Int) -> Bool { type(column) == SQLITE_NULL }
    /// The value as an integer.
    public func integer(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }
    /// The value as a double.
    public func real(_ column: Int) -> Double { sqlite3_column_double(handle, Int32(column)) }

    /// The value's bytes (a text's in UTF-8), valid until the next step.
    public func bytes(_ column: Int) -> UnsafeRawBufferPointer {
        let start =
            type(column) == SQLITE_BLOB
            ? sqlite3_column_blob(handle, Int32(column))
            : UnsafeRawPointer(sqlite3_column_text(handle, Int32(column)))
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, Int32(column))))
    }

    /// The value as text; nil for a null.
    public func text(_ column: Int) -> String? {
        isNull(column) ? nil : String(decoding: bytes(column), as: UTF8.self)
    }

    /// Binds an integer, or null.
    public func bind(_ value: Int64?, at index: Int) throws(SQLiteError) {
        let status =
            value.map { sqlite3_bind_int64(handle, Int32(index), $0) } ?? sqlite3_bind_null(handle, Int32(index))
        try database.check(status, sql)
    }

    /// Binds a double.
    public func bind(_ value: Double, at index: Int) throws(SQLiteError) {
        try database.check(sqlite3_bind_double(handle, Int32(index), value), sql)
    }

    /// Binds text, or null.
    public func bind(_ value: String?, at index: Int) throws(SQLiteError) {
        guard let value else { return try bind(nil as Int64?, at: index) }
        let status = value.utf8.withContiguousStorageIfAvailable { bytes in
            sqlite3_bind_text64(
                handle, Int32(index), UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
                UInt64(bytes.count), transient, UInt8(SQLITE_UTF8))
        }
        try database.check(
            status ?? sqlite3_bind_text(handle, Int32(index), value, -1, transient), sql)
    }

    /// Binds values to the parameters, beginning with the first.
    func bind(_ values: [RowValue]) throws(SQLiteError) {
        for (place, value) in values.enumerated() {
            let index = place + 1
            switch value {
            case .null: try bind(nil as Int64?, at: index)
            case .integer(let value), .timestamp(let value): try bind(value, at: index)
            case .real(let value): try bind(value, at: index)
            case .boolean(let value): try bind(value ? 1 : 0 as Int64, at: index)
            case .date(let day): try bind(CivilDate.text(ofDay: day), at: index)
            case .uuid(let high, let low):
                let bytes = withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { [UInt8]($0) }
                try bind(blob: bytes, at: index)
            case .text(let value): try bind(value, at: index)
            case .blob(let value): try bind(blob: value, at: index)
            }
        }
    }

    /// Binds a blob.
    public func bind(blob value: [UInt8], at index: Int) throws(SQLiteError) {
        let status =
            value.isEmpty
            ? sqlite3_bind_zeroblob(handle, Int32(index), 0)
            : sqlite3_bind_blob64(handle, Int32(index), value, UInt64(value.count), transient)
        try database.check(status, sql)
    }
}

/// Makes SQLite copy a value (`SQLITE_TRANSIENT`, a cast that Swift cannot import).
let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
