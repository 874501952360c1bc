import CSQLite
import Domain
import Foundation
import Testing

@testable import SQLite

@Suite struct ConnectionTests {
    private func connection(_ folder: TemporaryFolder) throws -> Connection {
        try Connection(path: folder.file("x.db"), access: .readWrite)
    }

    @Test func aSyntaxErrorSaysWhatAndWhere() throws {
        let folder = try TemporaryFolder()
        let connection = try connection(folder)
        let error = try #require(throws: SQLiteError.self) { try connection.prepare("SELEC 1") }
        #expect(error.primaryCode == SQLITE_ERROR)
        #expect(error.statement == "SELEC 1")
        #expect(error.description.hasPrefix(folder.file("x.db") + ": near \"SELEC\": syntax error"))
    }

    @Test(arguments: ["", "  ", "-- nothing"])
    func anEmptyStatementIsAnError(sql: String) throws {
        let folder = try TemporaryFolder()
        let connection = try connection(folder)
        let error = try #require(throws: SQLiteError.self) { try connection.prepare(sql) }
        #expect(error.primaryCode == SQLITE_MISUSE)
    }

    @Test func whatCannotBeOpenedSaysWhy() throws {
        let folder = try TemporaryFolder()
        let error = try #require(throws: SQLiteError.self) {
            try Connection(path: folder.file("no/x.db"), access: .readWrite)
        }
        #expect(error.primaryCode == SQLITE_CANTOPEN)
        #expect(error.hint.contains("folder"))
        #expect(error.message.hasSuffix(" while opening it"))
        try Data("this is no database, but text of some length".utf8).write(to: URL(fileURLWithPath: folder.file("t")))
        let other = try #require(throws: SQLiteError.self) {
            try Connection(path: folder.file("t"), access: .readOnly).execute("SELECT * FROM sqlite_schema")
        }
        #expect(other.primaryCode == SQLITE_NOTADB)
        #expect(other.hint.contains("--warehouse"))
    }

    @Test func aReadOnlyConnectionWritesNothing() throws {
        let folder = try TemporaryFolder()
        try connection(folder).execute("CREATE TABLE t (a)")
        let reader = try Connection(path: folder.file("x.db"), access: .readOnly)
        let error = try #require(throws: SQLiteError.self) { try reader.execute("INSERT INTO t VALUES (1)") }
        #expect(error.primaryCode == SQLITE_READONLY)
    }

    @Test func aLockThatIsHeldIsBusy() throws {
        let folder = try TemporaryFolder()
        let (first, second) = (try connection(folder), try connection(folder))
        try first.execute("CREATE TABLE t (a); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)")
        let error = try #require(throws: SQLiteError.self) { try second.execute("BEGIN IMMEDIATE") }
        #expect(error.isBusy)
        try first.execute("COMMIT")
        try second.execute("BEGIN IMMEDIATE")
    }

    @Test func aFullDatabaseIsFull() throws {
        let folder = try TemporaryFolder()
        let connection = try connection(folder)
        try connection.execute("CREATE TABLE t (a)")
        _ = try connection.integer("PRAGMA max_page_count = 10")
        let error = try #require(throws: SQLiteError.self) {
            try connection.execute("INSERT INTO t VALUES (zeroblob(1000000))")
        }
        #expect(error.isFull)
        #expect(error.hint.contains("space"))
        #expect(error.message.hasSuffix("quota is reached (SQLite 13) while running INSERT INTO t VALUES …"))
    }

    @Test func aConstraintFailsTheStatementAndItRunsAgain() throws {
        let folder = try TemporaryFolder()
        let connection = try connection(folder)
        try connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL) STRICT")
        let insert = try connection.statement("INSERT INTO t VALUES (?, ?)")
        try insert.bind(1 as Int64, at: 1)
        try insert.bind("x", at: 2)
        try insert.run()
        let error = try #require(throws: SQLiteError.self) { try insert.run() }
        #expect(error.primaryCode == SQLITE_CONSTRAINT)
        try insert.bind(2 as Int64, at: 1)
        try insert.run()
        #expect(connection.changes == 1)
        try insert.bind(3 as Int64, at: 1)
        try insert.bind(nil as String?, at: 2)
        #expect(throws: SQLiteError.self) { try insert.run() }
        #expect(throws: SQLiteError.self) { try insert.bind(1 as Int64, at: 9) }
        #expect(try connection.integer("SELECT count(*) FROM t") == 2)
        #expect(try connection.integer("SELECT b FROM t WHERE a = ?", 77) == nil)
    }

    @Test func aStatementMayOutliveItsConnection() throws {
        let folder = try TemporaryFolder()
        var connection: Connection? = try connection(folder)
        try connection?.execute("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)")
        let statement = try #require(try connection?.statement("SELECT a FROM t ORDER BY a"))
        #expect(try statement.step())
        weak let gone = connection
        connection = nil
        #expect(gone == nil)
        #expect(try statement.step())
        #expect(statement.integer(0) == 2)
        let error = try #require(throws: SQLiteError.self) { try statement.bind(1 as Int64, at: 9) }
        #expect(error.path == folder.file("x.db") && !error.words.isEmpty)
    }

    /// SQLite accepts U+0000 in a text, and returns the text as a whole.
    @Test(arguments: ["", "a", "é", "a\0b", "\0", "🎬", String(repeating: "x", count: 100_000)])
    func textComesBackWhole(text: String) throws {
        let folder = try TemporaryFolder()
        let connection = try connection(folder)
        let statement = try connection.prepare("SELECT ?, ?, length(CAST(?1 AS BLOB))")
        try statement.bind(text, at: 1)
        try statement.bind(blob: Array(text.utf8), at: 2)
        #expect(try statement.step())
        #expect(statement.text(0) == text)
        #expect([UInt8](statement.bytes(1)) == Array(text.utf8))
        #expect(statement.integer(2) == Int64(text.utf8.count))
        #expect(statement.type(1) == SQLITE_BLOB)
        #expect(try !statement.step())
    }

    @Test func aTextOfManyBytesIsBoundAsItIs() throws {
        let folder = try TemporaryFolder()
        let connection = try connection(folder)
        let statement = try connection.prepare("SELECT ?")
        // An NSString whose UTF-8 is not contiguous in memory.
        let bridged = NSString(string: "ünïcödé 🎬") as String
        try statement.bind(bridged, at: 1)
        #expect(try statement.step())
        #expect(statement.text(0) == bridged)
    }
}
