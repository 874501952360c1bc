import Foundation
import Servers
import TestSupport
import Testing

/// What other sessions and time limits of the server do to a transaction in mid-load. The warehouse is that of a run
/// without a disturbance in the end.
@Suite(.enabled(if: PostgresServer.canStart, "\(PostgresServer.whatToInstall)"))
struct PostgreSQLInterruptTests {
    /// A warehouse whose commits fail where `condition` says so of `number`, which counts the rows of checkpoints that are
    /// written, also by transactions that are rolled back.
    private func warehouse(failing state: String, where condition: String) throws -> PostgreSQLTarget {
        let warehouse = try PostgreSQLTarget()
        let folder = try TemporaryFolder()
        let result = try Program.run("migrate", "--warehouse", warehouse.url(), in: folder)
        #expect(result.status == 0, "\(result.errors)")
        try warehouse.database().execute(
            """
            CREATE SEQUENCE writes;
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE number bigint := nextval('writes');
            BEGIN
                IF \(condition) THEN RAISE EXCEPTION 'refused' USING ERRCODE = '\(state)'; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER refuse AFTER INSERT OR UPDATE ON load_checkpoint
            FOR EACH ROW EXECUTE FUNCTION refuse()
            """)
        return warehouse
    }

    @Test(arguments: ["40P01", "40001", "55P03"])
    func aTransactionThatIsRefusedForAWhileIsTriedAgain(_ state: String) throws {
        let warehouse = try warehouse(failing: state, where: "number IN (4, 9, 10)")
        let result = try warehouse.start().wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.ranges(of: "(SQLSTATE \(state))").count == 3, "\(result.errors)")
        #expect(result.errors.ranges(of: "going on after").count >= 2, "\(result.errors)")
        try warehouse.expectWhole(state)
    }

    @Test func deadlocksThatLastEndTheRunAsAServerThatStaysAway() throws {
        let warehouse = try warehouse(failing: "40P01", where: "number > 6")
        let result = try warehouse.start(nil, commitLines: 150, "--retry-for", "1s").wait()
        #expect(result.status == 5, "\(result.errors)")
        for words in ["40P01", "the time for trying again is over", "hint: ", "pg_stat_activity", "--retry-for"] {
            #expect(result.errors.contains(words), "\(words): \(result.errors)")
        }
        #expect(result.errors.contains("What was committed stays"), "\(result.errors)")
        try warehouse.database().execute("DROP TRIGGER refuse ON load_checkpoint")
        try warehouse.runToEnd()
        try warehouse.expectWhole("after deadlocks that lasted")
    }

    /// Another session locks what the loader needs next, and then waits for what the loader has.
    @Test func aDeadlockWithAnotherSession() throws {
        let warehouse = try PostgreSQLTarget()
        // Who waits for so long looks for a deadlock once, and is the one to fail: it has to be the loader, after the other
        // session has had the time to close the circle.
        let process = try warehouse.start(warehouse.url(parameters: "options=-c%20deadlock_timeout%3D3s"))
        try warehouse.wait(forLines: 300, of: process)
        let other = try warehouse.database()
        try other.execute("SET deadlock_timeout = '60s'")
        let pid = try other.integer("SELECT pg_backend_pid()")
        try other.execute("BEGIN")
        try other.execute("LOCK TABLE load_checkpoint IN SHARE MODE")
        let observer = try warehouse.database()
        let blocked = "SELECT count(*) FROM pg_stat_activity WHERE \(pid) = ANY (pg_blocking_pids(pid))"
        while process.isRunning, try observer.integer(blocked) == 0 { usleep(1000) }
        // The loader has written its run's row or its lease in the same transaction.
        try other.execute("LOCK TABLE load_run, load_lease, users, fact_user_event IN SHARE MODE")
        try other.execute("COMMIT")
        let result = process.wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("40P01") && result.errors.contains("going on after"), "\(result.errors)")
        try warehouse.expectWhole("after a deadlock")
    }

    @Test func aTransactionThatWasIdleForTooLongIsEnded() throws {
        let admin = try PostgresDatabase(url: PostgresServer.shared().url(), schema: "public")
        let role = "role_" + String(UInt64.random(in: .min ... .max), radix: 36)
        try admin.execute("CREATE ROLE \(role) LOGIN; GRANT CREATE ON DATABASE postgres TO \(role)")
        try admin.execute("ALTER ROLE \(role) SET idle_in_transaction_session_timeout = '500ms'")
        defer { try? admin.execute("DROP OWNED BY \(role) CASCADE; DROP ROLE \(role)") }
        let warehouse = try PostgreSQLTarget()
        let process = try warehouse.start(warehouse.url(user: role))
        try warehouse.wait(forLines: 600, of: process)
        let idle = "SELECT count(*) FROM pg_stat_activity WHERE usename = '\(role)' AND state = 'idle in transaction'"
        var isEnded = false
        while process.isRunning, !isEnded {
            process.send(SIGSTOP)
            // The server does what it was asked for before.
            usleep(20_000)
            if try admin.integer(idle) > 0 {
                while try admin.integer(idle) > 0 { usleep(10_000) }
                isEnded = true
            }
            process.send(SIGCONT)
            usleep(1000)
        }
        let result = process.wait()
        #expect(isEnded)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("trying again in") && result.errors.contains("going on after"))
        try warehouse.expectWhole("after an idle transaction was ended")
    }
}
