import Logging

/// Writes one JSON array with an object for each row, in the form of `NDJSONRowWriter`.
struct JSONRowWriter: RowWriter {
    private let output: any TextOutput
    private var keys: [String] = []
    private var hasRows = false

    init(output: any TextOutput) { self.output = output }

    mutating func begin(columns: [String]) throws(OutputError) {
        keys = NDJSONRowWriter.keys(columns)
        try output.write("[")
    }

    mutating func write(_ row: [CellValue]) throws(OutputError) {
        try output.write((hasRows ? ",\n" : "\n") + NDJSONRowWriter.object(keys, row))
        hasRows = true
    }

    mutating func end() throws(OutputError) { try output.write(hasRows ? "\n]\n" : "]\n") }
}

/// Writes a table in GitHub's Markdown. Null is an empty cell.
struct MarkdownRowWriter: RowWriter {
    let output: any TextOutput

    mutating func begin(columns: [String]) throws(OutputError) {
        try output.write(Self.line(columns) + Self.line(columns.map { _ in "---" }, isEscaped: true))
    }

    mutating func write(_ row: [CellValue]) throws(OutputError) {
        try output.write(Self.line(row.map { $0.text ?? "" }))
    }

    mutating func end() {}

    /// A row of a table.
    static func line(_ cells: [String], isEscaped: Bool = false) -> String {
        "| " + (isEscaped ? cells : cells.map(cell)).joined(separator: " | ") + " |\n"
    }

    private static func cell(_ text: String) -> String {
        var cell = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "|": cell += "\\|"
            case "\\": cell += "\\\\"
            case "<": cell += "&lt;"
            case "\n": cell += "<br>"
            case "\r": break
            default: cell += PlainText.escape(String(scalar))
            }
        }
        return cell
    }
}
