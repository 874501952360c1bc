import CPostgres
import Glibc

/// A binary COPY of rows into a table.
///
/// ```
/// let copy = try connection.copy(into: "staged", columns: [("movie_id", .bigint), ("title", .text)])
/// for movie in movies {
///     copy.beginRow()
///     copy.add(integer: movie.id)
///     copy.add(text: movie.title)
///     try copy.endRow()
/// }
/// let rows = try copy.finish()
/// ```
///
/// Memory is bounded: at most a megabyte and one row are unsent. `finish` throws the server's error, with the number of
/// the row if the server names it; the connection can be used again afterwards.
public final class PostgresCopy: UnfinishedStatement {
    /// The number of bytes at which the buffer is passed to libpq.
    private static let chunk = 64 << 10
    /// The number of bytes that libpq may hold unsent before the next row has to wait.
    private static let unsentLimit = 1 << 20

    private let connection: PostgresConnection
    private let table: String
    private let activity: PostgresActivity
    private let columns: [(name: String, type: PostgresType)]
    // The checks of exclusive access at run time would take a tenth of a load's time on this side.
    @exclusivity(unchecked) private var buffer = CopyBuffer(capacity: PostgresCopy.chunk * 2)
    /// The bytes passed to libpq since it last had nothing unsent.
    private var unsent = 0
    @exclusivity(unchecked) private var rowStart = 0
    @exclusivity(unchecked) private var column = 0
    @exclusivity(unchecked) private var fault: PostgresError?
    private var isOver = false
    /// How many rows were added.
    @exclusivity(unchecked) public private(set) var rows: Int64 = 0

    init(
        _ connection: PostgresConnection, table: String, columns: [(name: String, type: PostgresType)],
        activity: PostgresActivity
    ) {
        (self.connection, self.table, self.columns, self.activity) = (connection, table, columns, activity)
        buffer.add(bytes: CopyBuffer.header)
        connection.isLeftUnfinished = true
        connection.unfinished = self
    }

    // MARK: Rows

    /// Begins a row.
    public func beginRow() {
        rowStart = buffer.count
        column = 0
        buffer.add(Int16(truncatingIfNeeded: columns.count))
    }

    /// The next cell: null.
    public func addNull() {
        column += 1
        buffer.addNull()
    }

    /// The next cell: an integer, a boolean (0 and 1), a moment (milliseconds since 1970) or a day (since 1970-01-01),
    /// by the column's type.
    public func add(integer value: Int64) {
        guard let type = nextType() else { return }
        if !buffer.addCell(integer: value, as: type) { reject("\(value)", type) }
    }

    /// The next cell: a double.
    public func add(real value: Double) {
        guard let type = nextType() else { return }
        if !buffer.addCell(real: value, as: type) { reject("\(value)", type) }
    }

    /// The next cell: a UUID as two words, the higher first.
    public func add(high: UInt64, low: UInt64) {
        guard let type = nextType() else { return }
        guard type == .uuid else { return reject("a UUID", type) }
        buffer.add(16 as Int32)
        buffer.add(high)
        buffer.add(low)
    }

    /// The next cell: the bytes of a text or blob, which are copied.
    public func add(bytes: UnsafeRawBufferPointer) {
        guard let type = nextType() else { return }
        guard type == .text || type == .bytea else { return reject("bytes", type) }
        // The server takes no row of more.
        guard bytes.count < 1 << 30, buffer.count - rowStart < 1 << 30 - bytes.count else {
            return reject("\(bytes.count) bytes", type)
        }
        buffer.addCell(bytes)
    }

    /// The next cell: a text.
    public func add(text: String) {
        var text = text
        text.withUTF8 { add(bytes: UnsafeRawBufferPointer($0)) }
    }

    private func nextType() -> PostgresType? {
        column += 1
        return column <= columns.count ? columns[column - 1].type : nil
    }

    /// Stores the error of the first value that does not fit its column.
    private func reject(_ value: String, _ type: PostgresType) {
        guard fault == nil else { return }
        let words = "column \(columns[column - 1].name) of the type \(type) cannot hold \(value)"
        var error = connection.error(.value, words, activity)
        error.copyRow = rows + 1
        error.objects.column = columns[column - 1].name
        fault = error
    }

    /// Ends a row, and sends the buffer when it is full.
    ///
    /// - Throws: `PostgresError`: `.value` for a cell that its column cannot hold (the row is left out, and the COPY
    ///   can go on), or a lost connection.
    public func endRow() throws(PostgresError) {
        if let fault {
            self.fault = nil
            buffer.removeLast(to: rowStart)
            throw fault
        }
        guard column == columns.count else {
            buffer.removeLast(to: rowStart)
            throw connection.error(.value, "a row has \(column) cells for \(columns.count) columns", activity)
        }
        rows += 1
        if buffer.count >= PostgresCopy.chunk { try send() }
    }

    // MARK: Sending

    private func send() throws(PostgresError) {
        guard !isOver else { throw connection.error(.statement, "the COPY is over", activity) }
        while true {
            let bytes = buffer.bytes
            let status = PQputCopyData(
                connection.handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
            if status == 1 { break }
            guard status == 0 else { throw broken() }
            try exchange()
        }
        unsent += buffer.count
        buffer.removeAll(keeping: PostgresCopy.chunk * 2)
        rowStart = 0
        try flush(below: PostgresCopy.unsentLimit)
    }

    /// Sends until fewer bytes than the limit are unsent. The server's notices are read meanwhile, so that the two
    /// sides cannot block each other.
    private func flush(below limit: Int) throws(PostgresError) {
        while true {
            switch PQflush(connection.handle) {
            case 0: return unsent = 0
            case 1 where unsent < limit: return
            case 1: try exchange()
            default: throw broken()
            }
        }
    }

    private func exchange() throws(PostgresError) {
        do throws(PostgresError) {
            let found = try connection.wait(for: POLLIN | POLLOUT, activity)
            guard found & ~POLLOUT != 0 else { return }
        } catch {
            isOver = true
            throw error
        }
        if PQconsumeInput(connection.handle) == 0 { throw broken() }
    }

    /// The error when nothing can be sent: the server's last message if there is one.
    private func broken() -> PostgresError {
        markOver()
        _ = PQputCopyEnd(connection.handle, "the connection failed")
        do throws(PostgresError) {
            _ = try connection.finish(activity, copyInto: table)
            return connection.lose(connection.error(.lostConnection, "the connection is lost", activity))
        } catch { return error }
    }

    /// Sends the remaining rows, and waits until the server has stored all of them.
    ///
    /// - Returns: the server's number of rows.
    /// - Throws: `PostgresError`, with `copyRow` where the server names the row.
    public func finish() throws(PostgresError) -> Int64 {
        buffer.add(-1 as Int16)
        try send()
        try endCopy(nil)
        return try connection.finish(activity, copyInto: table).changes
    }

    /// Cancels the COPY. An open transaction can then only be rolled back.
    public func abandon() throws(PostgresError) {
        guard !isOver else { return }
        try endCopy("given up by the client")
        do throws(PostgresError) { _ = try connection.finish(activity, copyInto: table) } catch {
            // The server answers with an error that contains the client's message.
            if error.isConnectionLost { throw error }
        }
    }

    private func endCopy(_ message: String?) throws(PostgresError) {
        while true {
            let status =
                if let message { PQputCopyEnd(connection.handle, message) } else {
                    PQputCopyEnd(connection.handle, nil)
                }
            if status == 1 { return markOver() }
            guard status == 0 else { throw broken() }
            try exchange()
        }
    }

    private func markOver() {
        isOver = true
        connection.isLeftUnfinished = false
        if connection.unfinished === self { connection.unfinished = nil }
    }

    func wasGivenUp() { isOver = true }
}

extension PostgresConnection {
    /// Begins a COPY into a table.
    ///
    /// - Parameters:
    ///   - table: its name.
    ///   - schema: the name of its schema; nil for one that is found without, such as a temporary table.
    ///   - columns: those that the rows have, in their order, with the types that the table has.
    public func copy(
        into table: String, schema: String? = nil, columns: [(name: String, type: PostgresType)]
    ) throws(PostgresError) -> PostgresCopy {
        let qualified = (schema.map { PostgresLocation.quoted($0) + "." } ?? "") + PostgresLocation.quoted(table)
        let names = columns.map { PostgresLocation.quoted($0.name) }.joined(separator: ", ")
        let activity: PostgresActivity = "copying rows into \(qualified)"
        try beginStatement(activity)
        guard PQsendQuery(handle, "COPY \(qualified) (\(names)) FROM STDIN (FORMAT binary)") == 1 else {
            throw sendFailure(activity)
        }
        guard let result = try nextResult(activity) else { throw lost(activity) }
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COPY_IN else {
            let failure = failure(result, activity)
            do throws(PostgresError) { try drain(activity) } catch { throw lose(failure) }
            throw failure
        }
        return PostgresCopy(self, table: table, columns: columns, activity: activity)
    }

    /// The columns of a table and their types, in order; those of a type that this driver does not know are left out.
    ///
    /// - Parameter table: as it stands in SQL, such as `location.qualified("movies")`.
    public func columns(of table: String) throws(PostgresError) -> [(name: String, type: PostgresType)] {
        let rows = try query(
            """
            SELECT attname, atttypid::bigint FROM pg_catalog.pg_attribute
            WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
            """, [.text(table)])
        var columns: [(name: String, type: PostgresType)] = []
        while try rows.next() {
            if let type = PostgresType(oid: UInt32(truncatingIfNeeded: rows.integer(1))) {
                columns.append((rows.text(0) ?? "", type))
            }
        }
        return columns
    }
}
