import CSQLite
import Domain

extension SQLiteReadSession {
    /// Compiles one statement that only reads.
    ///
    /// - Throws: `QueryError`, `SQLiteError`.
    func prepareQuery(_ sql: String) throws -> Statement {
        let word = Self.firstWord(of: sql)
        if word == "ATTACH" || word == "DETACH" { throw QueryError.unavailable("\(word) is") }
        let statement: Statement
        do {
            statement = try connection.prepareOnly(sql)
        } catch let error as SQLiteError {
            throw queryError(error, sql) ?? error
        }
        guard statement.isReadOnly else { throw QueryError.writes }
        return statement
    }

    /// The first word of a statement in upper case, after white space and comments.
    private static func firstWord(of sql: String) -> String {
        var rest = sql[...]
        while true {
            rest = rest.drop { $0.isWhitespace || $0 == ";" }
            if rest.hasPrefix("--") {
                rest = rest.drop { !$0.isNewline }
            } else if rest.hasPrefix("/*"), let end = rest.dropFirst(2).firstRange(of: "*/") {
                rest = rest[end.upperBound...]
            } else {
                return rest.prefix { $0.isLetter }.uppercased()
            }
        }
    }

    /// Translates an error of running a statement to a `QueryError`; returns the same error when it is about the
    /// database.
    func runError(_ error: SQLiteError) -> any Error {
        // SQLite's message when `load_extension` is called.
        error.primaryCode == SQLITE_ERROR && error.words == "not authorized"
            ? QueryError.unavailable("extensions are") : error
    }

    /// Translates an error of compiling a statement to a `QueryError`; nil when it is about the database.
    private func queryError(_ error: SQLiteError, _ sql: String) -> (any Error)? {
        if error.code == SQLITE_MISUSE { return QueryError.empty }
        // A read-only connection refuses to compile some writing statements.
        if error.primaryCode == SQLITE_READONLY { return QueryError.writes }
        guard error.primaryCode == SQLITE_ERROR else { return nil }
        if let name = Self.name(in: error.words, after: "no such table: ") {
            // If the names cannot be read, the error is reported without a suggestion.
            return QueryError.unknownTable(name, among: (try? relations().map(\.name)) ?? [])
        }
        if let name = Self.name(in: error.words, after: "no such column: ") {
            return QueryError.unknownColumn(name, among: (try? columns(meantBy: sql)) ?? [])
        }
        return QueryError.invalid(error.words)
    }

    /// The name at the end of SQLite's message, without its qualifiers.
    private static func name(in message: String, after start: String) -> String? {
        guard message.hasPrefix(start) else { return nil }
        return message.dropFirst(start.count).split(separator: ".").last.map(String.init)
    }

    /// The columns of the tables and views that a statement names, or of all when it names none.
    private func columns(meantBy sql: String) throws -> [String] {
        let words = Set(
            sql.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
        let relations = try relations()
        let named = relations.filter { words.contains($0.name.lowercased()) }
        var seen: Set<String> = []
        return (named.isEmpty ? relations : named).flatMap(\.columns).filter { seen.insert($0).inserted }
    }

    /// The existing tables and then the views, with their columns.
    private func relations() throws -> [(name: String, columns: [String])] {
        let statement = try connection.prepare(
            """
            SELECT s.name, c.name FROM sqlite_schema AS s, pragma_table_info(s.name) AS c
            WHERE s.type IN ('table', 'view') AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            ORDER BY s.type, s.name, c.cid
            """)
        var relations: [(name: String, columns: [String])] = []
        while try statement.step() {
            let (name, column) = (statement.text(0) ?? "", statement.text(1) ?? "")
            if relations.last?.name == name {
                relations[relations.count - 1].columns.append(column)
            } else {
                relations.append((name, [column]))
            }
        }
        return relations
    }
}
