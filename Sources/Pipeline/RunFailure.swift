import Logging

/// Why a run failed, as its row of `load_run` says it.
enum RunFailure {
    /// More is no help, and a message may hold a line of input.
    private static let mostCharacters = 1000

    /// An error in words for a person: without passwords, on one line.
    static func words(_ error: any Error) -> String {
        let text = PlainText.escape(Redaction.text("\(error)"))
        return text.count <= mostCharacters ? text : text.prefix(mostCharacters) + "…"
    }
}
