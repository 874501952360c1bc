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
    func text(_ style: TextStyle) -> String {
        let mark = kind == .error ? style.red("error") : style.yellow("warning")
        var text = "\(mark): \(Self.lines(message))\n"
        if let hint { text += "\n\(style.cyan("hint")): \(Self.lines(hint))\n" }
        return text
    }

    /// Line breaks stay; what else could tell a terminal something does not.
    private static func lines(_ text: String) -> String {
        Redaction.text(text).unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map { PlainText.escape(String($0)) }.joined(separator: "\n")
    }
}
