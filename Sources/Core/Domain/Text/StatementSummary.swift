/// SQL statements in error messages.
public enum StatementSummary {
    /// The longest part of a statement that is shown, in characters.
    private static let mostCharacters = 60

    private static let verbs: Set<String> = [
        "ALTER", "ANALYZE", "ATTACH", "BEGIN", "COMMIT", "COPY", "CREATE", "DELETE", "DETACH", "DROP", "END",
        "EXPLAIN", "INSERT", "LOCK", "MERGE", "PRAGMA", "REINDEX", "RELEASE", "REPLACE", "ROLLBACK", "SAVEPOINT",
        "SELECT", "SET", "TRUNCATE", "UPDATE", "VACUUM", "VALUES", "WITH",
    ]

    /// Words that say what was being done, to follow "while". An SQL statement is cut before its first bracket; any
    /// other text is returned as it is.
    ///
    /// ```
    /// activity("INSERT INTO main.users (user_id) VALUES (1)") == "running INSERT INTO main.users …"
    /// activity("opening it") == "opening it"
    /// ```
    public static func activity(_ statement: String) -> String {
        let words = statement.split(whereSeparator: \.isWhitespace)
        guard let first = words.first, verbs.contains(first.prefix { $0.isLetter }.uppercased()) else {
            return words.joined(separator: " ")
        }
        var shown = String(first.prefix(mostCharacters))
        var isWhole = shown.count == first.count
        for word in words.dropFirst() {
            guard isWhole, !word.hasPrefix("("), shown.count + 1 + word.count <= mostCharacters else {
                isWhole = false
                break
            }
            shown += " " + word
        }
        return "running " + shown + (isWhole ? "" : " …")
    }
}
