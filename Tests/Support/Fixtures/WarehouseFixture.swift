import Domain
import Foundation
import Schema
import TestSupport

/// An empty warehouse for one test. It is removed with this object.
public protocol WarehouseFixture: AnyObject {
    /// The location in the form of `--warehouse`.
    var location: String { get }
    /// Opens another writer.
    func writer() throws -> any Warehouse
    /// Opens another reader.
    func reader() throws -> any WarehouseReader
    /// Opens it to be copied from.
    func copySource() throws -> any CopySource
    /// Opens it to be copied into.
    func copyTarget() throws -> any CopyTarget
    /// Opens the database without the project's code.
    func database() throws -> any TestDatabase
    /// The file of the warehouse, for tests that copy it or check its size; nil when it is on a server.
    var file: String? { get }
    /// Whether nothing is stored, not even a schema.
    func isUntouched() throws -> Bool
}

/// A kind of database that stores warehouses: the argument of a test that runs against each kind.
public struct WarehouseKind: Sendable, CustomStringConvertible {
    /// The name, for example `SQLite`.
    public var name: String
    /// Why the kind cannot be tested on this machine, and what to set: `no server: set REELHOUSE_TEST_…`; nil when it
    /// can.
    public var lack: String?
    /// The migrations with their statements, the oldest first.
    public var migrations: [Schema.Migration]
    private let makeFixture: @Sendable () throws -> any WarehouseFixture

    /// Creates a kind of warehouse.
    public init(
        name: String, lack: String? = nil, migrations: [Schema.Migration],
        make: @escaping @Sendable () throws -> any WarehouseFixture
    ) {
        self.name = name
        self.lack = lack
        self.migrations = migrations
        makeFixture = make
    }

    /// Creates an empty warehouse.
    public func make() throws -> any WarehouseFixture { try makeFixture() }

    /// Creates a warehouse that has its tables already, which takes less time; comments on tables and columns are left out.
    public func makeWithTables() throws -> any WarehouseFixture {
        let fixture = try makeFixture()
        if let file = fixture.file {
            try Data(Self.templates.value(of: name) { try template() }).write(to: URL(fileURLWithPath: file))
        } else {
            try migrate(fixture, to: migrations.count, comments: false)
        }
        return fixture
    }

    private static let templates = Shared<String, [UInt8]>()

    private func template() throws -> [UInt8] {
        let fixture = try makeFixture()
        try migrate(fixture, to: migrations.count)
        return fixture.file.map { TemporaryFolder.bytes(ofFile: $0) } ?? []
    }

    /// The name.
    public var description: String { name }

    /// Applies the migrations up to a version to an empty warehouse, as an older version of the program would.
    ///
    /// - Parameter comments: whether tables and columns get their comments, which nothing but a reader looks at.
    public func migrate(_ warehouse: any WarehouseFixture, to version: Int, comments: Bool = true) throws {
        let database = try warehouse.database()
        for migration in migrations.prefix(version) {
            if comments || migration.name != "comments" { try database.execute(migration.sql) }
            try database.execute(
                """
                INSERT INTO schema_migration (version, name, applied_at)
                VALUES (\(migration.version), '\(migration.name)', \(database.literal(time: 7)))
                """)
        }
    }
}
