import Foundation
import Servers
import TestSupport
import Testing

@testable import PostgreSQL

/// Servers that do not let a connection in.
@Suite(.needsServer, .waits) struct ConnectingTests {
    private func quick(_ purpose: PostgresOptions.Purpose = .writing) -> PostgresOptions {
        var options = PostgresOptions(purpose)
        options.deadlines.connect = .seconds(1)
        options.deadlines.connectInAll = .seconds(5)
        return options
    }

    private func failure(_ url: String, _ options: PostgresOptions) throws -> PostgresError {
        try postgresError { _ = try PostgresConnection(PostgresLocation(url), options) }
    }

    @Test func whereNobodyListensIsUnreachable() throws {
        let error = try failure("postgresql://u:geheim@127.0.0.1:\(FreePort.find())/d", quick())
        #expect(error.problem == .unreachable && error.kind == .unreachable && error.mayRetry)
        #expect(
            !error.message.contains("geheim") && error.message.hasPrefix("cannot connect to postgresql://u@127.0.0.1"))
    }

    @Test(.needsOwnServer) func encryptionThatTheServerLacksIsTold() throws {
        let error = try failure(
            "postgresql://postgres@127.0.0.1:\(PostgresServer.shared().port)/postgres?sslmode=require",
            quick()
        )
        #expect(
            error.problem == .encryption && error.kind == .failed && !error.mayRetry && error.hint.contains("sslmode"))
    }

    @Test(.needsOwnServer) func aServerThatHangsUpIsUnreachable() throws {
        let proxy = try TCPProxy(to: PostgresServer.shared().port)
        for mode in ["disable", "prefer", "require"] {
            let location = try PostgresLocation(
                "postgresql://postgres@127.0.0.1:\(proxy.port)/postgres?sslmode=\(mode)")
            var found: PostgresError?
            // The proxy cuts a moment later, in which a connection, or the answer that there is no TLS, may have come about.
            for _ in 0..<20 where found == nil {
                proxy.cut(afterBytes: 1)
                do { _ = try PostgresConnection(location, quick()) } catch  where error.problem != .encryption {
                    found = error
                } catch {}
            }
            let error = try #require(found)
            #expect(error.problem == .unreachable && error.mayRetry, "\(mode): \(error)")
        }
    }

    @Test func aMissingServiceIsTold() throws {
        let error = try failure("postgresql:///?service=not_there", quick())
        #expect(error.problem == .location && error.message.contains("not_there"))
    }

    @Test func anUnknownHostIsUnreachable() throws {
        let error = try failure("postgresql://h.invalid/d", quick())
        #expect(error.problem == .unreachable && error.message.contains("h.invalid"))
    }

    @Test func aMissingDatabaseIsTold() throws {
        let error = try failure(PostgresServer.sharedURL(database: "not_there"), quick())
        #expect(error.problem == .missingDatabase && error.sqlState == "3D000" && !error.mayRetry)
        #expect(error.hint.contains("CREATE DATABASE"))
        #expect(!error.message.contains("LOCATION"))
    }

    @Test func anotherEncodingIsRefusedWithWhatToDo() throws {
        let test = try TestConnection()
        let name = "latin_\(UInt32.random(in: .min ... .max))"
        try test.connection.execute(
            "CREATE DATABASE \(name) ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        let error = try failure(PostgresServer.sharedURL(database: name), quick())
        #expect(error.problem == .unsupported && error.message.contains("LATIN1"))
        #expect(error.hint.contains("CREATE DATABASE \"\(name)_utf8\" ENCODING 'UTF8'"))
        try test.connection.execute("DROP DATABASE \(name)")
    }

    /// The first host of a list does not listen, or says nothing; the second one lets the connection in.
    @Test(.needsOwnServer, arguments: ["refuses", "mute"]) func theNextHostIsTried(first: String) throws {
        let port = try PostgresServer.shared().port
        let proxy = try TCPProxy(to: port)
        proxy.behaviour = .mute
        let silent = first == "mute" ? proxy.port : try FreePort.find()
        let url = "postgresql://postgres@127.0.0.1:\(silent),127.0.0.1:\(port)/postgres"
        let connection = try PostgresConnection(PostgresLocation(url), quick())
        #expect(connection.transaction == .none)
    }

    @Test(.needsOwnServer) func aServerThatSaysNothingIsGivenUp() throws {
        let proxy = try TCPProxy(to: PostgresServer.shared().port)
        proxy.behaviour = .mute
        let start = MonotonicTime.now
        let error = try failure("postgresql://postgres@127.0.0.1:\(proxy.port)/postgres", quick())
        #expect(error.problem == .unreachable && error.message.contains("no answer within 1 s from 127.0.0.1 port"))
        #expect(MonotonicTime.now < start + .seconds(5))
        // The time in the URL goes first.
        let own = try failure("postgresql://postgres@127.0.0.1:\(proxy.port)/postgres?connect_timeout=2", quick())
        #expect(own.message.contains("no answer within 2 s"))
    }

    @Test(.needsOwnServer) func aStopEndsConnecting() throws {
        let proxy = try TCPProxy(to: PostgresServer.shared().port)
        proxy.behaviour = .mute
        let flag = StopFlag()
        var options = PostgresOptions(.writing, isStopRequested: { flag.isSet })
        options.deadlines.connect = .seconds(60)
        flag.set(after: 0.2)
        let start = MonotonicTime.now
        let error = try failure("postgresql://postgres@127.0.0.1:\(proxy.port)/postgres", options)
        #expect(error.problem == .interrupted && MonotonicTime.now < start + .seconds(10))
    }

    @Test func aRoleWithoutRightsIsToldWhatToGrant() throws {
        let test = try TestConnection()
        let role = "reader_\(UInt32.random(in: .min ... .max))"
        try test.connection.execute("CREATE TABLE \(test.qualified("t")) (a bigint); CREATE ROLE \(role)")
        let schema = PostgresLocation.quoted(test.location.schema)
        try test.connection.execute(
            "GRANT USAGE ON SCHEMA \(schema) TO \(role); GRANT SELECT ON \(test.qualified("t")) TO \(role)")
        let connection = try test.another()
        try connection.begin()
        try connection.execute("SET LOCAL ROLE \(role)")
        try connection.execute("SELECT * FROM \(test.qualified("t"))")
        let error = try postgresError { try connection.execute("INSERT INTO \(test.qualified("t")) VALUES (1)") }
        #expect(error.problem == .permission && error.hint.contains("GRANT") && !error.mayRetry)
        try connection.rollback()
        try test.connection.execute("DROP OWNED BY \(role); DROP ROLE \(role)")
    }

    @Test func aConnectionSaysWhoItIs() throws {
        let test = try TestConnection()
        #expect(try test.value("SHOW application_name") == test.connection.applicationName)
        #expect(try test.value("SHOW client_encoding") == "UTF8")
        #expect(try test.value("SELECT pg_backend_pid()") == "\(test.connection.serverProcess)")
        #expect(test.connection.serverVersion >= 120_000)
    }
}

/// What only a server of the tests' own can be made to do.
@Suite(.needsOwnServer, .serialized, .waits) struct PasswordTests {
    @Test func passwordsAreAskedFor() throws {
        let server = try PostgresServer()
        let admin = try PostgresConnection(PostgresLocation(server.url()), PostgresOptions(.writing))
        try admin.execute(
            "CREATE ROLE loader LOGIN PASSWORD 'geheim'; CREATE ROLE once LOGIN CONNECTION LIMIT 0 PASSWORD 'x'")
        try "host all postgres 127.0.0.1/32 trust\nhost postgres all 127.0.0.1/32 scram-sha-256\n"
            .write(toFile: server.folder + "/data/pg_hba.conf", atomically: false, encoding: .utf8)
        try admin.execute("SELECT pg_reload_conf(), pg_sleep(0.3)")
        let cases: [(user: String, database: String, problem: PostgresProblem?, code: String?)] = [
            ("loader", "postgres", .authentication, nil), ("loader:falsch", "postgres", .authentication, "28P01"),
            ("loader:geheim", "postgres", nil, nil), ("loader:geheim", "template1", .authentication, "28000"),
            ("nobody:x", "postgres", .authentication, "28P01"), ("once:x", "postgres", .tooManyConnections, "53300"),
        ]
        // libpq reads passwords from a file of this kind, which is ~/.pgpass elsewhere, if nobody else can read it.
        let file = server.folder + "/passwords"
        try "127.0.0.1:\(server.port):*:loader:geheim\n".write(toFile: file, atomically: false, encoding: .utf8)
        chmod(file, 0o600)
        let location = try PostgresLocation(server.url(user: "loader", parameters: "passfile=\(file)"))
        #expect(!location.hasPassword)
        _ = try PostgresConnection(location, PostgresOptions(.writing))
        for item in cases {
            let location = try PostgresLocation(server.url(user: item.user, database: item.database))
            do throws(PostgresError) {
                _ = try PostgresConnection(location, PostgresOptions(.writing))
                #expect(item.problem == nil, "\(item.user)")
            } catch {
                #expect(error.problem == item.problem && error.sqlState == item.code, "\(item.user): \(error)")
                #expect(!error.message.contains("geheim") && !error.message.contains("falsch"))
            }
        }
    }
}
