import JSON

/// Writes rows of a table as lines of CSV or NDJSON into a byte buffer. Each value has one spelling, whichever database
/// it comes from:
///
/// * integers by all of their digits; doubles by the fewest digits that read back as the same double, as RFC 8785 has
///   them; booleans as `true` and `false`;
/// * dates as `2026-11-20`, times as `2026-11-20T18:03:22.517Z`, UUIDs in lower case, bytes in hexadecimal;
/// * in CSV a null is an empty field and an empty text is `""`; a text is quoted where it has to be.
public final class SnapshotRowWriter {
    /// What was written.
    public let buffer = ByteBuffer(capacity: 1 << 16)
    private let table: Table
    private let form: SnapshotForm
    /// The columns that are written.
    private let columns: [Int]
    /// For each of them, what is written before its value.
    private let before: [[UInt8]]
    private let values: SnapshotValueWriter

    /// A writer that has written nothing.
    ///
    /// - Parameter keyOnly: whether only the columns of the key are written.
    public init(_ table: Table, _ form: SnapshotForm, keyOnly: Bool = false) {
        self.table = table
        self.form = form
        let columns = keyOnly ? table.keyColumns : Array(table.columns.indices)
        self.columns = columns
        values = SnapshotValueWriter(form)
        before = columns.enumerated().map { place, column in
            switch form.format {
            case .ndjson: Array("\(place == 0 ? "{" : ",")\"\(table.columns[column].name)\":".utf8)
            default: place == 0 ? [] : [UInt8(ascii: ",")]
            }
        }
    }

    /// Writes what stands before the first row: the names of the columns of CSV; nothing in NDJSON.
    public func writeHeader() {
        guard form.format != .ndjson else { return }
        if form.hasMark { [UInt8]([0xEF, 0xBB, 0xBF]).withUnsafeBytes { _ = buffer.append($0) } }
        buffer.append(text: columns.map { table.columns[$0].name }.joined(separator: ",") + "\n")
    }

    /// Writes a row.
    public func write(_ row: PackedRow, of rows: RowSet) {
        for (place, column) in columns.enumerated() {
            before[place].withUnsafeBytes { _ = buffer.append($0) }
            if row.isNull(column: column) {
                values.writeNull(to: buffer)
            } else {
                values.write(row, cell: table.cells[column], table.columns[column].type, of: rows, to: buffer)
            }
        }
        if form.format == .ndjson { buffer.append(UInt8(ascii: "}")) }
        buffer.append(UInt8(ascii: "\n"))
    }
}

/// Writes single values of rows; see `SnapshotRowWriter`.
struct SnapshotValueWriter {
    private let isJSON: Bool
    private let guardsFormulas: Bool

    init(_ form: SnapshotForm) {
        isJSON = form.format == .ndjson
        guardsFormulas = form.guardsFormulas
    }

    func writeNull(to buffer: ByteBuffer) { if isJSON { buffer.append(text: "null" as StaticString) } }

    func write(_ row: PackedRow, cell: Int, _ type: ColumnType, of rows: RowSet, to buffer: ByteBuffer) {
        switch type {
        case .integer: buffer.append(decimal: row.integer(cell))
        case .real: buffer.append(shortest: row.real(cell))
        case .boolean: buffer.append(text: row.integer(cell) != 0 ? "true" : "false" as StaticString)
        case .text: write(text: rows.bytes(row, cell: cell), to: buffer)
        // Not as an empty field, which is a null.
        case .blob where !isJSON && rows.bytes(row, cell: cell).isEmpty: buffer.append(text: "\"\"" as StaticString)
        case .date, .timestamp, .uuid, .blob:
            if isJSON { buffer.append(UInt8(ascii: "\"")) }
            switch type {
            case .date: buffer.append(day: Int32(truncatingIfNeeded: row.integer(cell)))
            case .timestamp: buffer.append(time: row.integer(cell))
            case .uuid: buffer.append(uuidHigh: row.cells[cell], low: row.cells[cell + 1])
            default: buffer.append(hexadecimal: rows.bytes(row, cell: cell))
            }
            if isJSON { buffer.append(UInt8(ascii: "\"")) }
        }
    }

    func write(text: UnsafeRawBufferPointer, to buffer: ByteBuffer) {
        if isJSON { return buffer.append(quotedJSON: text) }
        let isGuarded = guardsFormulas && FormulaGuard.isNeeded(text)
        guard isGuarded || SnapshotValueWriter.needsQuotes(text) else {
            buffer.append(text)
            return
        }
        buffer.append(UInt8(ascii: "\""))
        if isGuarded { buffer.append(FormulaGuard.mark) }
        for byte in text {
            if byte == UInt8(ascii: "\"") { buffer.append(byte) }
            buffer.append(byte)
        }
        buffer.append(UInt8(ascii: "\""))
    }

    /// Whether a text has a character that means something in CSV, is empty, or has a space at an end, which some
    /// readers drop.
    @inline(__always)
    private static func needsQuotes(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let first = text.first, let last = text.last else { return true }
        if first <= 0x20 || last <= 0x20 { return true }
        for byte in text where byte < 0x2D {
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0A || byte == 0x0D { return true }
        }
        return false
    }
}

/// Makes texts harmless that a spreadsheet would take for formulas: an apostrophe is put before them. So that no two
/// texts become one, it is also put before apostrophes that such a text follows.
enum FormulaGuard {
    static let mark = UInt8(ascii: "'")

    /// Whether a text is one or more apostrophes, or none, and a character that begins a formula.
    static func isNeeded(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let place = text.firstIndex(where: { $0 != mark }) else { return false }
        return begins(text[place]) || beginsWide(text[place...].prefix(3))
    }

    /// Whether a text of a guarded file has an apostrophe that the guard has put there.
    static func isApplied(_ text: UnsafeRawBufferPointer) -> Bool { text.first == mark && isNeeded(text) }

    /// The four signs, and tab, LF and CR, which some spreadsheets pass over
    /// (https://owasp.org/www-community/attacks/CSV_Injection).
    private static func begins(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D: true
        default: false
        }
    }

    /// The full-width forms of the four signs, which are taken for them where full-width forms are written: U+FF1D, U+FF0B,
    /// U+FF0D, U+FF20.
    private static let wideSigns = ["\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}"].map { Array($0.utf8) }

    private static func beginsWide(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        bytes.first == 0xEF && wideSigns.contains { $0.elementsEqual(bytes) }
    }
}
