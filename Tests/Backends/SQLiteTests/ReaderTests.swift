import Domain
import Foundation
import TableTesting
import Testing

@testable import SQLite

@Suite struct ReaderTests {
    private static func user(_ id: Int64) -> MergeTable {
        let table = MergeTable(BehaviourTables.users)
        table.merge([TestRow(values: [.integer(id), .integer(1), .integer(2)])])
        return table
    }

    private func ids(_ reader: SQLiteReader, _ sql: String = "SELECT user_id FROM users ORDER BY 1") throws -> [String]
    {
        var ids: [String] = []
        try reader.query(sql, header: { _ in }, row: { ids.append("\($0[0])") })
        return ids
    }

    @Test func readersSeeTheLastCommitWhileATransactionIsOpen() throws {
        let folder = try TemporaryFolder()
        let warehouse = try folder.warehouse()
        try warehouse.begin()
        try warehouse.merge(Self.user(1))
        try warehouse.commit()
        let early = try SQLiteReader(path: warehouse.location)
        try warehouse.begin()
        try warehouse.merge(Self.user(2))
        let late = try SQLiteReader(path: warehouse.location)
        for reader in [early, late] {
            #expect(try ids(reader) == ["integer(1)"])
            #expect(try reader.rowCounts().first { $0.table == "users" }?.rows == 1)
            #expect(try reader.digest().first { $0.table == "users" }?.digest.rows == 1)
            // Only the user was merged, and no event, with which site_daily counts it.
            #expect(try reader.faults() == ["site_daily has 0 new_users in all, and users has 1 rows"])
        }
        try warehouse.commit()
        #expect(try ids(early) == ["integer(1)", "integer(2)"])
        #expect(try ids(late) == ["integer(1)", "integer(2)"])
    }

    /// Another user than the owner reads without a log and without a lock.
    @Test func whatChangesWhileItIsReadWithoutALogIsReadAgain() throws {
        let folder = try TemporaryFolder()
        func add(_ user: Int64) throws {
            let warehouse = try SQLiteWarehouse(path: folder.file("warehouse.db"))
            _ = try warehouse.migrate(at: 0)
            try warehouse.begin()
            try warehouse.merge(Self.user(user))
            try warehouse.commit()
        }
        try add(1)
        let reader = try SQLiteReader(path: folder.file("warehouse.db"), asOwner: false)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["warehouse.db"])
        #expect(try reader.rowCounts().first { $0.table == "users" }?.rows == 1)
        try add(2)
        #expect(try reader.rowCounts().first { $0.table == "users" }?.rows == 2)
        #expect(try ids(reader) == ["integer(1)", "integer(2)"])
        let error = #expect(throws: SQLiteFileError.self) {
            try reader.query("SELECT user_id FROM users", header: { _ in try add(3) }, row: { _ in })
        }
        #expect(error?.description.contains("was written to while it was read") == true)
        #expect(try ids(reader).count == 3)
    }

    @Test func aRollbackLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let warehouse = try folder.warehouse()
        try warehouse.begin()
        try warehouse.merge(Self.user(1))
        try warehouse.rollback()
        try warehouse.rollback()
        #expect(try ids(SQLiteReader(path: warehouse.location)) == [])
    }

    @Test(arguments: [
        "INSERT INTO users VALUES (9, 1, 1)", "DELETE FROM users", "UPDATE users SET last_seen = 5",
        "CREATE TABLE x (a)", "DROP TABLE users", "CREATE TEMP TABLE x (a)", "VACUUM", "VACUUM INTO 'copy.db'",
        "REINDEX",
        "ANALYZE", "ATTACH 'other.db' AS other", "PRAGMA user_version = 7", "PRAGMA journal_mode = DELETE",
        "PRAGMA wal_checkpoint(TRUNCATE)", "BEGIN IMMEDIATE",
        "WITH a AS (SELECT 9 AS x) INSERT INTO users SELECT x, 1, 1 FROM a",
        "INSERT INTO users VALUES (9, 1, 1) RETURNING user_id",
    ])
    func aQueryChangesNothing(sql: String) throws {
        let folder = try TemporaryFolder()
        let warehouse = try folder.warehouse()
        try warehouse.begin()
        try warehouse.merge(Self.user(1))
        try warehouse.commit()
        let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let statement = sql.replacing("copy.db", with: folder.file("copy.db"))
            .replacing("other.db", with: folder.file("other.db"))
        let schema = try rows(warehouse.connection, "SELECT name FROM sqlite_schema ORDER BY 1")
        let reader = try SQLiteReader(path: warehouse.location)
        // Each statement is refused or has no effect, so the warehouse stays the same.
        try? reader.query(statement, header: { _ in }, row: { _ in })
        try? reader.query("INSERT INTO other.x VALUES (1)", header: { _ in }, row: { _ in })
        #expect(try rows(warehouse.connection, "SELECT * FROM users") == [["1", "1", "2"]])
        #expect(try rows(warehouse.connection, "SELECT name FROM sqlite_schema ORDER BY 1") == schema)
        #expect(try rows(warehouse.connection, "PRAGMA user_version") == [["0"]])
        #expect(try rows(warehouse.connection, "PRAGMA journal_mode") == [["wal"]])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == before)
    }

    @Test(
        arguments: [
            ("INSERT INTO users VALUES (9, 1, 1)", .writes), ("DELETE FROM users", .writes),
            ("DROP TABLE users", .writes), ("VACUUM", .writes), ("PRAGMA user_version = 7", .writes),
            ("SELECT 1; DELETE FROM users", .severalStatements), ("SELECT 1; SELECT 2", .severalStatements),
            ("SELECT 1; -- note\nDELETE FROM users", .severalStatements),
            ("SELECT 1; /* a */ SELECT 2", .severalStatements), ("SELECT 1; -", .severalStatements),
            ("SELECT 1; /", .severalStatements),
            ("", .empty), (" ;", .empty),
        ] as [(String, QueryError)])
    func whatWouldWriteIsRefused(sql: String, error: QueryError) throws {
        let folder = try TemporaryFolder()
        let reader = try SQLiteReader(path: folder.warehouse().location)
        #expect(throws: error) {
            try reader.query(sql, header: { _ in }, row: { _ in Issue.record("a row came") })
        }
    }

    /// The error for an unknown name has the name, and those that might be meant.
    @Test func unknownNamesAreTold() throws {
        let folder = try TemporaryFolder()
        let reader = try SQLiteReader(path: folder.warehouse().location)
        func error(_ sql: String) -> QueryError? {
            do {
                try reader.query(sql, header: { _ in }, row: { _ in })
                return nil
            } catch { return error as? QueryError }
        }
        guard case .unknownTable("movis", let tables) = error("SELECT 1 FROM main.movis") else {
            Issue.record("no unknown table")
            return
        }
        #expect(tables.contains("movies") && tables.contains("ratings_readable"))
        guard case .unknownColumn("tilte", let columns) = error("SELECT u.tilte FROM Users AS u") else {
            Issue.record("no unknown column")
            return
        }
        #expect(columns == ["user_id", "first_seen", "last_seen"], "the columns of the named tables")
        guard case .invalid(let words) = error("SELEC 1") else {
            Issue.record("no syntax error")
            return
        }
        #expect(words.contains("syntax error"))
    }

    @Test(arguments: [
        "SELECT 1", "SELECT 1;", "SELECT 1 ;\n ; \t", "SELECT 1; -- note", "SELECT 1; /* a ; b */ ;", "SELECT 1;--",
        "-- head\nSELECT 1;\n-- tail; SELECT 2\n", "/* head */ SELECT 1 /* tail", "SELECT 1; /* open",
        "\u{feff}SELECT 1;\u{feff}",
        "SELECT 1; /**/ -- a\r\n/*b*/",
    ])
    func oneStatementIsTaken(sql: String) throws {
        let folder = try TemporaryFolder()
        #expect(try ids(SQLiteReader(path: folder.warehouse().location), sql) == ["integer(1)"])
    }

    @Test func valuesKeepTheirTypes() throws {
        let folder = try TemporaryFolder()
        let reader = try SQLiteReader(path: folder.warehouse().location)
        var header: [String] = []
        var values: [[QueryValue]] = []
        try reader.query(
            "SELECT 9223372036854775807 AS a, 0.5 AS b, 'é' AS c, x'00ff' AS d, NULL AS e",
            header: { header = $0 }, row: { values.append($0) })
        #expect(header == ["a", "b", "c", "d", "e"])
        #expect(values == [[.integer(.max), .real(0.5), .text("é"), .blob([0, 255]), .null]])
    }

    @Test func aWarehouseThatIsNotThereSaysSo() throws {
        let folder = try TemporaryFolder()
        _ = try Connection(path: folder.file("empty.db"), access: .readWrite)
        for name in ["none.db", "empty.db", "no/folder/x.db"] {
            let error = try #require(throws: WarehouseError.self) { try SQLiteReader(path: folder.file(name)) }
            guard case .notThere(folder.file(name)) = error else {
                Issue.record("another error: \(error)")
                continue
            }
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("none.db")))
    }

    @Test func faultsAreFound() throws {
        let folder = try TemporaryFolder()
        let warehouse = try folder.warehouse()
        try warehouse.connection.execute(
            "INSERT INTO ratings VALUES (1, 2, 5.0, 0, x'00112233445566778899aabbccddeeff')")
        let faults = try SQLiteReader(path: warehouse.location).faults()
        #expect(faults == ["1 rows of ratings refer to rows of users that are not there"])
    }
}
