import Domain
import TableTesting

@testable import SQLite

/// The stored rows of a declared table, sorted by their text.
func storedRows(_ table: Table, in connection: Connection) throws -> [TestRow] {
    let names = table.columns.map(\.name).joined(separator: ", ")
    let statement = try connection.prepare("SELECT \(names) FROM \(table.name)")
    var rows: [TestRow] = []
    while try statement.step() {
        rows.append(
            TestRow(
                values: table.columns.enumerated().map { index, column in value(statement, index, column.type) }))
    }
    return rows.sorted { $0.description < $1.description }
}

private func value(_ statement: Statement, _ column: Int, _ type: ColumnType) -> TestValue {
    if statement.isNull(column) { return .null }
    switch type {
    case .integer, .boolean, .timestamp: return .integer(statement.integer(column))
    case .real: return .real(statement.real(column))
    case .date: return .integer(Int64(CivilDate.parse(statement.bytes(column)) ?? Int32.min))
    case .text, .blob: return .bytes([UInt8](statement.bytes(column)))
    case .uuid:
        let words = [UInt8](statement.bytes(column)).map(UInt64.init)
        return .uuid(
            high: words[..<8].reduce(0) { $0 << 8 | $1 }, low: words[8...].reduce(0) { $0 << 8 | $1 })
    }
}
