/// A column of a row source.
public struct RowColumn: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// What it holds.
    public let type: ColumnType

    /// A column.
    public init(_ name: String, _ type: ColumnType) {
        self.name = name
        self.type = type
    }
}

/// A value in a row of a row source.
@frozen
public enum RowCell: BitwiseCopyable {
    case null
    /// An integer; a timestamp in milliseconds since 1970; a boolean as 0 or 1.
    case integer(Int64)
    /// A double.
    case real(Double)
    /// A date, as days since 1970-01-01.
    case date(Int32)
    /// A UUID by its higher and lower 8 bytes.
    case uuid(high: UInt64, low: UInt64)
    /// Text in UTF-8.
    case text(UnsafeRawBufferPointer)
    /// Bytes.
    case blob(UnsafeRawBufferPointer)
}

/// Rows in memory that a database reads as a table, in whatever form they are stored: the events of a group, the rows
/// of a merge table, rejected lines.
///
/// A reader moves to one row after the other, and reads its cells:
///
///     for index in 0..<source.count {
///         source.move(to: index)
///         for column in source.columns.indices { write(source.cell(column)) }
///     }
///
/// The memory that a cell points to is valid until the next `move(to:)`. Used by one thread at a time.
open class RowSource {
    /// The columns, in the order of the cells.
    public let columns: [RowColumn]
    /// How many rows there are.
    public let count: Int

    /// A source of `count` rows.
    public init(columns: [RowColumn], count: Int) {
        self.columns = columns
        self.count = count
    }

    /// Moves to a row; does nothing when the index is past the last row.
    open func move(to index: Int) {}

    /// A cell of the current row.
    open func cell(_ column: Int) -> RowCell { .null }
}

extension Table {
    /// The table's columns as those of a row source.
    public var rowColumns: [RowColumn] { columns.map { RowColumn($0.name, $0.type) } }
}
