import Domain
import SQLWarehouse
import SQLite
import Schema
import TestSupport

extension WarehouseKind {
    /// SQLite, in a file in a temporary folder.
    public static let sqlite = WarehouseKind(
        name: "SQLite", migrations: Schema.sqlite, make: { try SQLiteFixture() })
}

private final class SQLiteFixture: WarehouseFixture {
    private let folder: TemporaryFolder
    private var path: String { folder.path("warehouse.db") }

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    var location: String { "sqlite:" + path }
    var file: String? { path }
    func writer() throws -> any Warehouse { try SQLiteWarehouse(path: path) }
    func reader() throws -> any WarehouseReader { try SQLiteReader(path: path) }
    func copySource() throws -> any CopySource { try SQLCopySource.sqlite(path: path) }
    func copyTarget() throws -> any CopyTarget { try SQLCopyTarget.sqlite(path: path) }
    func database() throws -> any TestDatabase { try Database(path: path, isWritable: true) }
    func isUntouched() -> Bool { TemporaryFolder.bytes(ofFile: path).isEmpty }
}
