import Foundation
import Servers
import TestSupport
import Testing

/// A warehouse on PostgreSQL behind PgBouncer: the same as without it where transactions can be had, else a refusal.
@Suite(.serialized, .enabled(if: PgBouncer.canStart, "\(PgBouncer.whatToInstall)"))
struct PostgreSQLPoolerTests {
    private let warehouse: PostgreSQLTarget
    private let folder: TemporaryFolder

    init() throws {
        warehouse = try PostgreSQLTarget()
        folder = try TemporaryFolder()
    }

    private func pooler(_ mode: PgBouncer.Mode) throws -> PgBouncer {
        try PgBouncer(mode, before: PostgresServer.shared())
    }

    private func command(_ arguments: String...) throws -> ChildProcess.Result {
        try Program.start(arguments, in: folder).wait()
    }

    /// Makes other clients of the pooler busy, which leave settings behind in the server processes, until the run has
    /// ended.
    ///
    /// - Returns: the server processes that committed for the run, as far as they were seen.
    private func disturb(_ process: ChildProcess, port: Int) throws -> Set<String> {
        let url = try PostgresServer.shared().url().replacing(":\(PostgresServer.shared().port)/", with: ":\(port)/")
        let others = try (0..<2).map { _ in try PostgresDatabase(url: url, schema: "elsewhere") }
        let end = DispatchSemaphore(value: 0)
        let database = try warehouse.database()
        var seen: Set<String> = []
        let group = DispatchGroup()
        for other in others {
            let other = SharedDatabase(other)
            group.enter()
            Thread.detachNewThread {
                defer { group.leave() }
                while end.wait(timeout: .now()) == .timedOut {
                    // What fails is no matter here.
                    try? other.database.execute("SET work_mem = '64kB'; SELECT pg_sleep(0.005)")
                    usleep(2000)
                }
            }
        }
        defer {
            for _ in others { end.signal() }
            group.wait()
        }
        while process.isRunning {
            seen.formUnion((try? database.rows("SELECT pid FROM load_lease WHERE is_pooled")) ?? [])
            usleep(2000)
        }
        return seen
    }

    /// A connection that another thread uses. Sendable because a lock in it lets one statement through at a time.
    private struct SharedDatabase: @unchecked Sendable {
        let database: PostgresDatabase

        init(_ database: PostgresDatabase) { self.database = database }
    }

    // MARK: Transactions

    @Test func transactionsOnChangingServerProcessesLoadTheSame() throws {
        let pooler = try pooler(.transaction)
        let url = warehouse.url(port: pooler.port)
        let process = try warehouse.start(url)
        let processes = try disturb(process, port: pooler.port)
        let result = process.wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(processes.count >= 2, "all transactions ran on the same server process, which proves nothing")
        try warehouse.expectWhole()
        let digest = try PostgreSQLInput.shared.get().digest
        #expect(try command("digest", "--warehouse", url).output == digest)
        for words in [["status"], ["report"], ["quarantine", "list"], ["migrate"]] {
            let direct = try Program.start(words + ["--warehouse", warehouse.url()], in: folder).wait()
            let pooled = try Program.start(words + ["--warehouse", url], in: folder).wait()
            #expect(pooled.status == direct.status && pooled.status == 0, "\(words): \(pooled.errors)")
            #expect(!pooled.output.isEmpty, "\(words)")
        }
        let query = try command("query", "--warehouse", url, "SELECT count(*) AS n FROM fact_user_event")
        #expect(query.status == 0, "\(query.errors)")
        #expect(try query.output.contains("\(warehouse.database().integer("SELECT count(*) FROM fact_user_event"))"))
        let doctor = try command("doctor", "--warehouse", url)
        #expect(doctor.output.contains("through a pooler"), "\(doctor.output)")
        let out = try command("copy", "--from", url, "--to", "copy.db", "--quiet")
        #expect(out.status == 0, "\(out.errors)")
        let copy = try PostgreSQLTarget()
        let back = try command("copy", "--from", "copy.db", "--to", copy.url(port: pooler.port), "--quiet")
        #expect(back.status == 0, "\(back.errors)")
        try copy.expectWhole("copied")
    }

    @Test func aSessionEachLoadsTheSame() throws {
        let pooler = try pooler(.session)
        let url = warehouse.url(port: pooler.port)
        try warehouse.runToEnd(url)
        try warehouse.expectWhole()
        #expect(try command("digest", "--warehouse", url).output == PostgreSQLInput.shared.get().digest)
    }

    // MARK: What goes wrong

    @Test func aPoolerThatIsKilledIsConnectedToAgain() throws {
        let pooler = try pooler(.transaction)
        let process = try warehouse.start(warehouse.url(port: pooler.port))
        for lines in [500, 1500, 2500] {
            try warehouse.wait(forLines: Int64(lines), of: process)
            pooler.kill()
            try pooler.start()
            try warehouse.expectConserved()
        }
        let result = process.wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("trying again"), "the loss went unnoticed")
        try warehouse.expectWhole()
    }

    @Test func aSecondLoaderGivesUp() throws {
        let pooler = try pooler(.transaction)
        let proxy = try TCPProxy(to: pooler.port)
        let first = try warehouse.startHeld(proxy, atCommit: 8)
        for url in [warehouse.url(port: pooler.port), warehouse.url()] {
            let second = try warehouse.start(url).wait()
            #expect(second.status == 4, "\(second.errors)")
            #expect(second.errors.contains("in use by another run (process "), "\(second.errors)")
            #expect(second.errors.contains("through a pooler; silent for "), "\(second.errors)")
        }
        // Also on the server process of the first loader's last transaction, the only one that the pooler has.
        let dry = try warehouse.start(warehouse.url(port: pooler.port), "--dry-run").wait()
        #expect(dry.status == 4, "\(dry.errors)")
        proxy.behaviour = .forward
        let result = first.wait()
        #expect(result.status == 0, "\(result.errors)")
        try warehouse.expectWhole()
    }

    /// A pooler does not tell that its client has gone, so that the lease has to end by itself.
    @Test func aLoaderThatIsKilledLeavesNoMoreThanItsLease() throws {
        let pooler = try pooler(.transaction)
        let url = warehouse.url(port: pooler.port)
        let first = try warehouse.start(url)
        try warehouse.wait(forLines: 1000, of: first)
        first.send(SIGKILL)
        _ = first.wait()
        let early = try warehouse.start(url).wait()
        #expect(early.status == 4, "\(early.errors)")
        try warehouse.database().execute("UPDATE load_lease SET renewed_at = renewed_at - interval '61 seconds'")
        try warehouse.runToEnd(url)
        try warehouse.expectWhole()
    }

    @Test func aPoolerWithoutTransactionsIsRefused() throws {
        let pooler = try pooler(.statement)
        let url = warehouse.url(port: pooler.port)
        let clock = ContinuousClock()
        func expectRefused(_ result: ChildProcess.Result, _ words: String) {
            #expect(result.status == 1, "\(words): \(result.status) \(result.errors)")
            let text = result.output + result.errors
            #expect(text.contains("pool_mode = statement") && text.contains("pool_mode = transaction"), "\(text)")
            #expect(!text.contains("trying again"), "\(text)")
        }
        let start = clock.now
        expectRefused(try warehouse.start(url).wait(), "run")
        expectRefused(try command("migrate", "--warehouse", url), "migrate")
        expectRefused(try command("doctor", "--warehouse", url), "doctor")
        #expect(clock.now - start < .seconds(10))
        #expect(try !warehouse.database().isThere())
        try warehouse.runToEnd()
        for name in ["digest", "status", "report"] {
            expectRefused(try command(name, "--warehouse", url), name)
        }
        expectRefused(try command("query", "--warehouse", url, "SELECT 1"), "query")
        expectRefused(try command("copy", "--from", url, "--to", "copy.db"), "copy")
        try warehouse.expectWhole()
    }
}
