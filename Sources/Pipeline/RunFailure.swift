import Logging

/// The text of `load_run.error`.
enum RunFailure {
    /// Longer messages are cut: an error may quote a whole line of input.
    private static let mostCharacters = 1000

    /// The message of an error on one line, without passwords.
    static func message(_ error: any Error) -> String {
        let text = PlainText.escape(Redaction.text("\(error)"))
        return text.count <= mostCharacters ? text : text.prefix(mostCharacters) + "…"
    }
}
