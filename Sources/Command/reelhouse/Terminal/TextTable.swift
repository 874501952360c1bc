import Logging

/// Lays out rows in columns for people. Control characters in cells are escaped, so that a cell cannot break its line.
struct TextTable {
    /// A column.
    struct Column {
        /// The kind of its cells, which says how they are shortened if the width is not enough.
        enum Kind: Equatable {
            /// Text, which is cut at its end.
            case text
            /// A number, which is aligned to the right and never cut.
            case number
            /// A path, which is shortened in the middle so that rows stay different.
            case path
            /// Sentences, which are wrapped.
            case prose
        }

        /// The heading.
        var title: String
        var kind: Kind

        var isNumeric: Bool { kind == .number }

        static func text(_ title: String) -> Column { Column(title: PlainText.escape(title), kind: .text) }
        static func number(_ title: String) -> Column { Column(title: PlainText.escape(title), kind: .number) }
        static func path(_ title: String) -> Column { Column(title: PlainText.escape(title), kind: .path) }
        static func prose(_ title: String) -> Column { Column(title: PlainText.escape(title), kind: .prose) }
    }

    let columns: [Column]
    private(set) var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row. Missing cells are empty; surplus ones are ignored.
    mutating func add(_ cells: [String]) {
        rows.append(columns.indices.map { $0 < cells.count ? PlainText.escape(cells[$0]) : "" })
    }

    /// The table with headings, fitted to a width in columns if there is one. It ends in a line feed.
    func text(width: Int? = nil) -> String {
        let widths = fitted(to: width)
        // Without a width, sentences are not wrapped and may have any length.
        let rule = zip(columns, widths).map { column, columnWidth in
            String(repeating: "─", count: column.kind == .prose ? min(columnWidth, Self.proseRule) : columnWidth)
        }
        let head = [columns.map(\.title), rule].map { line($0, widths: widths) + "\n" }.joined()
        return head + shortened(to: widths).map { lines($0, widths: widths) }.joined()
    }

    /// The table if it fits into a width, and else one cell on each line.
    func readableText(width: Int?) -> String {
        guard let width, leastReadableWidth(ofText: 12) > width, !rows.isEmpty else { return text(width: width) }
        return records(width: width)
    }

    /// The first column alone, for scripts.
    var quietText: String { rows.map { ($0.first ?? "") + "\n" }.joined() }

    /// A row with the given widths of cells, without spaces at its end.
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
    private static let leastProse = 24
    private static let proseRule = 60

    /// The width of each column: that of its widest cell, if all fit. If not, the columns of sentences get a common
    /// greatest width at which all fit; if that is not enough, all columns of text do.
    func fitted(to width: Int?) -> [Int] {
        let widths = naturalWidths
        guard let width else { return widths }
        let room = width - Self.gap.count * (columns.count - 1)
        // Sentences first, since wrapping loses nothing.
        let least = columns.indices.map { columns[$0].kind == .prose ? min(widths[$0], Self.leastProse) : widths[$0] }
        let isProseEnough = least.reduce(0, +) <= room
        func cut(to greatest: Int) -> [Int] {
            columns.indices.map { index in
                switch columns[index].kind {
                case .number: widths[index]
                case .prose: min(widths[index], max(greatest, isProseEnough ? Self.leastProse : 0))
                case .text, .path: isProseEnough ? widths[index] : min(widths[index], greatest)
                }
            }
        }
        var (fits, tooWide) = (Self.leastWidth, (widths.max() ?? 0) + 1)
        while tooWide - fits > 1 {
            let middle = (fits + tooWide) / 2
            if cut(to: middle).reduce(0, +) <= room { fits = middle } else { tooWide = middle }
        }
        return cut(to: fits)
    }

    private var naturalWidths: [Int] {
        columns.indices.map { index in
            rows.reduce(DisplayWidth.of(columns[index].title)) { max($0, DisplayWidth.of($1[index])) }
        }
    }

    /// The width at which no cell is cut.
    var wholeWidth: Int { naturalWidths.reduce(Self.gap.count * (columns.count - 1), +) }

    /// The width below which texts would be too short to be understood.
    func leastReadableWidth(ofText least: Int = 24) -> Int {
        zip(columns, naturalWidths).reduce(Self.gap.count * (columns.count - 1)) { sum, column in
            switch column.0.kind {
            case .number: sum + column.1
            case .text: sum + min(column.1, max(DisplayWidth.of(column.0.title), least))
            case .path, .prose: sum + min(column.1, 2 * least)
            }
        }
    }

    /// The rows, with paths shortened to the widths of their columns.
    private func shortened(to widths: [Int]) -> [[String]] {
        var rows = rows
        for index in columns.indices where isShortenedInTheMiddle(index, width: widths[index]) {
            for (row, path) in PathText.shortened(rows.map { $0[index] }, to: widths[index]).enumerated() {
                rows[row][index] = path
            }
        }
        return rows
    }

    /// Whether a column has paths, or different texts that would look the same after they are cut.
    private func isShortenedInTheMiddle(_ column: Int, width: Int) -> Bool {
        if columns[column].kind == .path { return true }
        guard columns[column].kind == .text else { return false }
        let different = Set(rows.map { $0[column] })
        return Set(different.map { DisplayWidth.truncate($0, to: width) }).count < different.count
    }

    /// A row whose sentences are wrapped, so that it may have several lines.
    private func lines(_ cells: [String], widths: [Int]) -> String {
        let wrapped = columns.indices.map { index in
            columns[index].kind == .prose ? DisplayWidth.wrap(cells[index], to: widths[index]) : [cells[index]]
        }
        let count = wrapped.map(\.count).max() ?? 1
        return (0..<max(1, count)).map { number in
            line(wrapped.map { number < $0.count ? $0[number] : "" }, widths: widths) + "\n"
        }.joined()
    }

    /// One cell on each line after its heading, or below the heading if the width is not enough for both.
    private func records(width: Int) -> String {
        let titleWidth = columns.map { DisplayWidth.of($0.title) }.max() ?? 0
        let paths = shortened(to: columns.map { _ in max(Self.leastWidth, width - Self.gap.count) })
        return paths.map { row in
            zip(columns, row).filter { !$1.isEmpty }.map { column, cell in
                let beside = DisplayWidth.pad(column.title, to: titleWidth) + Self.gap + cell
                if column.isNumeric || DisplayWidth.of(beside) <= width { return beside + "\n" }
                let below = DisplayWidth.wrap(cell, to: width - Self.gap.count).map { Self.gap + $0 + "\n" }
                return column.title + "\n" + below.joined()
            }.joined()
        }.joined(separator: "\n")
    }
}
