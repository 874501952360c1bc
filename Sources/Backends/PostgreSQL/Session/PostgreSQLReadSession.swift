import Domain
import Glibc
import SQLWarehouse
import Schema

/// The connection that reads a warehouse. Everything is read in transactions that cannot write. Each of them sees the
/// state of one moment, and sets what the role's own settings would change, such as the time zone.
final class PostgreSQLReadSession: SQLReadSession {
    let location: String
    let dialect: SQLDialect
    let migrations = Schema.postgres
    let connection: PostgresConnection
    private let settings: TransactionSettings
    private var isOpen = false

    /// Connects to a server. A signal that ends the program, or the task of a batch, cancels the statement that the server
    /// is running.
    ///
    /// - Throws: `PostgresError`; `WarehouseError.notThere` when there is no warehouse in the schema.
    ///
    /// - Parameter limitsTime: whether the role's `statement_timeout` holds.
    init(_ location: PostgresLocation, limitsTime: Bool = true) throws {
        self.location = location.description
        dialect = .postgreSQL(schema: location.schema)
        connection = try PostgresConnection(
            location, PostgresOptions(.reading, isStopRequested: { ExitRequest.isMade || StopRequest.endsReading }))
        var settings = TransactionSettings()
        settings.schema = location.schema
        settings.isSnapshot = true
        if !limitsTime { settings.statementTimeout = .zero }
        self.settings = settings
        guard try consistently({ try connection.hasWarehouse() }) else {
            throw WarehouseError.notThere(location: self.location)
        }
    }

    /// Reads something in one transaction.
    ///
    /// - Throws: what `read` throws. An error about a right that the role lacks says which GRANT gives it.
    func consistently<Answer>(_ read: () throws -> Answer) throws -> Answer {
        if isOpen { return try read() }
        ExitRequest.begin()
        // When a signal is about to end the program, nothing is to be printed any more.
        defer { if ExitRequest.finish() { sleep(5) } }
        do {
            return try inTransaction(read)
        } catch let error as PostgresError where error.problem == .permission {
            throw error.with(hint: try? RoleRights(connection).hint(for: .reading))
        }
    }

    private func inTransaction<Answer>(_ read: () throws -> Answer) throws -> Answer {
        try connection.begin(settings)
        isOpen = true
        // The transaction only reads, so that ROLLBACK and COMMIT are the same.
        defer {
            isOpen = false
            try? connection.rollback()
        }
        return try read()
    }

    func atOneMoment<Answer>(_ read: () throws -> Answer) throws -> Answer { try consistently(read) }

    func query(_ sql: String, _ values: [RowValue]) throws -> any SQLRows {
        try connection.query(sql, values.map(PostgresValue.init))
    }

    func columns(of table: String) throws -> Set<String> { try connection.columnNames(of: table) }
    func declaredIndexes() throws -> [TableIndex] { try connection.declaredIndexes() }

    func isBeingWritten() -> Bool {
        // If that cannot be read, it may be so.
        (try? consistently { try WriterPlace(connection).isTaken() }) ?? true
    }

    func size() throws -> Int64 {
        try bytes(
            """
            SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
            FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'm')
            """, connection.location.schema) ?? 0
    }

    func size(of index: TableIndex) throws -> Int64? {
        // The index of a partitioned table is the sum of those of its partitions.
        try bytes(
            """
            SELECT sum(coalesce(pg_relation_size(t.relid), 0))::bigint
            FROM pg_catalog.pg_partition_tree(to_regclass($1)) AS t
            """, dialect.table(index.name))
            ?? bytes("SELECT pg_relation_size(to_regclass($1))", dialect.table(index.name))
    }

    private func bytes(_ sql: String, _ name: String) throws -> Int64? {
        let rows = try connection.query(sql, [.text(name)])
        return try rows.next() && !rows.isNull(0) ? rows.integer(0) : nil
    }
}
