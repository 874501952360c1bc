import Domain
import SQLWarehouse
import Schema

/// Inserts the rows of a copy by binary COPY straight into the tables.
///
/// A month's partitions are filled while they have no index, and attached after the last row, which builds their
/// indexes: that takes about half the time. All of it is in the transaction of the copy, unless there are more months
/// than one transaction has locks for.
final class PostgreSQLCopyWriter: SQLCopyWriter {
    private let connection: PostgresConnection
    private let schema: String
    private var columns: [String: [(name: String, type: PostgresType)]] = [:]
    /// The months whose partitions were made in this transaction and are not attached yet, by their first day.
    private var unattached: [Int32: Month] = [:]

    init(_ connection: PostgresConnection) {
        self.connection = connection
        schema = PostgresLocation.quoted(connection.location.schema)
    }

    // MARK: Months

    /// How many locks a month takes at most until the commit: for two tables, their indexes, those on request among
    /// them, their TOAST tables, and the locks of creating and attaching them.
    private static let locksOfMonth: Int64 = 32

    /// All months that are not there yet, when they would take more than half of the server's locks.
    func monthsAhead(_ months: [Int32]) throws -> [[Int32]] {
        let absent = try states(of: months).filter(\.month.isAbsent).map(\.day)
        let rows = try connection.query(
            """
            SELECT current_setting('max_locks_per_transaction')::bigint
            * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint)
            """)
        let locks = try rows.next() ? rows.integer(0) : 0
        try rows.close()
        if Int64(absent.count) * Self.locksOfMonth <= locks / 2 { return [] }
        return stride(from: 0, to: absent.count, by: MonthPartitions.monthsAtOnce).map {
            Array(absent[$0..<min($0 + MonthPartitions.monthsAtOnce, absent.count)])
        }
    }

    /// Makes and attaches the partitions of months.
    func make(_ months: [Int32]) throws {
        for statement in MonthPartitions.make(months.map(Self.month), in: schema) { try connection.execute(statement) }
    }

    /// Makes the partitions that are not there yet, without indexes.
    func begin(_ outline: CopyOutline) throws {
        // Tables come after those that they refer to. So a reference can be checked with each batch, and the server
        // need not remember all rows until the commit.
        try connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if outline.lastRejectedID > 0 { try checkSequence() }
        let hasTriggers = try connection.isTrue(MonthPartitions.hasTriggers(in: schema))
        for (day, found) in try states(of: outline.months) {
            let month = Self.month(day)
            switch found.state {
            case .attached: break
            case .detached, .taken, .overlapped: throw unusable(found)
            case .absent where !found.isAbsent:
                for statement in MonthPartitions.make([month], in: schema, of: found.tables) {
                    try connection.execute(statement)
                }
            case .absent where hasTriggers: try make([day])
            case .absent:
                for table in MonthPartitions.tables {
                    try connection.execute(MonthPartitions.create(month, of: table, in: schema, isIndexed: false))
                }
                unattached[day] = month
            }
        }
    }

    /// Checks that the role may set the number from which lines in quarantine are counted on, which `finish` does.
    private func checkSequence() throws {
        let rows = try connection.query(
            """
            SELECT sequence::text FROM (SELECT pg_get_serial_sequence($1, 'rejected_id')::regclass AS sequence) AS found
            WHERE NOT has_sequence_privilege(sequence, 'UPDATE')
            """, [.text(connection.location.qualified("rejected_record"))])
        guard try rows.next(), let sequence = rows.text(0) else { return }
        var error = connection.error(.permission, "the role may not set the sequence \(sequence)", "copying")
        error.ownHint = "Let the owner or a superuser run: GRANT UPDATE ON SEQUENCE \(sequence) TO the role."
        throw error
    }

    private func states(of days: [Int32]) throws -> [(day: Int32, month: MonthOnServer)] {
        let months = try connection.months(days.map(Self.month))
        return try days.map { day in
            guard let month = months[Self.month(day)] else {
                throw connection.error(.other, "a month is not in the catalog's answer", "making partitions")
            }
            return (day, month)
        }
    }

    private static func month(_ day: Int32) -> Month {
        let date = CivilDate.date(ofDay: day)
        return Month(year: date.year, number: date.month)
    }

    private func unusable(_ month: MonthOnServer) -> PostgresError {
        var error = connection.error(.other, month.fault, "making partitions")
        error.ownHint =
            (month.state == .detached
                ? "Rename or drop the table, and delete the row of load_month" : month.remedy(in: schema))
            + ", or copy into another schema (?schema=NAME)."
        return error
    }

    // MARK: Rows

    func insert(_ rows: RowSet) throws {
        let source = PackedRows(rows)
        guard MonthPartitions.tables.contains(rows.table.name), !unattached.isEmpty else {
            return try copy(source, 0..<source.count, of: rows.table, into: rows.table.name)
        }
        let time = rows.table.cells[rows.table.index(of: "event_time")]
        var start = 0
        while start < rows.count {
            let month = CopyMonths.bounds(of: rows[start].integer(time))
            let end = Int64(month.next) * CivilDate.millisecondsPerDay
            var next = start + 1
            while next < rows.count, rows[next].integer(time) < end { next += 1 }
            let table =
                unattached[month.first].map { MonthPartitions.name(of: $0, table: rows.table.name) }
                ?? rows.table.name
            try copy(source, start..<next, of: rows.table, into: table)
            start = next
        }
    }

    private func copy(_ source: PackedRows, _ range: Range<Int>, of table: Table, into name: String) throws {
        try connection.copy(
            source, range, into: name, schema: connection.location.schema, columns: columns(of: table))
    }

    /// The columns of a declared table in its order, with the types that they have on the server.
    private func columns(of table: Table) throws -> [(name: String, type: PostgresType)] {
        if let known = columns[table.name] { return known }
        let there = try connection.columns(of: connection.location.qualified(table.name))
        let found = table.columns.compactMap { column in there.first { $0.name == column.name } }
        guard found.count == table.columns.count else {
            throw connection.error(
                .other, "the table \(table.name) lacks a column, or has one of another type", "copying rows")
        }
        columns[table.name] = found
        return found
    }

    /// Attaches the months, and sets the number from which lines in quarantine are counted on.
    func finish(_ outline: CopyOutline) throws {
        for month in unattached.values.sorted() {
            for table in MonthPartitions.tables {
                try connection.execute(MonthPartitions.attach(month, to: table, in: schema))
            }
            try connection.execute(MonthPartitions.note(month, in: schema))
        }
        unattached = [:]
        guard outline.lastRejectedID > 0 else { return }
        try connection.execute(
            "SELECT setval(pg_get_serial_sequence($1, 'rejected_id'), $2)",
            [.text(connection.location.qualified("rejected_record")), .integer(outline.lastRejectedID)])
    }
}

extension PostgreSQLSession: SQLCopySession {
    var copyTimes: ClosedRange<Int64> { serverTimes }
    func identity() throws -> String { try connection.warehouseIdentity() }
    func makeCopyWriter() throws -> any SQLCopyWriter { PostgreSQLCopyWriter(connection) }
}

extension PostgreSQLReadSession: SQLCopyReadSession {
    func identity() throws -> String { try connection.warehouseIdentity() }

    /// The last number of the sequence; without the right to read it, the greatest number of a stored line.
    func lastRejectedID() throws -> Int64 {
        let rows = try connection.query(
            """
            SELECT greatest(
                CASE WHEN has_sequence_privilege(sequence, 'SELECT') THEN pg_sequence_last_value(sequence) END,
                (SELECT max(rejected_id) FROM \(dialect.table("rejected_record"))), 0)
            FROM (SELECT pg_get_serial_sequence($1, 'rejected_id')::regclass AS sequence) AS found
            """, [.text(connection.location.qualified("rejected_record"))])
        return try rows.next() ? rows.integer(0) : 0
    }

    /// Scans the table: with hundreds of partitions, a search for each month takes longer.
    func months(of table: Table) throws -> [Int32] {
        let rows = try connection.query(
            """
            SELECT DISTINCT date_trunc('month', event_time AT TIME ZONE 'UTC')::date
            FROM \(dialect.table(table.name))
            """)
        var months: [Int32] = []
        while try rows.next() { if let day = rows.date(0) { months.append(day) } }
        return months
    }
}

extension PostgresConnection {
    /// What tells a warehouse from all others: the server, by the microsecond of its start, the database and the schema.
    fileprivate func warehouseIdentity() throws -> String {
        let rows = try query(
            """
            SELECT (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint, oid::bigint
            FROM pg_catalog.pg_database WHERE datname = current_database()
            """)
        guard try rows.next() else { throw error(.other, "the database has no number", "reading the catalog") }
        return "postgresql \(rows.integer(0)) \(rows.integer(1)) \(location.schema)"
    }
}

extension SQLCopySource {
    /// Connects to a PostgreSQL server to copy a warehouse from it.
    ///
    /// - Throws: the errors of `PostgreSQLReader`.
    public static func postgreSQL(_ location: PostgresLocation) throws -> SQLCopySource {
        SQLCopySource(try PostgreSQLReadSession(location))
    }
}

extension SQLCopyTarget {
    /// Connects to a PostgreSQL server to copy a warehouse to it. The schema is created when it does not exist, in the
    /// transaction of the copy.
    ///
    /// - Throws: the errors of `PostgreSQLWarehouse`.
    public static func postgreSQL(_ location: PostgresLocation) throws -> SQLCopyTarget {
        SQLCopyTarget(try PostgreSQLSession(location))
    }
}
