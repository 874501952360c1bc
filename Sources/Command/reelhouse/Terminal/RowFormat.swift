/// The format of the rows of a query.
enum RowFormat: String, Sendable, CaseIterable {
    case table
    case vertical
    case csv
    case json
    case ndjson
    case markdown

    /// Creates a writer for the format.
    func writer(to output: any TextOutput, layout: ResultLayout) -> any RowWriter {
        switch self {
        case .table: TableRowWriter(output: output, layout: layout)
        case .vertical: VerticalRowWriter(output: output, layout: layout)
        case .csv: CSVRowWriter(output: output)
        case .json: JSONRowWriter(output: output)
        case .ndjson: NDJSONRowWriter(output: output)
        case .markdown: MarkdownRowWriter(output: output)
        }
    }
}

/// The width of a result for people.
struct ResultLayout: Sendable, Equatable {
    /// The width of a line in columns.
    var width: Int
    /// Whether long texts are shortened to fit. Numbers are never shortened.
    var isShortened: Bool

    /// The width that lines are shortened to; nil if they are not.
    var shortenedWidth: Int? { isShortened ? width : nil }
}

/// Writes a table if the width is enough for the first rows, and else one value on each line.
struct AutomaticRowWriter: RowWriter {
    private let output: any TextOutput
    private let layout: ResultLayout
    private var names: [String] = []
    private var sample: [[CellValue]] = []
    private var chosen: (any RowWriter)?

    init(output: any TextOutput, layout: ResultLayout) {
        self.output = output
        self.layout = layout
    }

    mutating func begin(columns: [String]) { names = columns }

    mutating func write(_ row: [CellValue]) throws(OutputError) {
        if chosen != nil {
            try chosen?.write(row)
        } else {
            sample.append(row)
            if sample.count == TableRowWriter.sampleSize { try choose() }
        }
    }

    mutating func end() throws(OutputError) {
        if chosen == nil { try choose() }
        try chosen?.end()
    }

    private mutating func choose() throws(OutputError) {
        let table = TableRowWriter.table(names, sample)
        let least = layout.isShortened ? table.leastReadableWidth() : table.wholeWidth
        let format = sample.isEmpty || least <= layout.width ? RowFormat.table : .vertical
        var writer = format.writer(to: output, layout: layout)
        try writer.begin(columns: names)
        for row in sample { try writer.write(row) }
        sample = []
        chosen = writer
    }
}
