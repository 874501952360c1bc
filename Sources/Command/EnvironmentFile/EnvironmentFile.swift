/// The variables of a `.env` file.
///
///     let file = try EnvironmentFile(parsing: Array("A=1\nexport B='two words'  # a note\n".utf8))
///     file.variables.map(\.name)      // ["A", "B"]
///     file.variables[1].value         // "two words"
///     file.variables[1].line          // 2
///
/// **The grammar.** The text is UTF-8; a byte order mark at its start is skipped. Lines end with LF or CR LF.
///
/// * A blank line, and one whose first character is `#`, means nothing.
/// * `NAME=VALUE` sets a variable. A name consists of ASCII letters, digits and underscores, and does not begin with a
///   digit. `export` and white space may come before it, and spaces and tabs around `=`.
/// * `NAME=` sets an empty value.
/// * `NAME` alone sets nothing: the variable is what the environment says. (Docker reads such a line in the same way.)
/// * A value without quotes ends at the end of its line, or before a `#` that white space comes before. White space around
///   it is no part of it. Everything else stands for itself, backslashes and quotes too.
/// * A value in single quotes ends at the next single quote, on this line or a later one. Everything in it stands for
///   itself.
/// * A value in double quotes ends at the next double quote, on this line or a later one. In it `\n`, `\r` and `\t` are a
///   line feed, a carriage return and a tab; `\\`, `\"`, `\$` and a backslash with a grave accent stand for their second
///   character; any other backslash stands for itself.
/// * After a closing quote there may be white space, and after that a comment.
/// * Nothing is replaced: `$NAME` and `${NAME}` stand for themselves.
/// * Of several lines with one name the last one counts.
public struct EnvironmentFile: Sendable, Equatable {
    /// A variable that a line sets.
    public struct Variable: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The value; it may be empty.
        public var value: String
        /// The number of the line that the name is in, from 1.
        public var line: Int
        /// Whether a shell or Docker Compose would replace a part of the value, such as `${HOME}`.
        public var looksReplaced: Bool

        /// A variable.
        public init(name: String, value: String, line: Int, looksReplaced: Bool = false) {
            self.name = name
            self.value = value
            self.line = line
            self.looksReplaced = looksReplaced
        }
    }

    /// The variables in the order of their lines, each name once.
    public let variables: [Variable]

    /// Parses the content of a file.
    ///
    /// - Throws: ``EnvironmentFileFault`` for the first line that is wrong.
    public init(parsing bytes: [UInt8]) throws(EnvironmentFileFault) {
        var parser = try EnvironmentFileParser(bytes)
        var variables: [Variable] = []
        while let variable = try parser.next() {
            variables.removeAll { $0.name == variable.name }
            variables.append(variable)
        }
        self.variables = variables
    }
}
