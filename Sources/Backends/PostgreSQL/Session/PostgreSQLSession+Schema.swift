import Domain
import SQLWarehouse
import Schema

/// The schema of a warehouse: what is there, and what is created.
extension PostgreSQLSession {
    func columns(of table: String) throws -> Set<String> { try connection.columnNames(of: table) }
    func declaredIndexes() throws -> [TableIndex] { try connection.declaredIndexes() }

    /// Makes the schema where it is not there. It is looked for first: `IF NOT EXISTS` needs a right on the database also
    /// where it is.
    func willApply(_ migrations: [Schema.Migration]) throws {
        let schema = connection.location.schema
        let rows = try connection.query(
            "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1)", [.text(schema)])
        let isThere = try rows.next() && rows.boolean(0)
        if !isThere { try connection.execute("CREATE SCHEMA \(PostgresLocation.quoted(schema))") }
    }

    func didMigrate() {}
    func checkAdditions() throws {}

    func kind(of name: String) throws -> String? {
        let rows = try connection.query(
            """
            SELECT CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view'
                WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index' WHEN 'I' THEN 'index'
                ELSE 'type' END
            FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = $2
            """, [.text(connection.location.schema), .text(name)])
        return try rows.next() ? rows.text(0) : nil
    }

    func create(_ index: TableIndex) throws {
        try connection.execute(
            "CREATE INDEX \(index.name) ON \(dialect.table(index.table)) (\(index.columns.joined(separator: ", ")))")
    }

    func remove(_ index: TableIndex) throws { try connection.execute("DROP INDEX \(dialect.table(index.name))") }

    func updateStatistics() throws {
        for table in AllTables.content { try connection.execute("ANALYZE \(dialect.table(table.name))") }
    }
}

extension PostgresConnection {
    /// The names of a table's columns; none when there is no such table in the location's schema.
    func columnNames(of table: String) throws -> Set<String> {
        let rows = try query(
            """
            SELECT a.attname FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped
            """, [.text(location.schema), .text(table)])
        var names: Set<String> = []
        while try rows.next() { names.insert(rows.text(0) ?? "") }
        return names
    }

    /// The declared indexes that are there.
    func declaredIndexes() throws -> [TableIndex] {
        let rows = try query(
            "SELECT indexname || ' ' || tablename FROM pg_catalog.pg_indexes WHERE schemaname = $1",
            [.text(location.schema)])
        var names: Set<String> = []
        while try rows.next() { names.insert(rows.text(0) ?? "") }
        return AllTables.indexes.filter { names.contains("\($0.name) \($0.table)") }
    }
}
