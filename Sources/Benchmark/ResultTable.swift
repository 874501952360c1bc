/// A table of text. The first column is aligned to the left, the others to the right.
struct ResultTable {
    private var rows: [[String]]

    init(_ head: String...) { rows = [head] }

    mutating func add(_ cells: String...) { rows.append(cells) }

    /// The lines of the table.
    var text: String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + space : space + cell
            }
            return "  " + cells.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

extension Double {
    /// A number with this many digits after the point.
    func fixed(_ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let whole = Int((self * scale).rounded())
        if digits == 0 { return whole.grouped }
        let text = String(whole)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return "\(padded.dropLast(digits)).\(padded.suffix(digits))"
    }
}

extension Int {
    /// A number with a comma before each group of three digits.
    var grouped: String {
        var text = ""
        for (index, digit) in String(self).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
