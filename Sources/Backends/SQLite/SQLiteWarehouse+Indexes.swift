import CSQLite
import Domain

extension SQLiteWarehouse {
    /// Makes the indexes that every warehouse has and this one lacks, and brings the planner's statistics up to date;
    /// see `Warehouse`.
    @discardableResult
    public func prepareForQuestions() throws -> [TableIndex] {
        let missing = try connection.missingIndexes()
        for index in missing { try connection.execute(Self.creation(of: index)) }
        try analyze()
        return missing
    }

    /// Makes an index; see `Warehouse`.
    public func make(_ index: TableIndex) throws -> Bool {
        try change {
            if try connection.declaredIndexes().contains(index) { return false }
            if let kind = try connection.kind(of: index.name) {
                throw SQLiteFileError.nameTaken(
                    path: location, kind: kind, name: index.name, by: "the index of that name")
            }
            try connection.execute(Self.creation(of: index))
            try analyze()
            return true
        }
    }

    /// Removes an index; see `Warehouse`.
    public func drop(_ index: TableIndex) throws -> Bool {
        try change {
            guard try connection.declaredIndexes().contains(index) else { return false }
            try connection.execute("DROP INDEX main.\(index.name)")
            return true
        }
    }

    /// Changes something in the writer's place, in a transaction.
    private func change(_ body: () throws -> Bool) throws -> Bool {
        try withPlace {
            try begin()
            do {
                let isChanged = try body()
                try commit()
                return isChanged
            } catch {
                // What failed is the error to tell of.
                try? rollback()
                throw error
            }
        }
    }

    private static func creation(of index: TableIndex) -> String {
        "CREATE INDEX main.\(index.name) ON \(index.table) (\(index.columns.joined(separator: ", ")))"
    }

    /// Takes samples of the indexes for SQLite's planner (https://sqlite.org/lang_analyze.html#approx).
    private func analyze() throws {
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

    /// The indexes that every warehouse has and this one lacks. A name that somebody else gave to something is theirs:
    /// the index is left out then.
    func missingIndexes() throws -> [TableIndex] {
        let there = try declaredIndexes()
        return try AllTables.indexes.filter { try !$0.isOnRequest && !there.contains($0) && kind(of: $0.name) == nil }
    }

    /// What has a name: a table, view, index or trigger; nil when nothing has it.
    func kind(of name: String) throws -> String? {
        try texts("SELECT type FROM main.sqlite_schema WHERE name = '\(name)' COLLATE NOCASE").first
    }
}

extension SQLiteReader {
    /// The declared indexes that are there; see `WarehouseReader`.
    public func indexes() throws -> [(index: TableIndex, bytes: Int64?)] {
        try whole {
            try connection.declaredIndexes().map { index in
                // A library may be built without this table (https://sqlite.org/dbstat.html).
                let bytes = try? connection.integer(
                    "SELECT sum(pgsize) FROM dbstat('main', 1) WHERE name = '\(index.name)'")
                return (index, bytes)
            }
        }
    }
}
