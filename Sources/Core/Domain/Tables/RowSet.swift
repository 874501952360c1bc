#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Rows of one table in packed form: fixed cells of 64 bits, and a buffer for the texts. The loader hands rows to a
/// warehouse in this form.
///
/// The first cell of a row has its null bits (bit i: column i is null; bit 63: the row withdraws its entry). The cells
/// of its columns follow: integers, days, milliseconds and booleans as they are, doubles by their bits, a UUID as two
/// big-endian words, texts and blobs as a `ByteRange` of `text`.
public final class RowSet {
    /// The table the rows belong to.
    public let table: Table
    /// How many rows there are.
    @exclusivity(unchecked) public private(set) var count = 0
    /// The bytes of the texts and blobs; spans are ranges of it.
    public let text = ByteBuffer(capacity: 1 << 12)
    @exclusivity(unchecked) private var memory: UnsafeMutablePointer<UInt64>
    @exclusivity(unchecked) private var capacity: Int
    private let stride: Int

    /// The bit of the first word of a row that withdraws its entry.
    public static let withdrawnBit: UInt64 = 1 << 63

    /// A set without rows.
    public init(_ table: Table, capacity: Int = 64) {
        self.table = table
        self.stride = table.stride
        self.capacity = max(1, capacity)
        self.memory = RowSet.allocate(nil, words: self.capacity * table.stride)
    }

    deinit { free(memory) }

    /// A row.
    @inline(__always)
    public subscript(_ row: Int) -> PackedRow { PackedRow(cells: memory + row * stride) }

    /// Adds a row whose columns are all null, and returns it. The result is valid until the next `append`.
    @inline(__always)
    public func append() -> PackedRow {
        let row = next()
        row.cells.update(repeating: 0, count: stride)
        row.cells[0] = (1 << UInt64(table.columns.count)) &- 1
        return row
    }

    /// Adds a copy of another row's cells; the caller has to set its spans. The result is valid until the next
    /// `append`.
    @inline(__always)
    func append(copying other: PackedRow) -> PackedRow {
        let row = next()
        row.cells.update(from: other.cells, count: stride)
        return row
    }

    @inline(__always)
    private func next() -> PackedRow {
        if count == capacity { grow() }
        count += 1
        return self[count - 1]
    }

    /// Sets a text or blob, copying the bytes.
    @inline(__always)
    public func setText(_ bytes: UnsafeRawBufferPointer, column: Int, of row: PackedRow) {
        let offset = text.append(bytes)
        row.set(ByteRange(offset: offset, length: bytes.count), column: column, cell: table.cells[column])
    }

    /// The bytes of a text or blob that is not null.
    @inline(__always)
    public func bytes(_ row: PackedRow, cell: Int) -> UnsafeRawBufferPointer {
        let span = row.span(cell)
        return text.bytes(at: Int(span.offset), count: Int(span.length))
    }

    /// Removes all rows; the memory is kept for the next ones.
    public func removeAll() {
        count = 0
        text.truncate(to: 0)
    }

    /// The size of the rows in bytes, without memory that is reserved for further rows.
    public var byteSize: Int { count * stride * 8 + text.count }

    private func grow() {
        capacity *= 2
        memory = RowSet.allocate(memory, words: capacity * stride)
    }

    /// Uses `realloc`, which can move large blocks without copying them.
    private static func allocate(_ old: UnsafeMutablePointer<UInt64>?, words: Int) -> UnsafeMutablePointer<UInt64> {
        guard let memory = realloc(old, words * 8) else {
            preconditionFailure("out of memory: cannot allocate \(words * 8) bytes")
        }
        return memory.bindMemory(to: UInt64.self, capacity: words)
    }
}

/// One packed row; see `RowSet`.
@frozen
public struct PackedRow {
    /// The null bits, then the columns' cells.
    public let cells: UnsafeMutablePointer<UInt64>

    /// The row whose cells begin at a pointer.
    @inlinable
    public init(cells: UnsafeMutablePointer<UInt64>) { self.cells = cells }

    /// Whether a column is null.
    @inlinable @inline(__always)
    public func isNull(column: Int) -> Bool { cells[0] & (1 << UInt64(column)) != 0 }

    /// Whether the row withdraws its entry.
    @inlinable public var isWithdrawn: Bool { cells[0] >> 63 != 0 }

    /// Marks the row as one that withdraws its entry.
    @inlinable @inline(__always)
    public func withdraw() { cells[0] |= 1 << 63 }

    /// Makes a column null.
    @inlinable @inline(__always)
    public func setNull(column: Int) { cells[0] |= 1 << UInt64(column) }

    /// Sets an integer, day, timestamp or boolean.
    @inlinable @inline(__always)
    public func set(_ value: Int64, column: Int, cell: Int) {
        cells[0] &= ~(1 << UInt64(column))
        cells[cell] = UInt64(bitPattern: value)
    }

    /// Sets a double.
    @inlinable @inline(__always)
    public func set(_ value: Double, column: Int, cell: Int) {
        cells[0] &= ~(1 << UInt64(column))
        cells[cell] = value.bitPattern
    }

    /// Sets a UUID.
    @inlinable @inline(__always)
    public func set(high: UInt64, low: UInt64, column: Int, cell: Int) {
        cells[0] &= ~(1 << UInt64(column))
        cells[cell] = high
        cells[cell + 1] = low
    }

    /// Sets a text or blob by its range in the row set's text; a null range makes the column null.
    @inlinable @inline(__always)
    public func set(_ span: ByteRange, column: Int, cell: Int) {
        if span.isNull { return setNull(column: column) }
        cells[0] &= ~(1 << UInt64(column))
        cells[cell] = UInt64(span.offset) << 32 | UInt64(span.length)
    }

    /// An integer, day, timestamp or boolean.
    @inlinable @inline(__always)
    public func integer(_ cell: Int) -> Int64 { Int64(bitPattern: cells[cell]) }

    /// A double.
    @inlinable @inline(__always)
    public func real(_ cell: Int) -> Double { Double(bitPattern: cells[cell]) }

    /// The range of a text or blob in the row set's text.
    @inlinable @inline(__always)
    public func span(_ cell: Int) -> ByteRange {
        ByteRange(offset: Int(cells[cell] >> 32), length: Int(cells[cell] & 0xffff_ffff))
    }
}

extension RowHasher {
    /// Adds the columns of a packed row.
    public func add(_ row: PackedRow, of rows: RowSet) {
        let table = rows.table
        for (column, declared) in table.columns.enumerated() {
            if row.isNull(column: column) {
                addNull()
                continue
            }
            let cell = table.cells[column]
            switch declared.type {
            case .integer, .boolean, .date, .timestamp: add(integer: row.integer(cell))
            case .real: add(real: row.real(cell))
            case .uuid: add(uuidHigh: row.cells[cell], low: row.cells[cell + 1])
            case .text, .blob: add(bytes: rows.bytes(row, cell: cell))
            }
        }
    }
}
