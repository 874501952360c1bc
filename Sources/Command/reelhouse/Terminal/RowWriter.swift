import JSON
import Logging

import enum Domain.NumberFormat

/// A value of a query's result.
enum CellValue: Sendable, Equatable {
    case null
    /// As text `true` or `false`.
    case boolean(Bool)
    case integer(Int64)
    case real(Double)
    /// Not a number, or an infinity, in the database's words. JSON has null for it.
    case notFinite(String)
    /// A decimal number that no double equals, by its digits.
    case decimal(String)
    case text(String)
    /// Bytes, which are written as lower-case hexadecimal digits.
    case blob([UInt8])

    /// The value as text, null as nil.
    var text: String? {
        switch self {
        case .null: nil
        case .boolean(let value): String(value)
        case .integer(let value): String(value)
        case .real(let value): String(value)
        case .decimal(let value), .notFinite(let value), .text(let value): value
        case .blob(let bytes): Self.hexadecimal(bytes)
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// Writes the rows of a result one by one. `begin` is called once, `write` for each row, then `end` once. A row has one
/// value for each column.
protocol RowWriter {
    mutating func begin(columns: [String]) throws(OutputError)
    mutating func write(_ row: [CellValue]) throws(OutputError)
    mutating func end() throws(OutputError)
}

/// Writes CSV (RFC 4180): first the names, fields separated by commas, lines that end in CR LF, quotes where they are
/// needed. Null is an empty field, empty text a pair of quotes. A null that is alone on its line has quotes too, since
/// most readers skip an empty line.
struct CSVRowWriter: RowWriter {
    let output: any TextOutput

    mutating func begin(columns: [String]) throws(OutputError) {
        try output.write(columns.map(Self.field).joined(separator: ",") + "\r\n")
    }

    mutating func write(_ row: [CellValue]) throws(OutputError) {
        if row == [.null] { return try output.write("\"\"\r\n") }
        try output.write(row.map { $0.text.map(Self.field) ?? "" }.joined(separator: ",") + "\r\n")
    }

    mutating func end() {}

    static func field(_ text: String) -> String {
        let needsQuotes =
            text.isEmpty || text.first == " " || text.last == " "
            || text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 10 || $0 == 13 }
        guard needsQuotes else { return text }
        // By scalars, since a quotation mark and a combining mark after it are one other `Character`.
        let parts = text.unicodeScalars.split(separator: "\"", omittingEmptySubsequences: false)
        return "\"" + parts.map(String.init).joined(separator: "\"\"") + "\""
    }
}

/// Writes one JSON object on each line. When a column's name comes twice, the second gets a number: `count`, `count_2`.
/// Numbers that are not finite are null.
struct NDJSONRowWriter: RowWriter {
    let output: any TextOutput
    private var keys: [String] = []

    init(output: any TextOutput) { self.output = output }

    mutating func begin(columns: [String]) { keys = Self.keys(columns) }

    mutating func write(_ row: [CellValue]) throws(OutputError) { try output.write(Self.object(keys, row) + "\n") }

    mutating func end() {}

    /// The names of the columns as JSON strings, each different.
    static func keys(_ columns: [String]) -> [String] {
        var taken: Set<String> = []
        return columns.map { column in
            var name = column
            var number = 1
            while !taken.insert(name).inserted {
                number += 1
                name = "\(column)_\(number)"
            }
            return JSONText.string(name).compact
        }
    }

    /// A row as an object.
    static func object(_ keys: [String], _ row: [CellValue]) -> String {
        "{" + zip(keys, row).map { "\($0):\(value($1))" }.joined(separator: ",") + "}"
    }

    private static func value(_ cell: CellValue) -> String {
        switch cell {
        case .null, .notFinite: "null"
        case .boolean(let value): String(value)
        case .integer(let value): String(value)
        case .real(let value): JSONText.real(value).compact
        case .decimal(let digits): digits
        case .text, .blob: JSONText.string(cell.text ?? "").compact
        }
    }
}

/// Writes a table for people. The widths of its columns are those of the first rows, so that a result of any length
/// needs little memory. A wider value further down is cut on a terminal; elsewhere it shifts the rest of its row.
struct TableRowWriter: RowWriter {
    /// How many rows decide the widths.
    static let sampleSize = 1000

    private let output: any TextOutput
    private let layout: ResultLayout
    private var names: [String] = []
    private var sample: [[CellValue]] = []
    private var table = TextTable([])
    private var widths: [Int] = []
    private var isBegun = false
    private var rowCount = 0

    init(output: any TextOutput, layout: ResultLayout) {
        self.output = output
        self.layout = layout
    }

    mutating func begin(columns: [String]) { names = columns }

    mutating func write(_ row: [CellValue]) throws(OutputError) {
        rowCount += 1
        if isBegun { return try writeLine(row) }
        sample.append(row)
        if sample.count == Self.sampleSize { try writeSample() }
    }

    mutating func end() throws(OutputError) {
        if !isBegun { try writeSample() }
        try output.write("(\(NumberFormat.count(rowCount, "row", "rows")))\n")
    }

    private mutating func writeSample() throws(OutputError) {
        isBegun = true
        table = Self.table(names, sample)
        try output.write(table.text(width: layout.shortenedWidth))
        widths = table.fitted(to: layout.shortenedWidth)
        sample = []
        table = TextTable(table.columns)
    }

    private func writeLine(_ row: [CellValue]) throws(OutputError) {
        let cells = row.map { PlainText.escape(Self.cell($0)) }
        let widths =
            layout.isShortened ? widths : zip(widths, cells).map { max($0, DisplayWidth.of($1)) }
        try output.write(table.line(cells, widths: widths) + "\n")
    }

    /// The rows as a table.
    static func table(_ names: [String], _ rows: [[CellValue]]) -> TextTable {
        var table = TextTable(
            names.indices.map { isNumeric($0, in: rows) ? .number(names[$0]) : .text(names[$0]) })
        for row in rows { table.add(row.map(cell)) }
        return table
    }

    /// Whether all values of a column that are not null are numbers.
    private static func isNumeric(_ column: Int, in rows: [[CellValue]]) -> Bool {
        var hasNumber = false
        for row in rows {
            switch row[column] {
            case .null: break
            case .integer, .real, .notFinite, .decimal: hasNumber = true
            case .boolean, .text, .blob: return false
            }
        }
        return hasNumber
    }

    static func cell(_ value: CellValue) -> String { value.text ?? "NULL" }
}
