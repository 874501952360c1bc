import Logging

/// What went wrong and what to do about it: `error: …`, a blank line, `hint: …`. Passwords are taken out.
struct Report: Equatable {
    /// How bad it is.
    enum Kind: String {
        case error
        case warning
    }

    var kind: Kind = .error
    /// What failed, and where.
    var message: String
    /// What to do next.
    var hint: String?

    /// The report, ending in a newline.
    ///
    /// - Parameter width: columns that lines are broken at, between words; nil where they stay whole.
    func text(_ style: TextStyle, width: Int? = nil) -> String {
        let mark = kind == .error ? style.red("error") : style.yellow("warning")
        var text = "\(mark): \(Self.lines(message, width: width, behind: kind.rawValue.count + 2))\n"
        if let hint { text += "\n\(style.cyan("hint")): \(Self.lines(hint, width: width, behind: 6))\n" }
        return text
    }

    /// Line breaks stay; what else could tell a terminal something does not.
    private static func lines(_ text: String, width: Int?, behind mark: Int) -> String {
        Redaction.text(text).unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .map { number, line in
                let line = PlainText.escape(String(line))
                guard let width else { return line }
                return broken(line, width: width, behind: number == 0 ? mark : 0)
            }.joined(separator: "\n")
    }

    /// A line broken between words. A longer word stays whole, so that it can be copied.
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
