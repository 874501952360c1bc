import Domain
import Foundation

@testable import SQLite

/// A temporary folder, which is removed with this object.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("reelhouse-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    /// Creates a warehouse with the newest schema in the folder.
    func warehouse(_ name: String = "warehouse.db") throws -> SQLiteWarehouse {
        let warehouse = try SQLiteWarehouse(path: file(name))
        _ = try warehouse.migrate(at: 0)
        return warehouse
    }
}

/// All rows of a statement as text; null is `-`.
func rows(_ connection: Connection, _ sql: String) throws -> [[String]] {
    let statement = try connection.prepare(sql)
    var rows: [[String]] = []
    while try statement.step() {
        rows.append((0..<statement.columnCount).map { statement.text($0) ?? "-" })
    }
    return rows
}
