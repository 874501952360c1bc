import Glibc
import Servers
import Testing

@testable import PostgreSQL

@Suite(.needsServer) struct StatementTests {
    @Test func rowsChangedAreCounted() throws {
        let test = try TestConnection()
        let table = test.qualified("t")
        try test.connection.execute("CREATE TABLE \(table) (a bigint PRIMARY KEY)")
        #expect(try test.connection.execute("INSERT INTO \(table) SELECT generate_series(1, $1)", [.integer(5)]) == 5)
        #expect(try test.connection.execute("DELETE FROM \(table) WHERE a > 3; DELETE FROM \(table) WHERE a > 1") == 2)
        #expect(try test.connection.execute("") == 0)
    }

    @Test func anErrorSaysWhatAndWhereAndLeavesTheConnectionUsable() throws {
        let test = try TestConnection()
        let table = test.qualified("t")
        try test.connection.execute("CREATE TABLE \(table) (a bigint CONSTRAINT positive CHECK (a > 0))")
        let error = try postgresError {
            try test.connection.execute("INSERT INTO \(table)\n  VALUES ($1)", [.integer(-1)])
        }
        #expect(error.problem == .constraint && error.sqlState == "23514")
        #expect(error.objects.constraint == "positive" && error.objects.table == "t")
        #expect(error.message.hasPrefix(test.location.description + ": new row for relation"))
        #expect(error.message.contains("(SQLSTATE 23514) while running INSERT INTO"))
        #expect(!error.message.contains("\n") && !error.isConnectionLost && !error.mayRetry)
        let syntax = try postgresError { _ = try test.connection.query("SELEC 1") }
        #expect(syntax.problem == .statement && syntax.statementPosition == 1)
        #expect(try test.value("SELECT 1") == "1")
    }

    @Test func aMillionRowsTakeBoundedMemory() throws {
        let test = try TestConnection(.reading)
        let rows = try test.connection.query(
            "SELECT i::bigint, repeat(md5(i::text), 12) FROM generate_series(1, $1) AS i",
            [.integer(1_000_000)])
        var (sum, count) = (Int64(0), 0)
        let before = residentMemory()
        var most = before
        while try rows.next() {
            sum += rows.integer(0)
            count += 1
            if count % 100_000 == 0 { most = max(most, residentMemory()) }
        }
        #expect(count == 1_000_000 && sum == 500_000_500_000)
        #expect(rows.changes == 1_000_000)
        // All rows together are over 380 MB; other tests run at the same time.
        #expect(most - before < 200 << 20)
    }

    /// The resident memory of this process, in bytes.
    private func residentMemory() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var text = [CChar](repeating: 0, count: 200)
        guard fgets(&text, 200, file) != nil else { return 0 }
        let words = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
            separator: " ")
        return (Int(words[1]) ?? 0) * 4096
    }

    /// Rows may be left where they are: by `close`, by another statement, or by forgetting them.
    @Test(arguments: [3, 50_000_000], ["close", "statement", "forget"])
    func rowsNeedNotBeReadToTheirEnd(count: Int, way: String) throws {
        let test = try TestConnection(.reading)
        try test.connection.begin()
        var rows: PostgresRows? = try test.connection.query("SELECT generate_series(1, \(count))")
        #expect(try rows?.next() == true)
        #expect(rows?.integer(0) == 1)
        switch way {
        case "close": try rows?.close()
        case "forget": rows = nil
        default: break
        }
        try test.connection.rollback()
        if way == "statement" {
            // The rows that were not read are missed by nobody in silence.
            #expect(try postgresError { _ = try rows?.next() }.message.contains("another statement"))
        } else {
            #expect(try rows?.next() ?? false == false)
        }
        #expect(try test.value("SELECT 7") == "7")
    }

    @Test func anErrorAmongTheRowsEndsThem() throws {
        let test = try TestConnection()
        let rows = try test.connection.query("SELECT 10 / (5 - i) FROM generate_series(1, 9) AS i")
        for expected in [2, 3, 5, 10] {
            #expect(try rows.next())
            #expect(rows.integer(0) == Int64(expected))
        }
        let error = try postgresError { _ = try rows.next() }
        #expect(error.problem == .value && error.sqlState == "22012")
        #expect(try !rows.next())
        #expect(try test.value("SELECT 1") == "1")
    }

    @Test func transactionsCommitAndRollBack() throws {
        let test = try TestConnection()
        let table = test.qualified("t")
        try test.connection.execute("CREATE TABLE \(table) (a bigint)")
        #expect(test.connection.transaction == .none)
        try test.connection.begin()
        #expect(test.connection.transaction == .open)
        try test.connection.execute("INSERT INTO \(table) VALUES (1)")
        try test.connection.commit()
        try test.connection.begin()
        try test.connection.execute("INSERT INTO \(table) VALUES (2)")
        try test.connection.rollback()
        try test.connection.rollback()
        #expect(try test.value("SELECT string_agg(a::text, ',') FROM \(table)") == "1")
    }

    @Test func aCommitThatRollsBackIsAnError() throws {
        let test = try TestConnection()
        try test.connection.begin()
        _ = try postgresError { try test.connection.execute("SELECT 1/0") }
        #expect(test.connection.transaction == .failed)
        let inside = try postgresError { try test.connection.execute("SELECT 1") }
        #expect(inside.problem == .failedTransaction)
        let error = try postgresError { try test.connection.commit() }
        #expect(error.problem == .failedTransaction && !error.isCommitUnknown && error.message.contains("ROLLBACK"))
        #expect(test.connection.transaction == .none)
    }

    @Test func aDeferredConstraintFailsTheCommit() throws {
        let test = try TestConnection()
        let (one, two) = (test.qualified("one"), test.qualified("two"))
        try test.connection.execute(
            """
            CREATE TABLE \(one) (a bigint PRIMARY KEY);
            CREATE TABLE \(two) (a bigint REFERENCES \(one) DEFERRABLE INITIALLY DEFERRED)
            """)
        try test.connection.begin()
        try test.connection.execute("INSERT INTO \(two) VALUES (1)")
        let error = try postgresError { try test.connection.commit() }
        #expect(error.sqlState == "23503" && !error.isCommitUnknown)
    }

    @Test func nothingOfATransactionStays() throws {
        let test = try TestConnection()
        var settings = TransactionSettings()
        settings.lockTimeout = .milliseconds(1500)
        settings.schema = test.location.schema
        let shown =
            "SELECT current_setting('TimeZone') || current_setting('lock_timeout') || current_setting('search_path')"
        let before = try test.value(shown)
        try test.connection.begin(settings)
        #expect(try test.value(shown) == "UTC1500ms" + PostgresLocation.quoted(test.location.schema) + ", pg_temp")
        #expect(try test.value("SHOW row_security") == "off")
        try test.connection.commit()
        #expect(try test.value(shown) == before)
        settings.isSnapshot = true
        try test.connection.begin(settings)
        let error = try postgresError { try test.connection.execute("CREATE TABLE t (a int)") }
        #expect(error.sqlState == "25006" && error.problem == .readOnly)
        try test.connection.rollback()
    }

    @Test func aStatementTimeoutIsToldApart() throws {
        let test = try TestConnection()
        var settings = TransactionSettings()
        settings.statementTimeout = .milliseconds(50)
        try test.connection.begin(settings)
        let error = try postgresError { try test.connection.execute("SELECT pg_sleep(10)") }
        #expect(error.problem == .statementTimeout && !error.mayRetry && !error.isConnectionLost)
        try test.connection.rollback()
        #expect(try test.value("SELECT 1") == "1")
    }

    @Test func aLockThatIsHeldIsALockTimeout() throws {
        let test = try TestConnection()
        try test.connection.execute("CREATE TABLE \(test.qualified("t")) (a bigint)")
        let other = try test.another()
        try test.connection.begin()
        try test.connection.execute("LOCK TABLE \(test.qualified("t"))")
        var settings = TransactionSettings()
        settings.lockTimeout = .milliseconds(50)
        try other.begin(settings)
        let error = try postgresError { try other.execute("INSERT INTO \(test.qualified("t")) VALUES (1)") }
        #expect(error.problem == .lockTimeout && error.remedy == .beginAnew)
        try other.rollback()
        try test.connection.rollback()
    }

    @Test func aStopEndsAReadersStatement() throws {
        let test = try TestConnection()
        let flag = StopFlag()
        let reader = try test.another(PostgresOptions(.reading, isStopRequested: { flag.isSet }))
        flag.set(after: 0.3)
        let start = MonotonicTime.now
        let error = try postgresError { try reader.execute("SELECT pg_sleep(60)") }
        #expect(error.problem == .interrupted && !error.isConnectionLost)
        #expect(MonotonicTime.now < start + .seconds(20))
    }

    @Test func copyIsNoStatementHere() throws {
        let test = try TestConnection()
        let other = try test.another()
        let error = try postgresError { try other.execute("COPY (SELECT 1) TO STDOUT") }
        #expect(error.problem == .statement && error.isConnectionLost)
        #expect(try postgresError { try other.execute("SELECT 1") }.isConnectionLost)
    }

    @Test func noticesArePassedOn() throws {
        let test = try TestConnection()
        var notices: [String] = []
        test.connection.onNotice = { notices.append($0.words) }
        try test.connection.execute("DO $$ BEGIN RAISE NOTICE 'seen'; END $$")
        #expect(notices == ["seen"])
        test.connection.onNotice = nil
    }
}
