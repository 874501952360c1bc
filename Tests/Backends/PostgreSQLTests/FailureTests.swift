import Foundation
import Servers
import TestSupport
import Testing

@testable import PostgreSQL

/// A server that goes away, and a network that swallows what is sent.
@Suite(.needsOwnServer, .serialized, .waits) struct FailureTests {
    private func options(
        _ purpose: PostgresOptions.Purpose = .writing, silence: Duration = .milliseconds(500),
        inquiry: Duration = .seconds(1)
    ) -> PostgresOptions {
        var options = PostgresOptions(purpose)
        options.deadlines.connect = .seconds(2)
        options.deadlines.connectInAll = .seconds(5)
        options.deadlines.silence = silence
        options.deadlines.silenceOnStop = silence
        options.deadlines.inquiry = inquiry
        return options
    }

    private func connect(
        _ server: PostgresServer, port: Int? = nil, _ options: PostgresOptions
    ) throws -> PostgresConnection {
        let url = "postgresql://postgres@127.0.0.1:\(port ?? server.port)/postgres"
        return try PostgresConnection(PostgresLocation(url), options)
    }

    private func fill(_ connection: PostgresConnection, rows: Int) throws {
        let copy = try connection.copy(into: "t", columns: [("g", .text)])
        for _ in 0..<rows {
            copy.beginRow()
            copy.add(text: String(repeating: "x", count: 1000))
            try copy.endRow()
        }
        _ = try copy.finish()
    }

    @Test func aServerIsStoppedAndStartedAgain() throws {
        let server = try PostgresServer()
        try connect(server, options()).execute("CREATE TABLE t (g text)")
        try stop(server, .immediate)
        try stop(server, .fast)
        try fill(connect(server, options()), rows: 10)
        // A standby reads, and takes no writes.
        server.stop(.fast)
        try server.start(isStandby: true)
        let refused = try postgresError { _ = try connect(server, options(.writing)) }
        #expect(refused.problem == .standby && refused.mayRetry)
        let reader = try connect(server, options(.reading))
        #expect(try reader.text("SELECT count(*) FROM t") == "10")
        let write = try postgresError { try reader.execute("INSERT INTO t VALUES ('x')") }
        #expect(write.problem == .standby && write.sqlState == "25006")
    }

    /// Stops a server under its connections, and starts it again.
    private func stop(_ server: PostgresServer, _ way: PostgresServer.Stop) throws {
        let idle = try connect(server, options())
        // In mid-query, in mid-COPY, and between two statements.
        let query = try connect(server, options())
        let copier = try connect(server, options())
        let copy = try copier.copy(into: "t", columns: [("g", .text)])
        later(0.3) { server.stop(way) }
        let queryError = try postgresError { try query.execute("SELECT pg_sleep(60)") }
        #expect([.shuttingDown, .lostConnection].contains(queryError.problem) && queryError.isConnectionLost)
        #expect(queryError.remedy == .reconnect && queryError.kind == .unreachable)
        let copyError = try postgresError {
            while true {
                copy.beginRow()
                copy.add(text: String(repeating: "x", count: 1000))
                try copy.endRow()
            }
        }
        #expect([.shuttingDown, .lostConnection].contains(copyError.problem) && copyError.isConnectionLost)
        let idleError = try postgresError { try idle.execute("SELECT 1") }
        #expect(idleError.isConnectionLost && idleError.remedy == .reconnect)
        // Only the first message of libpq is told, and none of its advice.
        for error in [queryError, copyError, idleError] {
            #expect(!error.words.contains("probably means") && !error.words.contains("socket"), "\(error)")
        }
        #expect(try postgresError { try idle.execute("SELECT 1") }.isConnectionLost)
        server.stop(way)
        let gone = try postgresError { _ = try connect(server, options()) }
        #expect(gone.problem == .unreachable)
        try server.start()
    }

    @Test func anAdministratorEndsAConnection() throws {
        let test = try TestConnection(ownServer: true)
        let other = try test.another()
        try other.begin()
        try test.connection.execute("SELECT pg_terminate_backend(\(other.serverProcess)), pg_sleep(0.2)")
        let error = try postgresError { try other.commit() }
        #expect(error.isConnectionLost && error.remedy == .reconnect)
    }

    @Test func anIdleTransactionIsEndedByTheServer() throws {
        let test = try TestConnection(ownServer: true)
        let other = try test.another()
        try other.begin()
        try other.execute("SET LOCAL idle_in_transaction_session_timeout = 100")
        usleep(500_000)
        let error = try postgresError { try other.execute("SELECT 1") }
        #expect(error.isConnectionLost && error.remedy == .reconnect)
    }

    @Test func deadlocksAreToldApart() throws {
        let test = try TestConnection(ownServer: true)
        let table = test.qualified("t")
        try test.connection.execute(
            "CREATE TABLE \(table) (a bigint, b bigint); INSERT INTO \(table) VALUES (1, 0), (2, 0)")
        let first = test.connection
        try first.begin()
        try first.execute("SET LOCAL deadlock_timeout = '50ms'; UPDATE \(table) SET b = 1 WHERE a = 1")
        let (location, started) = (test.location, DispatchSemaphore(value: 0))
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            defer { done.signal() }
            guard let second = try? PostgresConnection(location, PostgresOptions(.writing)) else {
                started.signal()
                return
            }
            try? second.begin()
            _ = try? second.execute("SET LOCAL deadlock_timeout = '20s'; UPDATE \(table) SET b = 1 WHERE a = 2")
            started.signal()
            _ = try? second.execute("UPDATE \(table) SET b = 1 WHERE a = 1")
        }
        started.wait()
        usleep(200_000)
        let error = try postgresError { try first.execute("UPDATE \(table) SET b = 1 WHERE a = 2") }
        #expect(error.problem == .deadlock && error.remedy == .beginAnew && !error.isConnectionLost)
        try first.rollback()
        done.wait()
    }

    /// The network takes everything and gives nothing back; the connection is given up in bounded time.
    @Test(arguments: ["query", "copy", "commit", "begin"]) func aMuteNetworkIsNoticed(moment: String) throws {
        let proxy = try TCPProxy(to: PostgresServer.shared().port)
        let connection = try connect(PostgresServer.shared(), port: proxy.port, options())
        try connection.execute("CREATE TEMPORARY TABLE t (g text)")
        if moment != "begin" { try connection.begin() }
        proxy.behaviour = .mute
        let start = MonotonicTime.now
        let error = try postgresError {
            switch moment {
            case "query": try connection.execute("SELECT 1")
            case "copy": try fill(connection, rows: 100_000)
            case "commit": try connection.commit()
            default: try connection.begin()
            }
        }
        #expect(error.problem == .lostConnection && error.isConnectionLost && error.remedy == .reconnect)
        #expect(error.isCommitUnknown == (moment == "commit"))
        #expect(MonotonicTime.now < start + .seconds(10))
    }

    /// A server that works long on a statement says nothing either; it is asked, and waited for.
    @Test func aLongStatementIsWaitedFor() throws {
        // The server may take long to accept the second connection that asks it.
        let patient = options(silence: .milliseconds(200), inquiry: .seconds(20))
        let connection = try connect(PostgresServer.shared(), patient)
        #expect(try connection.text("SELECT 'done' FROM pg_sleep(1.5)") == "done")
    }

    /// So is one behind a slow network.
    @Test func aSlowNetworkIsWaitedFor() throws {
        let proxy = try TCPProxy(to: PostgresServer.shared().port)
        let connection = try connect(PostgresServer.shared(), port: proxy.port, options(silence: .seconds(5)))
        proxy.behaviour = .delay(milliseconds: 100)
        try connection.begin()
        #expect(try connection.text("SELECT 1") == "1")
        try connection.commit()
    }

    /// The answer to a COMMIT is lost, while the server goes on: whether it took effect is not known.
    @Test func theAnswerToACommitIsLost() throws {
        let test = try TestConnection(ownServer: true)
        try test.connection.execute("CREATE TABLE \(test.qualified("t")) (a bigint)")
        let proxy = try TCPProxy(to: PostgresServer.shared().port)
        let connection = try connect(PostgresServer.shared(), port: proxy.port, options())
        try connection.begin()
        try connection.execute("INSERT INTO \(test.qualified("t")) VALUES (1)")
        proxy.behaviour = .muteAnswers
        later(0.3) { proxy.cut() }
        let error = try postgresError { try connection.commit() }
        #expect(error.isCommitUnknown && error.isConnectionLost && error.remedy == .reconnect)
        #expect(try test.value("SELECT count(*) FROM \(test.qualified("t"))") == "1")
    }

    @Test func aConnectionIsCutInMidCopy() throws {
        let proxy = try TCPProxy(to: PostgresServer.shared().port)
        let connection = try connect(PostgresServer.shared(), port: proxy.port, options())
        try connection.execute("CREATE TEMPORARY TABLE t (g text)")
        proxy.cut(afterBytes: 5 << 20)
        let error = try postgresError { try fill(connection, rows: 20_000) }
        #expect(error.problem == .lostConnection && error.isConnectionLost)
    }

    /// A program that is asked to stop while the network is mute ends soon, however long it would wait else.
    @Test(arguments: [PostgresOptions.Purpose.reading, .writing]) func aStopOnAMuteNetworkEnds(
        purpose: PostgresOptions.Purpose
    )
        throws
    {
        let proxy = try TCPProxy(to: PostgresServer.shared().port)
        let flag = StopFlag()
        var options = options(purpose, silence: .seconds(600))
        options.deadlines.silenceOnStop = .milliseconds(300)
        options.isStopRequested = { flag.isSet }
        let connection = try connect(PostgresServer.shared(), port: proxy.port, options)
        proxy.behaviour = .mute
        flag.set(after: 0.2)
        let start = MonotonicTime.now
        let error = try postgresError { try connection.execute("SELECT 1") }
        #expect(error.isConnectionLost)
        #expect(MonotonicTime.now < start + .seconds(10))
    }

    /// A writer's statement goes on to its end when the program is asked to stop.
    @Test func aStopWaitsForAWritersStatement() throws {
        let flag = StopFlag()
        var options = options(.writing, silence: .seconds(60))
        options.deadlines.silenceOnStop = .milliseconds(200)
        options.isStopRequested = { flag.isSet }
        let connection = try connect(PostgresServer.shared(), options)
        flag.set()
        #expect(try connection.text("SELECT 'done' FROM pg_sleep(1)") == "done")
    }
}
