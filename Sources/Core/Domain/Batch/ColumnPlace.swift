/// Where a column is in a packed row: resolved once by the column's name, used for each row.
struct ColumnPlace {
    let column: Int
    let cell: Int

    /// The place of a column of a table, which must have it.
    init(_ name: String, _ table: Table) {
        column = table.index(of: name)
        cell = table.cells[column]
    }
}

extension PackedRow {
    /// Sets an integer, day, moment or boolean.
    @inline(__always)
    func set(_ place: ColumnPlace, _ value: Int64) { set(value, column: place.column, cell: place.cell) }

    /// Sets a double.
    @inline(__always)
    func set(_ place: ColumnPlace, _ value: Double) { set(value, column: place.column, cell: place.cell) }

    /// Sets a text or blob by its place in the row's text; a null range makes it null.
    @inline(__always)
    func set(_ place: ColumnPlace, _ text: ByteRange) { set(text, column: place.column, cell: place.cell) }

    /// Sets a UUID.
    @inline(__always)
    func set(_ place: ColumnPlace, high: UInt64, low: UInt64) {
        set(high: high, low: low, column: place.column, cell: place.cell)
    }
}
