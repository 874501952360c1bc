import Foundation
import Servers
import TestSupport
import Testing

/// Two loaders of one warehouse on PostgreSQL: the second gives up, and one that was overtaken while it stood still
/// changes nothing any more.
@Suite(.serialized, .waits, .enabled(if: PostgresServer.canStart, "\(PostgresServer.whatToInstall)"))
struct PostgreSQLTwoLoadersTests {
    private let warehouse: PostgreSQLTarget
    private let proxy: TCPProxy

    init() throws {
        warehouse = try PostgreSQLTarget()
        proxy = try TCPProxy(to: PostgresServer.shared().port)
    }

    /// A commit in the middle of the load.
    private static let commit = 8

    /// The server process of the loader, and whether it is in a transaction.
    private func serverProcess() throws -> (number: Int64, isInTransaction: Bool) {
        let row = try warehouse.database().rows(
            """
            SELECT a.pid, a.xact_start IS NOT NULL FROM load_lease AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
            WHERE l.is_held
            """)
        let parts = try #require(row.first, "nobody has the lease").split(separator: "|")
        return (Int64(parts[0]) ?? 0, parts[1] == "t")
    }

    /// Sets the time back at which the lease was renewed, as if its holder had been silent for longer than it lasts.
    private func endLease() throws {
        try warehouse.database().execute("UPDATE load_lease SET renewed_at = renewed_at - interval '61 seconds'")
    }

    /// Lets a loader go on that was overtaken, and expects that it says so and that nothing of it is in the warehouse.
    private func expectRefused(_ process: ChildProcess) throws {
        let result = process.wait()
        #expect(result.status == 4 || result.status == 1, "\(result.status): \(result.errors)")
        #expect(result.errors.contains("another run") && result.errors.contains("hint:"), "\(result.errors)")
        try warehouse.expectWhole()
    }

    @Test(arguments: ["run", "migrate"]) func aSecondLoaderGivesUp(_ command: String) throws {
        let first = try warehouse.startHeld(proxy, atCommit: Self.commit)
        Thread.sleep(forTimeInterval: 1)
        let number = try serverProcess().number
        let folder = try TemporaryFolder()
        let second =
            command == "run"
            ? try warehouse.start().wait()
            : try Program.start([command, "--warehouse", warehouse.url()], in: folder).wait()
        #expect(second.status == 4, "\(second.errors)")
        let errors = second.errors
        #expect(errors.contains("in use by another run") && errors.contains("hint:"), "\(errors)")
        #expect(errors.contains("process \(number) at 127.0.0.1"), "\(errors)")
        #expect(errors.firstMatch(of: /for [1-9][0-9]* s/) != nil, "\(errors)")
        proxy.behaviour = .forward
        let result = first.wait()
        #expect(result.status == 0, "\(result.errors)")
        try warehouse.expectWhole()
    }

    /// Two that start at once, on a warehouse that is not there yet: one loads, the other gives up or comes after it.
    @Test func twoLoadersStartAtOnce() throws {
        let runs = try (0..<2).map { _ in try warehouse.start() }
        let results = runs.map { $0.wait() }
        #expect(results.contains { $0.status == 0 })
        for result in results { #expect(result.status == 0 || result.status == 4, "\(result.errors)") }
        try warehouse.expectWhole()
    }

    @Test func aLoaderThatStoodStillBetweenTransactionsIsRefused() throws {
        let first = try warehouse.startHeld(proxy, atCommit: Self.commit)
        first.send(SIGSTOP)
        #expect(try !serverProcess().isInTransaction)
        try endLease()
        try warehouse.runToEnd()
        proxy.behaviour = .forward
        first.send(SIGCONT)
        try expectRefused(first)
    }

    @Test func aLoaderThatStoodStillInATransactionIsRefused() throws {
        let first = try warehouse.start()
        try warehouse.wait(forLines: 800, of: first)
        first.send(SIGSTOP)
        // What was sent before may still be at work.
        Thread.sleep(forTimeInterval: 0.2)
        for _ in 0..<200 where try !serverProcess().isInTransaction {
            first.send(SIGCONT)
            usleep(.random(in: 500...3000))
            first.send(SIGSTOP)
            Thread.sleep(forTimeInterval: 0.1)
        }
        try #require(first.isRunning)
        let process = try serverProcess()
        #expect(process.isInTransaction)
        // However late it is with the lease, its transaction keeps others out.
        let early = try warehouse.start().wait()
        #expect(early.status == 4, "\(early.errors)")
        // As a server does after idle_in_transaction_session_timeout, or when the network is gone.
        _ = try warehouse.database().rows("SELECT pg_terminate_backend(\(process.number))")
        try warehouse.runToEnd()
        first.send(SIGCONT)
        try expectRefused(first)
    }

    /// The paired defect: where the fence does not tell that the loader was overtaken, the same check finds it.
    @Test func aLoaderWithoutAFenceIsCaught() throws {
        let first = try warehouse.startHeld(proxy, atCommit: Self.commit)
        first.send(SIGSTOP)
        let fence = try warehouse.database().integer("SELECT fence FROM load_lease")
        try endLease()
        try warehouse.runToEnd()
        try warehouse.database().execute(
            "UPDATE load_lease SET fence = \(fence), is_held = true, renewed_at = clock_timestamp()")
        proxy.behaviour = .forward
        first.send(SIGCONT)
        let result = first.wait()
        #expect(try result.status != 0 || !warehouse.differences().isEmpty, "it went unnoticed")
    }
}
