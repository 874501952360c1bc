/// The key of a row, as bytes that differ where the keys do.
public struct RowKey: Hashable, Sendable {
    private let bytes: [UInt8]

    /// The key of a row whose spans are offsets into `text`.
    public init(_ row: PackedRow, of table: Table, text: UnsafeRawPointer) {
        var bytes: [UInt8] = []
        for name in table.key {
            let column = table.index(of: name)
            let cell = table.cells[column]
            let type = table.columns[column].type
            let words = type == .uuid ? 2 : 1
            if type.isSpan {
                let span = row.span(cell)
                withUnsafeBytes(of: span.length) { bytes += $0 }
                bytes += UnsafeRawBufferPointer(start: text + Int(span.offset), count: Int(span.length))
            } else {
                for word in cell..<cell + words { withUnsafeBytes(of: row.cells[word]) { bytes += $0 } }
            }
        }
        self.bytes = bytes
    }
}

/// The rows of some keys of a merge table, one for each line, so that the lines whose row a database does not take can be
/// found.
public final class ApartRows {
    private let keys: Set<RowKey>
    /// The rows, in the order in which the lines came.
    public let rows: RowSet
    /// The line that each row comes from.
    public private(set) var origins: [RowOrigin] = []
    /// The line that the next rows come from; nil before the first.
    var origin: RowOrigin?

    init(_ table: Table, keys: Set<RowKey>) {
        rows = RowSet(table)
        self.keys = keys
    }

    /// The indices of the rows in the order of their lines' origins, which does not depend on the order of arrival.
    public var order: [UInt32] {
        origins.indices.sorted { (origins[$0], $0) < (origins[$1], $1) }.map { UInt32($0) }
    }

    /// Merges some of the rows.
    public func merged(_ indices: some Sequence<UInt32>) -> MergeTable {
        let merged = MergeTable(rows.table)
        for index in indices { merged.merge(rows[Int(index)], text: rows.text.base) }
        return merged
    }

    /// Adds a row if it has one of the keys.
    func take(_ new: PackedRow, text: UnsafeRawPointer) -> Bool {
        let table = rows.table
        guard let origin, keys.contains(RowKey(new, of: table, text: text)) else { return false }
        let row = rows.append(copying: new)
        for (column, cell) in table.cells.enumerated()
        where table.columns[column].type.isSpan && !new.isNull(column: column) {
            let span = new.span(cell)
            rows.setText(
                UnsafeRawBufferPointer(start: text + Int(span.offset), count: Int(span.length)), column: column, of: row
            )
        }
        origins.append(origin)
        return true
    }

    func removeAll() {
        rows.removeAll()
        origins.removeAll()
    }

    /// The size of the rows in bytes.
    var byteSize: Int { rows.byteSize + origins.count * MemoryLayout<RowOrigin>.stride }
}
