import Domain

/// A value of a column in a test.
public enum TestValue: Hashable, Sendable, CustomStringConvertible {
    case null
    /// An integer, a boolean, a day or a timestamp.
    case integer(Int64)
    case real(Double)
    case uuid(high: UInt64, low: UInt64)
    /// The bytes of a text or blob.
    case bytes([UInt8])

    /// The value as text; different values have different texts.
    public var description: String {
        switch self {
        case .null: "null"
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)r"
        case .uuid(let high, let low): UUIDText.text(high: high, low: low)
        case .bytes(let bytes): "'" + bytes.map { String($0, radix: 16) }.joined(separator: " ") + "'"
        }
    }

    /// Whether a value sorts before another one of the same column: null first, texts by code points.
    public static func < (left: TestValue, right: TestValue) -> Bool {
        switch (left, right) {
        case (.null, .null): false
        case (.null, _): true
        case (.integer(let left), .integer(let right)): left < right
        case (.real(let left), .real(let right)): left < right
        case (.uuid(let leftHigh, let leftLow), .uuid(let rightHigh, let rightLow)):
            (leftHigh, leftLow) < (rightHigh, rightLow)
        case (.bytes(let left), .bytes(let right)): left.lexicographicallyPrecedes(right)
        default: false
        }
    }
}

/// A row of a declared table in a test.
public struct TestRow: Hashable, Sendable, CustomStringConvertible {
    /// The values, one for each column.
    public var values: [TestValue]
    /// Whether the row withdraws its entry.
    public var isWithdrawn = false

    /// Creates a row.
    public init(values: [TestValue], isWithdrawn: Bool = false) {
        self.values = values
        self.isWithdrawn = isWithdrawn
    }

    /// The values as text.
    public var description: String { values.map(\.description).joined(separator: ", ") + (isWithdrawn ? " -" : "") }
}

extension TestRow {
    /// Reads a packed row.
    public init(_ row: PackedRow, of rows: RowSet) {
        let table = rows.table
        values = table.columns.indices.map { column in
            if row.isNull(column: column) { return .null }
            let cell = table.cells[column]
            switch table.columns[column].type {
            case .integer, .boolean, .date, .timestamp: return .integer(row.integer(cell))
            case .real: return .real(row.real(cell))
            case .uuid: return .uuid(high: row.cells[cell], low: row.cells[cell + 1])
            case .text, .blob: return .bytes([UInt8](rows.bytes(row, cell: cell)))
            }
        }
        isWithdrawn = row.isWithdrawn
    }

    /// Appends the row to a set.
    public func append(to rows: RowSet) {
        let row = rows.append()
        for (column, value) in values.enumerated() {
            let cell = rows.table.cells[column]
            switch value {
            case .null: row.setNull(column: column)
            case .integer(let value): row.set(value, column: column, cell: cell)
            case .real(let value): row.set(value, column: column, cell: cell)
            case .uuid(let high, let low): row.set(high: high, low: low, column: column, cell: cell)
            case .bytes(let bytes): bytes.withUnsafeBytes { rows.setText($0, column: column, of: row) }
            }
        }
        if isWithdrawn { row.withdraw() }
    }
}

extension MergeTable {
    /// Merges rows in their order.
    public func merge(_ rows: [TestRow]) {
        let set = RowSet(table)
        for row in rows { row.append(to: set) }
        for index in 0..<set.count { merge(set[index], text: set.text.base) }
    }

    /// The rows of the table, sorted by their text.
    public var testRows: [TestRow] {
        (0..<rows.count).map { TestRow(rows[$0], of: rows) }.sorted { $0.description < $1.description }
    }
}
