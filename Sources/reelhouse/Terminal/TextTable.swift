import Logging

/// Rows in columns for people to read. Whatever a cell holds stays in its line and tells the terminal nothing.
struct TextTable {
    /// A column.
    struct Column {
        /// The heading.
        var title: String
        /// Numbers stand to the right and are never cut.
        var isNumeric: Bool

        static func text(_ title: String) -> Column { Column(title: PlainText.escape(title), isNumeric: false) }
        static func number(_ title: String) -> Column { Column(title: PlainText.escape(title), isNumeric: true) }
    }

    let columns: [Column]
    private(set) var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row; cells that are missing are empty, those too many are left out.
    mutating func add(_ cells: [String]) {
        rows.append(columns.indices.map { $0 < cells.count ? PlainText.escape(cells[$0]) : "" })
    }

    /// The table with headings, cut to a width in columns if one is given; ends in a newline.
    func text(width: Int? = nil) -> String {
        let widths = fitted(to: width)
        let rule = widths.map { String(repeating: "─", count: $0) }
        return ([columns.map(\.title), rule] + rows).map { line($0, widths: widths) + "\n" }.joined()
    }

    /// The first column alone, for scripts.
    var quietText: String { rows.map { ($0.first ?? "") + "\n" }.joined() }

    /// A row whose cells have widths; no spaces at its end.
    func line(_ cells: [String], widths: [Int]) -> String {
        let cells = columns.indices.map { index in
            let cell = columns[index].isNumeric ? cells[index] : DisplayWidth.truncate(cells[index], to: widths[index])
            return DisplayWidth.pad(cell, to: widths[index], isTrailing: columns[index].isNumeric)
        }
        let line = cells.joined(separator: Self.gap)
        return String(line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)])
    }

    private static let gap = "  "
    private static let leastWidth = 4

    /// The width of each column: that of its widest cell, columns of text cut to one greatest width at which all fit.
    func fitted(to width: Int?) -> [Int] {
        let widths = columns.indices.map { index in
            rows.reduce(DisplayWidth.of(columns[index].title)) { max($0, DisplayWidth.of($1[index])) }
        }
        guard let width else { return widths }
        let room = width - Self.gap.count * (columns.count - 1)
        func cut(to greatest: Int) -> [Int] {
            columns.indices.map { columns[$0].isNumeric ? widths[$0] : min(widths[$0], greatest) }
        }
        var (fits, tooWide) = (Self.leastWidth, (widths.max() ?? 0) + 1)
        while tooWide - fits > 1 {
            let middle = (fits + tooWide) / 2
            if cut(to: middle).reduce(0, +) <= room { fits = middle } else { tooWide = middle }
        }
        return cut(to: fits)
    }
}
