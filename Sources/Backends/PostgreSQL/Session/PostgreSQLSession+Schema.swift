import Domain
import SQLWarehouse
import Schema

/// The schema of a warehouse: what exists, what is created, and what the role needs for it.
extension PostgreSQLSession {
    func columns(of table: String) throws -> Set<String> { try connection.columnNames(of: table) }
    func declaredIndexes() throws -> [TableIndex] { try connection.declaredIndexes() }

    /// Checks that the role may load, before anything is written.
    ///
    /// - Throws: `PostgresError` with the missing rights and the statements that grant them, and where the role's
    ///   transactions are read-only; `WarehouseError.nameTaken` when `schema_migration` is a table of a user.
    func checkRights() throws {
        let rights = try RoleRights(connection)
        try expect(rights, for: .loading)
        try expectOwnMigrationTable()
        try expectWritable(rights.role)
    }

    private func expectOwnMigrationTable() throws {
        let columns = try connection.columnNames(of: "schema_migration")
        if columns.isEmpty { return }
        if try connection.hasWarehouse() { return }
        throw WarehouseError.nameTaken(
            location: location, kind: "table", name: "schema_migration", by: "the list of schema updates")
    }

    private func expectWritable(_ role: String) throws {
        let rows = try connection.query(
            "SELECT current_setting('default_transaction_read_only') = 'on' AND NOT pg_is_in_recovery()")
        let isReadOnly = try rows.next() ? rows.boolean(0) : false
        try rows.close()
        if !isReadOnly { return }
        throw connection.error(
            .readOnly, "default_transaction_read_only is on for the role \(role), so that it cannot write",
            "checking the role")
    }

    private func expect(_ rights: RoleRights, for purpose: RoleRights.Purpose) throws {
        guard let lack = rights.lack(for: purpose) else { return }
        throw connection.error(.permission, lack, "").with(hint: rights.hint(for: purpose))
    }

    /// Creates the schema when it does not exist. `CREATE SCHEMA IF NOT EXISTS` would need a right on the database even
    /// when it exists.
    ///
    /// - Throws: `WarehouseError.nameTaken`; `PostgresError` when the role may not change the tables.
    func willApply(_ migrations: [Schema.Migration]) throws {
        let rights = try RoleRights(connection)
        guard rights.hasSchema else {
            try connection.execute("CREATE SCHEMA \(PostgresLocation.quoted(rights.schema))")
            return
        }
        // The first migration creates the tables, and the others may change them.
        if migrations.first?.version != 1 { try expect(rights, for: .migrating) }
        try MigrationNames(location: location, kinds: connection.objectKinds()).expectFree(for: migrations)
    }

    func didMigrate() {}

    /// Refuses triggers and rules that could leave rows out in silence. Others and constraints are checked by the server, and
    /// row security by `checkRights`.
    func checkAdditions() throws { try SilentTriggers(connection).check() }

    func kind(of name: String) throws -> String? { try connection.objectKinds()[name] }

    func create(_ index: TableIndex) throws {
        let columns = index.columns.joined(separator: ", ")
        do throws(PostgresError) {
            try connection.execute("CREATE INDEX \(index.name) ON \(dialect.table(index.table)) (\(columns))")
        } catch {
            guard error.problem == .permission else { throw error }
            throw error.with(
                hint: "Only the owner of \(index.table) can create its indexes: let it run `reelhouse migrate` once.")
        }
    }

    func remove(_ index: TableIndex) throws { try connection.execute("DROP INDEX \(dialect.table(index.name))") }

    func updateStatistics() throws {
        try facts.attachMonths()
        try TableStatistics(connection).update(newFacts: facts.insertedSinceAnalysis)
        facts.insertedSinceAnalysis = 0
    }
}

extension PostgresConnection {
    /// The kinds of all objects in the schema by their names. Tables, views and indexes share their names with types.
    func objectKinds() throws(PostgresError) -> [String: String] {
        let rows = try query(
            """
            SELECT c.relname, CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view'
                WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table'
                WHEN 'c' THEN 'type' ELSE 'index' END
            FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1
            UNION ALL SELECT t.typname, 'type' FROM pg_catalog.pg_type AS t
            JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
            WHERE n.nspname = $1 AND t.typrelid = 0 AND t.typcategory <> 'A'
            """, [.text(location.schema)])
        var kinds: [String: String] = [:]
        while try rows.next() { kinds[rows.text(0) ?? ""] = rows.text(1) ?? "" }
        return kinds
    }

    /// Whether the location's schema has a warehouse: a table `schema_migration` with the columns of ours.
    func hasWarehouse() throws(PostgresError) -> Bool {
        try columnNames(of: "schema_migration").isSuperset(of: ["version", "name", "applied_at"])
    }

    /// The names of a table's columns; none when there is no such table in the location's schema.
    func columnNames(of table: String) throws(PostgresError) -> Set<String> {
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

    /// The declared indexes that exist.
    func declaredIndexes() throws -> [TableIndex] {
        let rows = try query(
            "SELECT indexname || ' ' || tablename FROM pg_catalog.pg_indexes WHERE schemaname = $1",
            [.text(location.schema)])
        var names: Set<String> = []
        while try rows.next() { names.insert(rows.text(0) ?? "") }
        return AllTables.indexes.filter { names.contains("\($0.name) \($0.table)") }
    }
}
