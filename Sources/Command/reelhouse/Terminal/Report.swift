import Logging

/// An error or warning as it is printed: `error: …`, then `hint: …` with what to do. Passwords are masked.
struct Report: Equatable {
    /// Whether it is an error or a warning.
    enum Kind: String {
        case error
        case warning
    }

    var kind: Kind = .error
    /// What failed, and where.
    var message: String
    /// What to do next.
    var hint: String?

    /// The text of the report, which ends in a line feed.
    ///
    /// - Parameter width: the width in columns, to which lines are wrapped; nil for no wrapping.
    func text(_ style: TextStyle, width: Int? = nil) -> String {
        let mark = kind == .error ? style.red("error") : style.yellow("warning")
        var text = "\(mark): \(Self.lines(message, width: width, behind: kind.rawValue.count + 2))\n"
        if let hint { text += "\n\(style.cyan("hint")): \(Self.lines(hint, width: width, behind: 6))\n" }
        return text
    }

    /// Escapes control characters but keeps line feeds.
    private static func lines(_ text: String, width: Int?, behind mark: Int) -> String {
        Redaction.text(text).unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .map { number, line in
                let line = PlainText.escape(String(line))
                guard let width else { return line }
                return broken(line, width: width, behind: number == 0 ? mark : 0)
            }.joined(separator: "\n")
    }

    /// Wraps a line between words. A longer word is not broken, so that it can be copied.
    private static func broken(_ line: String, width: Int, behind mark: Int) -> String {
        var text = ""
        var columns = mark
        for word in line.split(separator: " ", omittingEmptySubsequences: false) {
            let needed = DisplayWidth.of(word)
            if !text.isEmpty {
                let isBroken = columns + 1 + needed > width
                text += isBroken ? "\n" : " "
                columns = isBroken ? 0 : columns + 1
            }
            text += word
            columns += needed
        }
        return text
    }
}
