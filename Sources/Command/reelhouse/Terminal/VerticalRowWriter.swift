import Logging

import enum Domain.NumberFormat

/// Writes one value on each line, with a heading for each row: for rows that are too wide for a table.
struct VerticalRowWriter: RowWriter {
    private let output: any TextOutput
    private let layout: ResultLayout
    private var names: [String] = []
    private var nameWidth = 0
    private var rowCount = 0

    init(output: any TextOutput, layout: ResultLayout) {
        self.output = output
        self.layout = layout
    }

    mutating func begin(columns: [String]) {
        // A long name is cut, so that there is room for the value.
        let greatest = layout.isShortened ? max(8, layout.width / 2) : .max
        names = columns.map { DisplayWidth.truncate(PlainText.escape($0), to: greatest) }
        nameWidth = names.map { DisplayWidth.of($0) }.max() ?? 0
    }

    mutating func write(_ row: [CellValue]) throws(OutputError) {
        rowCount += 1
        let heading = "─── row \(NumberFormat.grouped(rowCount)) "
        var text = heading + String(repeating: "─", count: max(3, min(layout.width, 40) - heading.count)) + "\n"
        for (name, value) in zip(names, row) {
            text += DisplayWidth.pad(name, to: nameWidth) + "  " + shortened(value) + "\n"
        }
        try output.write(text)
    }

    mutating func end() throws(OutputError) {
        try output.write("(\(NumberFormat.count(rowCount, "row", "rows")))\n")
    }

    private func shortened(_ value: CellValue) -> String {
        let text = PlainText.escape(TableRowWriter.cell(value))
        switch value {
        case .text, .blob:
            guard layout.isShortened else { return text }
            let width = max(8, layout.width - nameWidth - 2)
            // The end of a path is more important than its middle.
            let isPath = text.contains("/") && !text.contains(" ")
            return isPath ? PathText.shortened(text, to: width) : DisplayWidth.truncate(text, to: width)
        case .null, .boolean, .integer, .real, .notFinite, .decimal: return text
        }
    }
}
