import CSQLite
import Domain

extension SQLiteSession {
    /// The declared indexes that are there.
    func declaredIndexes() throws -> [TableIndex] { try connection.declaredIndexes() }

    /// What has a name: a table, view, index or trigger; nil when nothing has it.
    func kind(of name: String) throws -> String? {
        try connection.texts("SELECT type FROM main.sqlite_schema WHERE name = '\(name)' COLLATE NOCASE").first
    }

    /// Makes an index.
    func create(_ index: TableIndex) throws {
        try connection.execute(
            "CREATE INDEX main.\(index.name) ON \(index.table) (\(index.columns.joined(separator: ", ")))")
    }

    /// Removes an index.
    func remove(_ index: TableIndex) throws { try connection.execute("DROP INDEX main.\(index.name)") }

    /// Takes samples of the indexes for SQLite's planner (https://sqlite.org/lang_analyze.html#approx).
    func updateStatistics() throws {
        try connection.execute("PRAGMA main.analysis_limit = 400")
        for table in AllTables.content {
            do {
                try connection.execute("ANALYZE main.\(table.name)")
            } catch {
                // An index that somebody added with a collation of their own program's cannot be read here.
                guard error.primaryCode == SQLITE_ERROR else { throw error }
            }
        }
    }
}

extension Connection {
    /// The declared indexes that are there.
    func declaredIndexes() throws -> [TableIndex] {
        let names = Set(
            try texts("SELECT name || ' ' || tbl_name FROM main.sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
        )
        return AllTables.indexes.filter { names.contains("\($0.name) \($0.table)") }
    }
}
