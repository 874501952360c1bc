import Servers
import Testing

@testable import PostgreSQL

/// A connection to the server that all tests share, with a schema of the test's own that goes with this object.
final class TestConnection {
    let connection: PostgresConnection
    let location: PostgresLocation

    /// - Parameter ownServer: whether it has to be the tests' own server, not one that a variable names.
    init(_ purpose: PostgresOptions.Purpose = .writing, ownServer: Bool = false) throws {
        let schema = "test \"\(String(UInt64.random(in: .min ... .max), radix: 36))"
        let parameter = "schema=" + PostgresURL.escaped(schema)
        let url =
            try ownServer
            ? PostgresServer.shared().url(parameters: parameter) : PostgresServer.sharedURL(parameters: parameter)
        location = try PostgresLocation(url)
        connection = try PostgresConnection(location, PostgresOptions(purpose))
        try connection.execute("CREATE SCHEMA \(PostgresLocation.quoted(location.schema))")
    }

    deinit { _ = try? connection.execute("DROP SCHEMA \(PostgresLocation.quoted(location.schema)) CASCADE") }

    /// Another connection to the same schema.
    func another(_ options: PostgresOptions = PostgresOptions(.writing)) throws -> PostgresConnection {
        try PostgresConnection(location, options)
    }

    func qualified(_ table: String) -> String { location.qualified(table) }

    /// The first value of the first row, as the server writes it.
    func value(_ sql: String, _ values: [PostgresValue] = []) throws -> String? {
        let rows = try connection.query(sql, values, format: .text)
        let value = try rows.next() ? rows.text(0) : nil
        try rows.close()
        return value
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs where there is a server, the tests' own or another one.
    static var needsServer: Self { .enabled(if: PostgresServer.isThere, "\(PostgresServer.whatToSet)") }
    /// Runs where the tests can start and stop a server.
    static var needsOwnServer: Self { .enabled(if: PostgresServer.canStart, "\(PostgresServer.whatToInstall)") }
}

/// The error that a body throws.
func postgresError(_ body: () throws -> Void) throws -> PostgresError {
    try #require(throws: PostgresError.self) { try body() }
}
