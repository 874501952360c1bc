import Domain
import SQLWarehouse

extension PostgreSQLSession {
    /// Copies rows into a stored table, as binary `COPY` does, which is faster than a temporary table and a statement that
    /// inserts from it. COPY fails for a row whose key is stored; then none of the rows is.
    func insertDirectly(_ rows: RowSource, into table: StagedTable, onlyIfEmpty: Bool) throws -> Bool {
        let name = dialect.table(table.name)
        if onlyIfEmpty {
            let first = try connection.query("SELECT EXISTS (SELECT 1 FROM \(name))")
            if try first.next(), first.boolean(0) { return false }
        }
        // A column may be narrower than what is staged for it, and a user may have changed it.
        let stored = try storedColumns(of: name)
        let columns = table.columns.compactMap { column in stored[column.name].map { (name: column.name, type: $0) } }
        guard columns.count == table.columns.count else { return false }
        try connection.execute("SAVEPOINT direct")
        do throws(PostgresError) {
            try connection.copy(rows, into: table.name, schema: connection.location.schema, columns: columns)
        } catch {
            guard error.isStoredKey else { throw error }
            try connection.execute("ROLLBACK TO SAVEPOINT direct; RELEASE SAVEPOINT direct")
            return false
        }
        try connection.execute("RELEASE SAVEPOINT direct")
        return true
    }

    /// Throws when a trigger or rule of the table leaves rows out.
    func checkMerge(into table: Table, isLacking: String?) throws {
        if let isLacking {
            guard try connection.hasTriggersBeforeRows(dialect.table(table.name)) else { return }
            guard try connection.isTrue(isLacking) else { return }
        }
        throw connection.rowsLeftOut(of: table.name, "fewer were stored than were sent")
    }

    /// The types of a table's columns by their names. Once a transaction has used a table, nobody else can change them.
    private func storedColumns(of table: String) throws -> [String: PostgresType] {
        if let known = columnTypes[table] { return known }
        let types = Dictionary(try connection.columns(of: table).map { ($0.name, $0.type) }) { first, _ in first }
        columnTypes[table] = types
        return types
    }

    /// Analyses the tables that have rows and of which the planner does not know that. It would look a few keys up by reading
    /// the whole table for each of them.
    ///
    /// Somebody else's ANALYZE, such as that of autovacuum, counts no rows while those of this transaction are not committed,
    /// so that this is looked at each time.
    func willLookUp(in tables: [Table]) throws {
        let names = tables.map { "'\($0.name)'" }.joined(separator: ", ")
        let rows = try connection.query(
            """
            SELECT c.relname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = ANY (ARRAY[\(names)]::text[]) AND c.reltuples <= 0
                AND pg_relation_size(c.oid) > 0
            """, [.text(connection.location.schema)])
        var unknown: [String] = []
        while try rows.next() { unknown += rows.text(0).map { [$0] } ?? [] }
        try TableStatistics(connection).analyze(unknown)
    }
}
