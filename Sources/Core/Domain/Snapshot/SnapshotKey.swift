/// The keys of rows as bytes whose order is the order of the keys: integers, dates and times by value, texts by their
/// code points, UUIDs by their bytes; a null comes first. So rows of two snapshots can be compared without their types.
public struct SnapshotKey {
    private let table: Table
    private let columns: [Int]

    /// The key of a table.
    ///
    /// - Parameter count: how many of its columns count, from the first; nil for all.
    public init(_ table: Table, first count: Int? = nil) {
        self.table = table
        columns = Array(table.keyColumns.prefix(count ?? table.keyColumns.count))
    }

    /// Adds the key of a row to a buffer.
    public func append(_ row: PackedRow, of rows: RowSet, to buffer: ByteBuffer) {
        for column in columns { append(row, column, of: rows, to: buffer) }
    }

    private func append(_ row: PackedRow, _ column: Int, of rows: RowSet, to buffer: ByteBuffer) {
        if row.isNull(column: column) { return buffer.append(0) }
        buffer.append(1)
        let cell = table.cells[column]
        switch table.columns[column].type {
        case .text, .blob:
            for byte in rows.bytes(row, cell: cell) {
                buffer.append(byte)
                // So that the end, two zeros, comes before whatever goes on.
                if byte == 0 { buffer.append(0xFF) }
            }
            buffer.append(0)
            buffer.append(0)
        case .uuid:
            append(row.cells[cell], to: buffer)
            append(row.cells[cell + 1], to: buffer)
        case .integer, .boolean, .date, .timestamp:
            append(UInt64(bitPattern: row.integer(cell)) ^ 1 << 63, to: buffer)
        case .real:
            let bits = row.cells[cell]
            append(bits >> 63 != 0 ? ~bits : bits | 1 << 63, to: buffer)
        }
    }

    private func append(_ word: UInt64, to buffer: ByteBuffer) {
        withUnsafeBytes(of: word.bigEndian) { _ = buffer.append($0) }
    }
}
