/// Emphasises text on a terminal. The text alone says the same.
struct TextStyle: Sendable, Equatable {
    /// Whether escape sequences are written.
    let isStyled: Bool

    init(isStyled: Bool) { self.isStyled = isStyled }

    /// Emphasises on a terminal, unless it is `dumb` or `NO_COLOR` is set and not empty (no-color.org).
    init(isTerminal: Bool, environment: [String: String]) {
        isStyled = isTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }

    func bold(_ text: String) -> String { styled("1", text) }
    func red(_ text: String) -> String { styled("1;31", text) }
    func yellow(_ text: String) -> String { styled("1;33", text) }
    func green(_ text: String) -> String { styled("32", text) }
    func cyan(_ text: String) -> String { styled("1;36", text) }

    private func styled(_ code: String, _ text: String) -> String {
        isStyled ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
