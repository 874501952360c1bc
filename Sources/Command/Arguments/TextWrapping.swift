/// Wraps text to a width in columns. A word that is longer than a line gets its own line.
enum TextWrapping {
    /// Wraps one paragraph. Lines after the first may be indented further.
    static func wrap(_ text: String, width: Int, indent: Int = 0, hangingIndent: Int? = nil) -> String {
        let hangingIndent = hangingIndent ?? indent
        var lines: [String] = []
        var line = String(repeating: " ", count: indent)
        var isEmpty = true
        for word in text.split(whereSeparator: \.isWhitespace) {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(repeating: " ", count: hangingIndent)
                isEmpty = true
            }
            line += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        return (lines + [line]).joined(separator: "\n")
    }

    /// Wraps paragraphs divided by blank lines. Lines that begin with white space are not wrapped.
    static func wrapParagraphs(_ text: String, width: Int) -> String {
        paragraphs(text).map { paragraph in
            paragraph.map { block in block.isVerbatim ? block.text : wrap(block.text, width: width) }
                .joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    /// A part of a text: lines that are wrapped together, or a line that is kept.
    struct Block: Equatable {
        var text: String
        var isVerbatim: Bool
    }

    /// The paragraphs of a text, each as its blocks.
    static func paragraphs(_ text: String) -> [[Block]] {
        var result: [[Block]] = [[]]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.allSatisfy(\.isWhitespace) {
                result.append([])
            } else if line.first?.isWhitespace == true {
                result[result.count - 1].append(Block(text: String(line), isVerbatim: true))
            } else if let last = result[result.count - 1].last, !last.isVerbatim {
                let end = result[result.count - 1].count - 1
                result[result.count - 1][end].text += " " + line
            } else {
                result[result.count - 1].append(Block(text: String(line), isVerbatim: false))
            }
        }
        return result.filter { !$0.isEmpty }
    }

    /// The column that texts of a list begin in: beside the widest term that is not too wide.
    static func column(for entries: [(term: String, text: String)], width: Int) -> Int {
        let widest = widestTerm(width: width)
        return 2 + (entries.map(\.term.count).filter { $0 <= widest }.max() ?? 8) + 2
    }

    private static func widestTerm(width: Int) -> Int { max(12, min(30, width / 3)) }

    /// Terms with their texts beside them in one column; a term that is too wide has its text below.
    static func list(_ entries: [(term: String, text: String)], width: Int, column: Int? = nil) -> String {
        let column = column ?? Self.column(for: entries, width: width)
        return entries.map { entry in
            let text = wrap(entry.text, width: max(width, column + 20), indent: column)
            guard entry.term.count <= column - 4 else { return "  \(entry.term)\n\(text)" }
            let padding = String(repeating: " ", count: column - 2 - entry.term.count)
            return "  " + entry.term + padding + text.dropFirst(column)
        }.joined(separator: "\n")
    }
}
