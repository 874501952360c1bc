import Foundation
import Servers
import TestSupport
import Testing

/// A server that becomes a standby, or whose standby takes over, in mid-load: the run waits for one that takes writes and
/// goes on. The warehouse is that of a run without a disturbance in the end.
@Suite(.serialized, .enabled(if: PostgresServer.canStart, "\(PostgresServer.whatToInstall)"))
struct PostgreSQLFailoverTests {
    @Test func theStandbyTakesOver() throws {
        let primary = try PostgresServer()
        // A commit waits for the standby, so that none is lost with the primary.
        let admin = try PostgresDatabase(url: primary.url(), schema: "public")
        let standby = try PostgresServer(standbyOf: primary)
        try admin.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        try admin.execute("SELECT pg_reload_conf()")
        let warehouse = try PostgreSQLTarget(standby)
        let both = warehouse.url(parameters: "target_session_attrs=read-write").replacing(
            ":\(standby.port)/", with: ":\(primary.port),127.0.0.1:\(standby.port)/")
        let process = try warehouse.start(both)
        try warehouse.wait(forLines: 600, of: process)
        primary.stop(.immediate)
        // It finds that one is away and the other a standby, and tries again all the same.
        while process.isRunning, process.retries < 2 { usleep(5000) }
        try standby.promote()
        let result = process.wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("trying again in") && result.errors.contains("going on after"))
        try warehouse.expectWhole("after a failover")
    }

    @Test func theOnlyServerIsAStandbyForAWhile() throws {
        let server = try PostgresServer()
        let warehouse = try PostgreSQLTarget(server)
        let process = try warehouse.start()
        try warehouse.wait(forLines: 600, of: process)
        server.stop(.fast)
        try server.start(isStandby: true)
        let tries = process.retries
        // It found the standby, and tries again all the same.
        while process.isRunning, process.retries < tries + 2 { usleep(5000) }
        try #require(process.isRunning, "\(process.errorsSoFar)")
        try aSignalEndsTheWait(on: server)
        try server.promote()
        let result = process.wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("going on after"))
        try warehouse.expectWhole("after a standby was promoted")
    }

    /// A run that waits for its server before it has begun.
    private func aSignalEndsTheWait(on server: PostgresServer) throws {
        for (signal, status) in [(SIGINT, Int32(130)), (SIGTERM, 143)] {
            let warehouse = try PostgreSQLTarget(server)
            let waiting = try warehouse.start()
            while waiting.isRunning, waiting.retries == 0 { usleep(2000) }
            waiting.send(signal)
            let begin = Date()
            let result = withExtendedLifetime(warehouse) { waiting.wait() }
            #expect(result.status == status, "\(result.errors)")
            #expect(Date().timeIntervalSince(begin) < 3)
            #expect(result.errors.contains("hint: Nothing was changed."), "\(result.errors)")
        }
    }
}

extension ChildProcess {
    /// How often the program has said so far that it tries again.
    var retries: Int { errorsSoFar.ranges(of: "trying again in").count }
}
