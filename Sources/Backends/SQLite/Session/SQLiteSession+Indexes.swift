import CSQLite
import Domain

extension SQLiteSession {
    /// The declared indexes that exist.
    func declaredIndexes() throws -> [TableIndex] { try connection.declaredIndexes() }

    /// The kind of the object with a name: table, view, index or trigger; nil when the name is free.
    func kind(of name: String) throws -> String? {
        try connection.texts("SELECT type FROM main.sqlite_schema WHERE name = '\(name)' COLLATE NOCASE").first
    }

    /// Creates an index.
    func create(_ index: TableIndex) throws {
        try connection.execute(
            "CREATE INDEX main.\(index.name) ON \(index.table) (\(index.columns.joined(separator: ", ")))")
    }

    /// Removes an index.
    func remove(_ index: TableIndex) throws { try connection.execute("DROP INDEX main.\(index.name)") }

    /// Samples the indexes for SQLite's planner (https://sqlite.org/lang_analyze.html#approx).
    func updateStatistics() throws {
        try connection.execute("PRAGMA main.analysis_limit = 400")
        for table in AllTables.content {
            do {
                try connection.execute("ANALYZE main.\(table.name)")
            } catch {
                // An index that a user added may need a collation that only the user's program has. Its table is left
                // out.
                guard error.primaryCode == SQLITE_ERROR else { throw error }
            }
        }
    }
}

extension Connection {
    /// The declared indexes that exist.
    func declaredIndexes() throws -> [TableIndex] {
        let names = Set(
            try texts("SELECT name || ' ' || tbl_name FROM main.sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
        )
        return AllTables.indexes.filter { names.contains("\($0.name) \($0.table)") }
    }
}
