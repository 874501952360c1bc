import Domain
import PostgreSQL
import SQLWarehouse
import Schema
import Servers
import TestSupport

extension WarehouseKind {
    /// PostgreSQL: a schema of the test's own on a server that all tests share.
    public static let postgreSQL = WarehouseKind(
        name: "PostgreSQL", lack: PostgresServer.isThere ? nil : PostgresServer.whatToSet,
        migrations: Schema.postgres, make: { try PostgreSQLFixture() })
}

private final class PostgreSQLFixture: WarehouseFixture {
    private let schema = "test_" + String(UInt64.random(in: .min ... .max), radix: 36)
    let location: String
    private let server: String

    init() throws {
        server = try PostgresServer.sharedURL()
        location = try PostgresServer.sharedURL(parameters: "schema=\(schema)")
    }

    deinit { try? PostgresDatabase(url: server, schema: schema).drop() }

    var file: String? { nil }
    func writer() throws -> any Warehouse { try PostgreSQLWarehouse(PostgresLocation(location)) }
    func reader() throws -> any WarehouseReader { try PostgreSQLReader(PostgresLocation(location)) }
    func copySource() throws -> any CopySource { try SQLCopySource.postgreSQL(PostgresLocation(location)) }
    func copyTarget() throws -> any CopyTarget { try SQLCopyTarget.postgreSQL(PostgresLocation(location)) }
    func database() throws -> any TestDatabase { try PostgresDatabase(url: server, schema: schema) }
    func isUntouched() throws -> Bool { try !PostgresDatabase(url: server, schema: schema).isThere() }
}
