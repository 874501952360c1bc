import Domain
import SQLWarehouse
import Schema

/// The connection that reads a warehouse: each question is a transaction that only reads, as of one moment.
final class PostgreSQLReadSession: SQLReadSession {
    let location: String
    let dialect: SQLDialect
    let migrations = Schema.postgres
    let connection: PostgresConnection
    private let settings: TransactionSettings
    private var isOpen = false

    /// Connects to a server.
    ///
    /// - Throws: `PostgresError`; `WarehouseError.notThere` when there is no warehouse in the schema.
    init(_ location: PostgresLocation) throws {
        self.location = location.description
        dialect = .postgreSQL(schema: location.schema)
        connection = try PostgresConnection(location, PostgresOptions(.reading))
        var settings = TransactionSettings()
        settings.schema = location.schema
        settings.isSnapshot = true
        self.settings = settings
        guard try !connection.columnNames(of: "schema_migration").isEmpty else {
            throw WarehouseError.notThere(location: self.location)
        }
    }

    /// Reads something in one transaction.
    func consistently<Answer>(_ read: () throws -> Answer) throws -> Answer {
        if isOpen { return try read() }
        try connection.begin(settings)
        isOpen = true
        // A transaction that only reads ends well either way.
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
        // Where it cannot be told it may be so.
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

    /// Nothing yet: constraints are the server's own matter.
    func faults() throws -> [String] { [] }
}
