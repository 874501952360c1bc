import JSON

/// Reads lines that `SnapshotRowWriter` wrote back to rows. It takes only what such a writer writes; whether a line is
/// spelled exactly so is found by writing its row again.
public struct SnapshotRowReader {
    private let table: Table
    private let isJSON: Bool
    private let guardsFormulas: Bool
    private let names: [[UInt8]]
    private let scratch = ByteBuffer(capacity: 4096)

    /// A reader of the lines of a table.
    public init(_ table: Table, _ form: SnapshotForm) {
        self.table = table
        isJSON = form.format == .ndjson
        guardsFormulas = form.guardsFormulas
        names = table.columns.enumerated().map { column, declared in
            Array("\(column == 0 ? "{" : ",")\"\(declared.name)\":".utf8)
        }
    }

    /// The length of the first record of some bytes, its line feed included; nil when its end is not among them. A record
    /// of CSV may have line feeds in quotes.
    ///
    /// - Parameter state: what was found in an earlier call on the same bytes; it begins as `SnapshotRecordEnd()`.
    public static func recordLength(
        _ bytes: UnsafeRawBufferPointer, _ form: SnapshotForm, _ state: inout SnapshotRecordEnd
    ) -> Int? {
        let hasQuotes = form.format != .ndjson
        while state.place < bytes.count {
            let byte = bytes[state.place]
            state.place += 1
            if byte == 0x0A, !state.isQuoted { return state.place }
            if hasQuotes, byte == UInt8(ascii: "\"") { state.isQuoted.toggle() }
        }
        return nil
    }

    /// Reads a record, with its line feed, into a set of rows.
    ///
    /// - Returns: false when it is no record of the table; the row that was begun is then of no use.
    public func read(_ record: UnsafeRawBufferPointer, into rows: RowSet) -> Bool {
        let row = rows.append()
        var place = 0
        for (column, declared) in table.columns.enumerated() {
            guard let (value, isNull) = isJSON ? json(record, &place, column) : csv(record, &place, column) else {
                return false
            }
            if isNull {
                guard declared.isNullable else { return false }
            } else if !set(value, declared.type, column, row, rows) {
                return false
            }
        }
        if isJSON {
            guard place < record.count, record[place] == UInt8(ascii: "}") else { return false }
            place += 1
        }
        return place == record.count - 1 && record[place] == 0x0A
    }

    // MARK: Fields

    private func csv(
        _ record: UnsafeRawBufferPointer, _ place: inout Int, _ column: Int
    ) -> (UnsafeRawBufferPointer, isNull: Bool)? {
        if column > 0 {
            guard place < record.count, record[place] == UInt8(ascii: ",") else { return nil }
            place += 1
        }
        guard place < record.count, record[place] == UInt8(ascii: "\"") else {
            let start = place
            while place < record.count, record[place] != UInt8(ascii: ","), record[place] != 0x0A { place += 1 }
            return (UnsafeRawBufferPointer(rebasing: record[start..<place]), place == start)
        }
        place += 1
        scratch.truncate(to: 0)
        while place < record.count {
            let byte = record[place]
            place += 1
            if byte == UInt8(ascii: "\"") {
                guard place < record.count, record[place] == byte else { return (scratch.bytes, false) }
                place += 1
            }
            scratch.append(byte)
        }
        return nil
    }

    private func json(
        _ record: UnsafeRawBufferPointer, _ place: inout Int, _ column: Int
    ) -> (UnsafeRawBufferPointer, isNull: Bool)? {
        let name = names[column]
        guard place + name.count < record.count, record[place..<(place + name.count)].elementsEqual(name) else {
            return nil
        }
        place += name.count
        if record[place] == UInt8(ascii: "\"") { return string(record, &place).map { ($0, false) } }
        let start = place
        while place < record.count, record[place] != UInt8(ascii: ","), record[place] != UInt8(ascii: "}") {
            place += 1
        }
        let word = UnsafeRawBufferPointer(rebasing: record[start..<place])
        return (word, word.elementsEqual("null".utf8))
    }

    private func string(_ record: UnsafeRawBufferPointer, _ place: inout Int) -> UnsafeRawBufferPointer? {
        scratch.truncate(to: 0)
        place += 1
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: record[place...])
            let stop = StringEscape.next(in: rest, from: 0)
            scratch.append(UnsafeRawBufferPointer(rebasing: rest[..<stop]))
            place += stop
            guard place < record.count else { return nil }
            if record[place] == UInt8(ascii: "\"") {
                place += 1
                return scratch.bytes
            }
            guard record[place] == UInt8(ascii: "\\"), let byte = unescaped(record, &place) else { return nil }
            scratch.append(byte)
        }
    }

    private func unescaped(_ record: UnsafeRawBufferPointer, _ place: inout Int) -> UInt8? {
        guard place + 1 < record.count else { return nil }
        let letter = record[place + 1]
        place += 2
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return letter
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "u"):
            guard place + 4 <= record.count,
                let high = SnapshotText.digit(record[place + 2]), let low = SnapshotText.digit(record[place + 3])
            else { return nil }
            place += 4
            return high << 4 | low
        default: return nil
        }
    }

    // MARK: Values

    private func set(
        _ value: UnsafeRawBufferPointer, _ type: ColumnType, _ column: Int, _ row: PackedRow, _ rows: RowSet
    ) -> Bool {
        let cell = table.cells[column]
        func set(_ number: Int64?) -> Bool {
            guard let number else { return false }
            row.set(number, column: column, cell: cell)
            return true
        }
        switch type {
        case .integer: return set(JSONNumber.isNumber(value) ? JSONNumber.integer(value) : nil)
        case .boolean:
            if value.elementsEqual("true".utf8) { return set(1) }
            return set(value.elementsEqual("false".utf8) ? 0 : nil)
        case .date: return set(CivilDate.parse(value).map { Int64($0) })
        case .timestamp: return set(Timestamp.parse(value))
        case .real:
            guard JSONNumber.isNumber(value), let number = JSONNumber.double(value) else { return false }
            row.set(number, column: column, cell: cell)
        case .uuid:
            guard let (high, low) = SnapshotText.uuid(value) else { return false }
            row.set(high: high, low: low, column: column, cell: cell)
        case .blob:
            guard let bytes = SnapshotText.bytes(ofHexadecimal: value) else { return false }
            bytes.withUnsafeBytes { rows.setText($0, column: column, of: row) }
        case .text:
            guard UTF8Text.isValid(value) else { return false }
            let isGuarded = guardsFormulas && !isJSON && FormulaGuard.isApplied(value)
            rows.setText(
                isGuarded ? UnsafeRawBufferPointer(rebasing: value.dropFirst()) : value, column: column, of: row)
        }
        return true
    }
}

/// How far the end of a record was looked for; see `SnapshotRowReader.recordLength`.
public struct SnapshotRecordEnd {
    var place = 0
    var isQuoted = false

    /// Nothing was looked at yet.
    public init() {}
}

/// Reads spellings of values.
enum SnapshotText {
    @inline(__always)
    static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 0x57
        default: nil
        }
    }

    static func bytes(ofHexadecimal text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        for place in stride(from: 0, to: text.count, by: 2) {
            guard let high = digit(text[place]), let low = digit(text[place + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    static func uuid(_ text: UnsafeRawBufferPointer) -> (high: UInt64, low: UInt64)? {
        guard text.count == 36 else { return nil }
        var words: (high: UInt64, low: UInt64) = (0, 0)
        var count = 0
        for (place, byte) in text.enumerated() {
            if [8, 13, 18, 23].contains(place) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let value = digit(byte) else { return nil }
            if count < 16 {
                words.high = words.high << 4 | UInt64(value)
            } else {
                words.low = words.low << 4 | UInt64(value)
            }
            count += 1
        }
        return words
    }
}
