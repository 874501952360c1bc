import Domain
import Schema
import TestSupport

/// An empty warehouse of a test's own, which goes with this object.
public protocol WarehouseFixture: AnyObject {
    /// Where it is, as `--warehouse` takes it.
    var location: String { get }
    /// Opens it for writing once more.
    func writer() throws -> any Warehouse
    /// Opens it for reading once more.
    func reader() throws -> any WarehouseReader
    /// Opens it without any of the project's code.
    func database() throws -> any TestDatabase
    /// The file that all of it is in, for tests that copy it or watch it grow; nil where it is on a server.
    var file: String? { get }
    /// Whether nothing is stored, not even a schema.
    func isUntouched() throws -> Bool
}

/// A database that warehouses are kept in, as suites of tests take it for an argument.
public struct WarehouseKind: Sendable, CustomStringConvertible {
    /// Its name: `SQLite`.
    public var name: String
    /// What it lacks to be tested here, and what to set: `no server: set REELHOUSE_TEST_…`; nil where all is there.
    public var lack: String?
    /// The statements of each migration, the oldest first.
    public var migrations: [Schema.Migration]
    private let makeFixture: @Sendable () throws -> any WarehouseFixture

    /// A kind of warehouse.
    public init(
        name: String, lack: String? = nil, migrations: [Schema.Migration],
        make: @escaping @Sendable () throws -> any WarehouseFixture
    ) {
        self.name = name
        self.lack = lack
        self.migrations = migrations
        makeFixture = make
    }

    /// Makes a warehouse that is empty.
    public func make() throws -> any WarehouseFixture { try makeFixture() }

    /// Its name.
    public var description: String { name }

    /// Brings an empty warehouse to where an older version of the program left it.
    public func migrate(_ warehouse: any WarehouseFixture, to version: Int) throws {
        let database = try warehouse.database()
        for migration in migrations.prefix(version) {
            try database.execute(migration.sql)
            try database.execute(
                """
                INSERT INTO schema_migration (version, name, applied_at)
                VALUES (\(migration.version), '\(migration.name)', \(database.literal(time: 7)))
                """)
        }
    }
}
