import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// Nightlies of warehouses on servers, with the built command.
@Suite(.serialized, .waits) struct NightlyServerTests {
    /// A server that stops in mid-load and stays away: the nightly ends with a summary, and the next one goes on.
    @Test(.needsPostgreSQL) func aServerThatStaysAwayEndsItWithASummary() throws {
        let server = try PostgresServer()
        let folder = try TemporaryFolder()
        try NightlyCommandTests.generate(into: folder)
        #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
        let arguments = [
            "nightly", "--warehouse", server.url(), "--now", NightlyCommandTests.now, "--skip", "compact",
            "--retry-wait",
            "1ms", "--retry-for", "1s", "--movies", "data/movies",
        ]
        let process = try Program.start(arguments + ["--events", "pipe"], in: folder)
        // It can be opened without waiting only when it is read.
        var writer: Int32 = -1
        while process.isRunning, writer < 0 {
            writer = open(folder.path("pipe"), O_WRONLY | O_NONBLOCK)
            usleep(5000)
        }
        server.stop(.immediate)
        let line = Array((PublishCommandTests.event(1, user: 1) + "\n").utf8)
        _ = line.withUnsafeBytes { write(writer, $0.baseAddress, $0.count) }
        close(writer)
        let result = process.wait()
        #expect(result.status == 5, "\(result.output) \(result.errors)")
        #expect(
            result.output.contains(/movies +completed/) && result.output.contains(/events +failed/), "\(result.output)")
        #expect(result.output.contains(/enrich +waiting/), "\(result.output)")
        #expect(
            result.errors.contains("the nightly ended early") && result.errors.contains("run the same command again"),
            "\(result.errors)")
        try server.start()
        let next = try Program.start(arguments + ["--events", "data/events", "--json"], in: folder).wait()
        let batch = NightlyCommandTests.batches(try Program.object(next.output)).first
        #expect(next.status == 0 && batch?["resumed"] as? Bool == true, "\(next.output) \(next.errors)")
        let tries = try PostgresDatabase(url: server.url(), schema: "reelhouse").integer(
            "SELECT tries FROM load_task WHERE task = 'movies'")
        #expect(tries == 1, "what was done was not done again")
    }

    /// A statement that the server runs for a task is cancelled, and the nightly goes on.
    @Test(.needsPostgreSQL) func aSignalCancelsTheStatementOfATask() throws {
        let database = try PostgreSQLDatabase()
        let folder = try TemporaryFolder()
        try NightlyCommandTests.generate(into: folder)
        try folder.write("sleep.sql", "-- check: sleeps\n-- It takes an hour.\nSELECT pg_sleep(3600)::text AS slept;\n")
        let process = try Program.start(
            [
                "nightly", "--warehouse", database.url(), "--now", NightlyCommandTests.now, "--json", "--skip",
                "compact,export", "--with", "check=--checks=sleep.sql", "--with", "check=--only=sleeps",
            ], in: folder)
        let asleep =
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3600)%' AND pid <> pg_backend_pid()"
            + " AND state = 'active'"
        while process.isRunning, try database.admin.integer(asleep) == 0 { usleep(10_000) }
        process.send(SIGTERM)
        let result = process.wait()
        #expect(result.status == 143 && !result.isKilled, "\(result)")
        let batch = NightlyCommandTests.batches(try Program.object(result.output)).first
        #expect(NightlyCommandTests.outcomes(batch)["check"] == "stopped", "\(result)")
        #expect(try database.admin.integer(asleep) == 0)
    }

    /// A warehouse of a role of its own, which has a limit.
    private static func limited(_ setting: String, in folder: TemporaryFolder) throws -> (
        url: String, role: String, database: PostgreSQLDatabase
    ) {
        let database = try PostgreSQLDatabase()
        try NightlyCommandTests.generate(into: folder)
        let role = try database.role()
        try database.admin.execute("GRANT CREATE ON DATABASE \(database.name) TO \(role)")
        let loaded = try Program.run(
            "run", "--warehouse", database.url(role), "--now", NightlyCommandTests.now, "-q", in: folder)
        #expect(loaded.status == 0, "\(loaded.errors)")
        try database.admin.execute("ALTER ROLE \(role) SET \(setting)")
        return (database.url(role), role, database)
    }

    @Test(.needsPostgreSQL) func aStatementThatTakesTooLongEndsAnExportWithWhatToSet() throws {
        let folder = try TemporaryFolder()
        let warehouse = try Self.limited("statement_timeout = '500ms'", in: folder)
        let result = try Program.run(
            "export", "--warehouse", warehouse.url, "--query", "SELECT pg_sleep(600)::text AS slept", in: folder)
        #expect(result.status == 1 && result.errors.contains("statement_timeout"), "\(result)")
        #expect(result.errors.contains("hint:") && folder.names(in: "snapshots").isEmpty, "\(result)")
    }

    /// An export that pauses between two tables for longer than the server lets a transaction be idle.
    @Test(.needsPostgreSQL) func aTransactionThatIsIdleTooLongEndsAnExportWithWhatToSet() throws {
        let folder = try TemporaryFolder()
        let warehouse = try Self.limited("idle_in_transaction_session_timeout = '300ms'", in: folder)
        let session = "SELECT count(*) FROM pg_stat_activity WHERE usename = '\(warehouse.role)' AND state <> 'idle'"
        // One that is quicker than it can be paused is followed by another.
        for _ in 0..<50 {
            try? FileManager.default.removeItem(atPath: folder.path("snapshots"))
            let process = try Program.start(["export", "--warehouse", warehouse.url], in: folder)
            while process.isRunning, TemporaryFolder.files(below: folder.path("snapshots")).isEmpty { usleep(500) }
            process.send(SIGSTOP)
            while process.isRunning, try warehouse.database.admin.integer(session) > 0 { usleep(10_000) }
            process.send(SIGCONT)
            let result = process.wait()
            if result.status == 0 { continue }
            #expect(result.status == 5, "\(result)")
            #expect(result.errors.contains("idle_in_transaction_session_timeout = 0"), "\(result)")
            #expect(folder.names(in: "snapshots").isEmpty)
            return
        }
        Issue.record("no export could be paused")
    }
}
