/// A typed value: a parameter of a statement, or a value of a row that is written out in code.
public enum RowValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case boolean(Bool)
    /// Days since 1970-01-01.
    case date(Int32)
    /// Milliseconds since 1970 in UTC.
    case timestamp(Int64)
    /// The higher and the lower 8 bytes.
    case uuid(high: UInt64, low: UInt64)
    case text(String)
    case blob([UInt8])

    /// An integer, or null.
    public static func optional(_ value: Int64?) -> RowValue { value.map { .integer($0) } ?? .null }
    /// Text, or null.
    public static func optional(_ value: String?) -> RowValue { value.map { .text($0) } ?? .null }
}

extension RowSet {
    /// Adds a row with the given values, one for each column.
    ///
    ///     let movies = RowSet(list)
    ///     movies.append([.integer(603), .boolean(true)])
    public func append(_ values: [RowValue]) {
        precondition(values.count == table.columns.count, "\(table.name) has another number of columns")
        let row = append()
        for (column, value) in values.enumerated() {
            let cell = table.cells[column]
            switch value {
            case .null: break
            case .integer(let value), .timestamp(let value): row.set(value, column: column, cell: cell)
            case .real(let value): row.set(value, column: column, cell: cell)
            case .boolean(let value): row.set(Int64(value ? 1 : 0), column: column, cell: cell)
            case .date(let value): row.set(Int64(value), column: column, cell: cell)
            case .uuid(let high, let low): row.set(high: high, low: low, column: column, cell: cell)
            case .text(let value):
                var value = value
                value.withUTF8 { setText(UnsafeRawBufferPointer($0), column: column, of: row) }
            case .blob(let value): value.withUnsafeBytes { setText($0, column: column, of: row) }
            }
        }
    }
}
