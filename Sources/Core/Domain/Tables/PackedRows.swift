/// The rows of a `RowSet` as a row source, in a chosen order.
public final class PackedRows: RowSource {
    private struct Place {
        let type: ColumnType
        let cell: Int
    }

    private let rows: RowSet
    private let order: [UInt32]
    private let places: UnsafeMutableBufferPointer<Place>
    private let text: UnsafeRawPointer
    @exclusivity(unchecked) private var row: PackedRow

    /// A source of the rows of a set. The set must not change while this object is used.
    ///
    /// - Parameter order: the indices of the rows, in the order in which they are read.
    public init(_ rows: RowSet, order: [UInt32]) {
        self.rows = rows
        self.order = order
        let table = rows.table
        places = .allocate(capacity: table.columns.count)
        _ = places.initialize(from: zip(table.columns, table.cells).map { Place(type: $0.type, cell: $1) })
        text = UnsafeRawPointer(rows.text.base)
        row = rows[0]
        super.init(columns: table.rowColumns, count: order.count)
    }

    /// A source of all rows of a set, in the order in which they were added.
    public convenience init(_ rows: RowSet) { self.init(rows, order: Array(0..<UInt32(rows.count))) }

    deinit { places.deallocate() }

    /// Moves to a row, and prefetches the memory of later rows.
    public override func move(to index: Int) {
        guard index < order.count else { return }
        rows.prefetch(after: index, in: order)
        row = rows[Int(order[index])]
    }

    /// A cell of the current row.
    public override func cell(_ column: Int) -> RowCell {
        if row.isNull(column: column) { return .null }
        let cell = places[column].cell
        switch places[column].type {
        case .integer, .boolean, .timestamp: return .integer(row.integer(cell))
        case .real: return .real(row.real(cell))
        case .date: return .date(Int32(truncatingIfNeeded: row.integer(cell)))
        case .uuid: return .uuid(high: row.cells[cell], low: row.cells[cell + 1])
        case .text: return .text(bytes(row.span(cell)))
        case .blob: return .blob(bytes(row.span(cell)))
        }
    }

    @inline(__always)
    private func bytes(_ span: ByteRange) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text + Int(span.offset), count: Int(span.length))
    }
}
