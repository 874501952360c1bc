import Foundation
import Servers
import TestSupport
import Testing

/// A database of a test's own on a server of the tests' own, which has roles of several kinds.
final class PostgreSQLDatabase {
    /// The server of these tests: connections of `with_password` need one.
    private static let server = Result {
        let server = try PostgresServer()
        let file = server.folder + "/data/pg_hba.conf"
        let rules = try String(contentsOfFile: file, encoding: .utf8)
        try "host all with_password 127.0.0.1/32 scram-sha-256\n\(rules)".write(
            toFile: file, atomically: false, encoding: .utf8)
        let admin = try PostgresDatabase(url: server.url(), schema: "public")
        try admin.execute("SELECT pg_reload_conf()")
        try admin.execute("CREATE ROLE with_password LOGIN PASSWORD 'right'")
        return server
    }

    let server: PostgresServer
    let name = "db_" + String(UInt64.random(in: .min ... .max), radix: 36)
    let admin: PostgresDatabase

    init(encoding: String = "UTF8") throws {
        server = try Self.server.get()
        try PostgresDatabase(url: server.url(), schema: "public").execute(
            "CREATE DATABASE \(name) ENCODING '\(encoding)' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        admin = try PostgresDatabase(url: server.url(database: name), schema: "public")
    }

    /// A role of the test's own, which only the test's database knows.
    func role(_ words: String = "") throws -> String {
        let role = "role_" + String(UInt64.random(in: .min ... .max), radix: 36)
        try admin.execute("CREATE ROLE \(role) LOGIN \(words)")
        return role
    }

    func url(_ user: String = "postgres", _ parameters: String = "") -> String {
        server.url(user: user, database: name, parameters: parameters)
    }

    /// Whether the database has no schema but those of every new one.
    func isUntouched() throws -> Bool {
        try admin.rows("SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema|public)'").isEmpty
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs where the tests can start a server.
    static var needsPostgreSQL: Self { .enabled(if: PostgresServer.canStart, "\(PostgresServer.whatToInstall)") }
}
