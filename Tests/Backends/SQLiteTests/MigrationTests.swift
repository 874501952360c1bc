import CSQLite
import Domain
import Schema
import Testing

@testable import SQLite

/// The migrations create the tables that are declared.
@Suite struct MigrationTests {
    static let tables =
        MovieTables.all + BehaviourTables.all + BehaviourTables.withdrawals + MartTables.all + OperationTables.all

    @Test(arguments: tables.map(\.name))
    func aTableIsAsItIsDeclared(name: String) throws {
        let folder = try TemporaryFolder()
        let connection = try folder.warehouse().connection
        let table = try #require(Self.tables.first { $0.name == name })
        let stored = try rows(connection, "SELECT name, type, \"notnull\", pk FROM pragma_table_info('\(name)')")
        #expect(Set(stored.map { $0[0] }) == Set(table.columns.map(\.name)))
        let kind = try rows(connection, "SELECT strict, type FROM pragma_table_list('\(name)')")
        #expect(kind == [["1", "table"]], "\(name) is not STRICT")
        let key = stored.filter { $0[3] != "0" }.sorted { Int($0[3]) ?? 0 < Int($1[3]) ?? 0 }.map { $0[0] }
        #expect(key == table.key)
        let isRowID = key.count == 1 && stored.contains { $0[0] == key[0] && $0[1] == "INTEGER" }
        for column in table.columns {
            let row = try #require(stored.first { $0[0] == column.name })
            #expect(row[1] == DataDictionary.storedType(column.type), "\(name).\(column.name)")
            // A key that is the rowid is never null, but PRAGMA table_info does not say so.
            let isNeverNull = row[2] == "1" || (isRowID && column.name == key[0])
            #expect(isNeverNull == !column.isNullable, "\(name).\(column.name): NOT NULL")
        }
    }

    @Test func everyTableIsDeclared() throws {
        let folder = try TemporaryFolder()
        let connection = try folder.warehouse().connection
        let stored = try rows(
            connection, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'sqlite_sequence' ORDER BY 1"
        ).map {
            $0[0]
        }
        #expect(stored == Self.tables.map(\.name).sorted())
    }

    @Test func migrationsAreNumberedInOrder() {
        #expect(Schema.sqlite.first?.version == 1)
        for (migration, next) in zip(Schema.sqlite, Schema.sqlite.dropFirst()) {
            #expect(migration.version < next.version)
        }
        for migration in Schema.sqlite {
            let digits = String(migration.version)
            #expect(migration.name.hasPrefix(String(repeating: "0", count: 4 - digits.count) + digits + "_"))
        }
    }

    /// Every older version is migrated to the newest one, and keeps its rows.
    @Test(arguments: 1..<Schema.sqlite.count)
    func anOlderWarehouseIsBroughtUpToDate(version: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("old.db")
        do {
            let connection = try Connection(path: path, access: .readWrite)
            for migration in Schema.sqlite.prefix(version) {
                try connection.execute(migration.sql)
                try connection.execute(
                    "INSERT INTO schema_migration VALUES (\(migration.version), '\(migration.name)', 7)")
            }
            try connection.execute("INSERT INTO load_run (run_id, started_at, outcome) VALUES (1, 5, 'completed')")
        }
        let warehouse = try SQLiteWarehouse(path: path)
        #expect(try warehouse.migrate(at: 9) == Schema.sqlite.dropFirst(version).map(\.name))
        #expect(try warehouse.migrate(at: 10) == [])
        let applied = try rows(warehouse.connection, "SELECT version, applied_at FROM schema_migration ORDER BY 1")
        #expect(applied == Schema.sqlite.enumerated().map { ["\($1.version)", $0 < version ? "7" : "9"] })
        #expect(try warehouse.connection.integer("SELECT started_at FROM load_run") == 5)
        let fresh = try folder.warehouse("fresh.db")
        let schema = "SELECT name, sql FROM sqlite_schema ORDER BY type, name"
        #expect(try rows(warehouse.connection, schema) == rows(fresh.connection, schema))
    }

    @Test func aNewerWarehouseIsRefused() throws {
        let folder = try TemporaryFolder()
        let known = Schema.newestVersion
        let warehouse = try folder.warehouse()
        try warehouse.connection.execute("INSERT INTO schema_migration VALUES (\(known + 1), 'later', 0)")
        func expectRefusal(_ body: () throws -> Void) throws {
            let error = try #require(throws: WarehouseError.self) { try body() }
            guard case .newerSchema(let path, known + 1, known) = error else {
                Issue.record("another error: \(error)")
                return
            }
            #expect(path == folder.file("warehouse.db"))
            #expect(error.description.contains("version \(known + 1)"))
        }
        try expectRefusal { _ = try warehouse.migrate(at: 0) }
        try expectRefusal { _ = try warehouse.beginRun(at: 0, as: .bounded) }
    }

    @Test func aMigrationThatFailsLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let warehouse = try SQLiteWarehouse(path: folder.file("x.db"))
        let connection = warehouse.connection
        // The second migration meets a table of the same name after it has created others.
        try connection.execute("CREATE TABLE movies (x)")
        #expect(throws: WarehouseError.self) { try warehouse.migrate(at: 0) }
        #expect(try rows(connection, "SELECT name FROM sqlite_schema") == [["movies"]])
        // After that table is dropped, the same migration succeeds.
        try connection.execute("DROP TABLE movies")
        #expect(try warehouse.migrate(at: 0) == Schema.sqlite.map(\.name))
    }
}
