import CPostgres

/// The rows of a query, one at a time as the server sends them.
///
/// The accessors are valid after `next` has returned true, until it is called again. An accessor that does not fit the
/// column's type returns 0 or nil, and the following `next` or `close` throws.
public final class PostgresRows: UnfinishedStatement {
    /// The format in which the server sends values.
    public enum Format: Sendable {
        /// In its binary form: for the typed accessors.
        case binary
        /// As text: `text` returns any value as the server prints it.
        case text
    }

    /// The columns' names.
    public private(set) var columnNames: [String] = []
    /// The columns' types by their number in `pg_type`.
    public private(set) var columnTypes: [UInt32] = []
    /// How many rows the statement gave or changed; known after the last row.
    public private(set) var changes: Int64 = 0

    private let connection: PostgresConnection
    private let activity: PostgresActivity
    private var types: [PostgresType?] = []
    private var isBinary = true
    /// The current row, which this object has to clear.
    private var row: OpaquePointer?
    /// The first result, which is read before the first call of `next`.
    private var waiting: OpaquePointer?
    private var isAtEnd = false
    private var misuse: PostgresError?

    /// Waits for the first answer, so that a statement that cannot run fails here and the columns are known.
    init(_ connection: PostgresConnection, _ activity: PostgresActivity) throws(PostgresError) {
        self.connection = connection
        self.activity = activity
        connection.isLeftUnfinished = true
        waiting = try result()
        connection.unfinished = self
        if let waiting { readColumns(waiting) }
    }

    deinit {
        PQclear(row)
        PQclear(waiting)
    }

    /// Goes to the next row; false when there is none.
    public func next() throws(PostgresError) -> Bool {
        PQclear(row)
        row = nil
        if let misuse { throw misuse }
        guard !isAtEnd else { return false }
        let next = waiting
        waiting = nil
        guard let result = if let next { next } else { try result() } else { return false }
        guard PQresultStatus(result) == PGRES_SINGLE_TUPLE else {
            changes = PQcmdTuples(result).flatMap { Int64(String(cString: $0)) } ?? 0
            PQclear(result)
            try end()
            return false
        }
        row = result
        return true
    }

    /// Ends the reading before the last row. A few remaining rows are discarded; when there are many, the server is
    /// asked to cancel the statement, and an open transaction can then only be rolled back.
    public func close() throws(PostgresError) {
        if let misuse { throw misuse }
        guard !isAtEnd else { return }
        markEnd()
        try connection.giveUpUnfinished(activity)
    }

    func wasGivenUp() {
        markEnd()
        // Otherwise a loop with another statement inside would silently miss rows.
        misuse = connection.error(.statement, "another statement was begun before the last row was read", activity)
    }

    /// The next result.
    ///
    /// - Throws: the error of the result; the statement has then ended.
    private func result() throws(PostgresError) -> OpaquePointer? {
        let result: OpaquePointer?
        do throws(PostgresError) { result = try connection.nextResult(activity) } catch {
            markEnd()
            throw error
        }
        guard let result else {
            markEnd()
            guard PQstatus(connection.handle) == CONNECTION_OK else { throw connection.lost(activity) }
            return nil
        }
        switch PQresultStatus(result) {
        case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: return result
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            PQclear(result)
            markEnd()
            throw connection.lose(
                connection.error(.statement, "COPY from or to the client is not possible here", activity))
        default:
            let failure = connection.failure(result, activity)
            PQclear(result)
            markEnd()
            do throws(PostgresError) { try connection.drain(activity) } catch { throw connection.lose(failure) }
            throw failure
        }
    }

    /// Reads the results after the last row.
    private func end() throws(PostgresError) {
        markEnd()
        _ = try connection.finish(activity)
    }

    private func markEnd() {
        PQclear(row)
        PQclear(waiting)
        (row, waiting) = (nil, nil)
        isAtEnd = true
        connection.isLeftUnfinished = false
        if connection.unfinished === self { connection.unfinished = nil }
    }

    private func readColumns(_ result: OpaquePointer) {
        let columns = 0..<PQnfields(result)
        columnNames = columns.map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
        columnTypes = columns.map { PQftype(result, $0) }
        types = columnTypes.map { PostgresType(oid: $0) }
        isBinary = columns.isEmpty || PQfformat(result, 0) == 1
    }

    // MARK: Values

    /// Whether the value is null.
    public func isNull(_ column: Int) -> Bool { PQgetisnull(row, 0, Int32(column)) == 1 }

    /// The value's bytes as the server sent them, until the next row; none of a null.
    public func bytes(_ column: Int) -> UnsafeRawBufferPointer {
        guard row != nil, let start = PQgetvalue(row, 0, Int32(column)) else { return .init(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(row, 0, Int32(column))))
    }

    /// An integer of any width, a whole `numeric`, a boolean as 0 and 1, a moment as milliseconds since 1970; 0 of a
    /// null.
    public func integer(_ column: Int) -> Int64 {
        guard let type = type(column, "integer") else { return 0 }
        let value: Int64? =
            switch type {
            case .bigint: fixed(column, Int64.self)
            case .integer: fixed(column, Int32.self).map(Int64.init)
            case .smallint: fixed(column, Int16.self).map(Int64.init)
            case .boolean: fixed(column, UInt8.self).map { $0 == 0 ? 0 : 1 }
            case .numeric: NumericForm(bytes(column)).flatMap { Int64($0.text) }
            case .timestamptz: timestamp(column)
            default: nil
            }
        return value ?? misused(column, "integer", 0)
    }

    /// A number as a double; 0 of a null.
    public func real(_ column: Int) -> Double {
        guard let type = type(column, "number") else { return 0 }
        switch type {
        case .double: return fixed(column, UInt64.self).map { Double(bitPattern: $0) } ?? misused(column, "number", 0)
        case .real:
            return fixed(column, UInt32.self).map { Double(Float(bitPattern: $0)) } ?? misused(column, "number", 0)
        case .numeric:
            return NumericForm(bytes(column)).flatMap { Double($0.text) } ?? misused(column, "number", 0)
        default: return Double(integer(column))
        }
    }

    /// A boolean; false of a null.
    public func boolean(_ column: Int) -> Bool {
        guard let type = type(column, "boolean") else { return false }
        guard type == .boolean, let value = fixed(column, UInt8.self) else { return misused(column, "boolean", false) }
        return value != 0
    }

    /// A text, a `numeric` in decimal digits, and in the text format any value; nil of a null.
    public func text(_ column: Int) -> String? {
        guard row != nil, !isNull(column) else { return nil }
        if !isBinary || types[column] == .text { return String(decoding: bytes(column), as: UTF8.self) }
        if types[column] == .numeric, let number = NumericForm(bytes(column)) { return number.text }
        return misused(column, "text", nil)
    }

    /// A `date`, in days since 1970-01-01; nil of a null.
    public func date(_ column: Int) -> Int32? {
        guard type(column, "date") == .date, let day = fixed(column, Int32.self), day != .min, day != .max else {
            return isNull(column) ? nil : misused(column, "date", nil)
        }
        let (value, isOver) = day.addingReportingOverflow(ServerEpoch.days)
        return isOver ? misused(column, "date", nil) : value
    }

    /// A moment, in milliseconds since 1970 in UTC; 0 of a null.
    public func timestamp(_ column: Int) -> Int64 {
        guard type(column, "moment") == .timestamptz, let moment = fixed(column, Int64.self), moment != .min,
            moment != .max
        else { return isNull(column) ? 0 : misused(column, "moment", 0) }
        // Down to the millisecond, before 2000 too.
        let (whole, rest) = moment.quotientAndRemainder(dividingBy: 1000)
        return whole - (rest < 0 ? 1 : 0) + ServerEpoch.milliseconds
    }

    /// A `uuid` as two words, the higher first; zeros of a null.
    public func uuid(_ column: Int) -> (high: UInt64, low: UInt64) {
        guard type(column, "uuid") == .uuid, bytes(column).count == 16 else {
            return isNull(column) ? (0, 0) : misused(column, "uuid", (0, 0))
        }
        let word = { (offset: Int) in
            UInt64(bigEndian: self.bytes(column).loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        return (word(0), word(8))
    }

    /// The type of a value that is there; nil of a null, or where there is no row.
    private func type(_ column: Int, _ wanted: String) -> PostgresType? {
        guard row != nil, !isNull(column) else { return nil }
        guard isBinary, let type = types[column] else { return misused(column, wanted, nil) }
        return type
    }

    private func fixed<Word: FixedWidthInteger>(_ column: Int, _ word: Word.Type) -> Word? {
        let bytes = bytes(column)
        guard bytes.count == MemoryLayout<Word>.size else { return nil }
        return Word(bigEndian: bytes.loadUnaligned(as: Word.self))
    }

    /// Stores the error of an accessor that does not fit the column's type.
    private func misused<Value>(_ column: Int, _ wanted: String, _ value: Value) -> Value {
        let words = "column \(columnNames[column]) (type \(columnTypes[column])) has no \(wanted) that can be read"
        misuse = misuse ?? connection.error(.value, words, activity)
        return value
    }
}
