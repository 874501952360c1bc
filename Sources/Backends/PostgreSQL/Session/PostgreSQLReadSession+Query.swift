import Domain

extension PostgreSQLReadSession {
    /// Runs one statement that only reads; see `WarehouseReader`.
    ///
    /// The server is first asked what the statement is. That runs nothing, so that a statement without rows, such as
    /// COMMIT or COPY, is refused before it takes effect. All others run in a transaction that cannot write.
    func runQuery(
        _ sql: String, header: ([String]) throws -> Void, row: ([QueryValue]) throws -> Void
    ) throws {
        guard let word = QueryText(sql).firstWord else { throw QueryError.empty }
        do {
            try consistently {
                let statement = try connection.describe(sql)
                let mayRead = statement.columns > 0 || Self.reading.contains(word)
                if !mayRead { throw Self.refusal(of: word) }
                if statement.parameters > 0 {
                    throw QueryError.invalid("it has parameters ($1), and there are no values for them")
                }
                // The server refuses one that would write, such as SELECT … INTO.
                let rows = try connection.query(sql, [], format: .text)
                if statement.columns == 0 {
                    while try rows.next() {}
                    throw QueryError.invalid("its rows have no columns, so that there is nothing to print")
                }
                try header(rows.columnNames)
                let columns = rows.columnTypes.map { PostgresType(oid: $0) }
                while try rows.next() { try row(columns.indices.map { Self.value(rows, $0, columns[$0]) }) }
            }
        } catch let error as PostgresError {
            throw queryError(error, sql)
        }
    }

    /// The first words of statements that may read without having columns: `SELECT FROM movies`. One in parentheses has
    /// none.
    private static let reading: Set<String> = ["SELECT", "TABLE", "VALUES", "WITH", ""]

    /// Why a statement without rows is refused.
    private static func refusal(of word: String) -> QueryError {
        let others: Set<String> = [
            "ABORT", "BEGIN", "CALL", "CHECKPOINT", "CLOSE", "COMMIT", "COPY", "DEALLOCATE", "DECLARE", "DISCARD", "DO",
            "END", "LISTEN", "LOAD", "LOCK", "MOVE", "NOTIFY", "PREPARE", "RELEASE", "RESET", "ROLLBACK", "SAVEPOINT",
            "SET", "START", "UNLISTEN",
        ]
        return others.contains(word) ? .unavailable("\(word) is") : .writes
    }

    // MARK: Values

    private static func value(_ rows: PostgresRows, _ column: Int, _ type: PostgresType?) -> QueryValue {
        guard let text = rows.text(column) else { return .null }
        switch type {
        case .bigint, .integer, .smallint: return Int64(text).map { .integer($0) } ?? .text(text)
        case .boolean: return .boolean(text == "t")
        case .numeric: return number(text)
        case .real, .double: return Double(text).map { $0.isFinite ? .real($0) : .notFinite(text) } ?? .text(text)
        default: return .text(text)
        }
    }

    /// A `numeric`, as a double only where its digits are those of the double.
    private static func number(_ text: String) -> QueryValue {
        if let integer = Int64(text) { return .integer(integer) }
        guard let double = Double(text) else { return .text(text) }
        // A numeric may also be greater than every double.
        if !double.isFinite {
            return text.utf8.contains { (0x31...0x39).contains($0) } ? .decimal(text) : .notFinite(text)
        }
        return "\(double)" == text ? .real(double) : .decimal(text)
    }

    // MARK: Errors

    /// The classes of SQLSTATE that are about a statement and the values in it: cardinality, data, statement, program
    /// limits, errors that a function raises, and what cannot run in a transaction.
    private static let classesOfStatements: Set<String> = [
        "0A", "20", "21", "22", "25", "2D", "34", "38", "42", "54", "P0",
    ]

    /// What an error says about a statement that a user wrote; the same error when it is about the server.
    private func queryError(_ error: PostgresError, _ sql: String) -> any Error {
        guard let state = error.sqlState, !error.isConnectionLost, error.problem != .permission,
            Self.classesOfStatements.contains(String(state.prefix(2))) || state == "3F000"
        else { return error }
        if state == "25006" { return QueryError.writes }
        // Only the reader of messages refuses a text without naming a place in it: it found several statements.
        if state == "42601", error.statementPosition == nil,
            error.routine == nil || error.routine == "exec_parse_message"
        {
            return QueryError.severalStatements
        }
        let text = QueryText(sql)
        // Cardinality and data are no matter of the statement's words.
        let isAboutValues = ["20", "21", "22"].contains(state.prefix(2))
        let about = { (words: String) in isAboutValues ? QueryError.wrongValue(words) : QueryError.invalid(words) }
        guard let position = error.statementPosition else { return about(error.words) }
        // `errorMissingRTE` found a table's name before a column's that FROM does not have.
        if let name = text.name(at: position), error.routine != "errorMissingRTE" {
            // If the names cannot be read, the error is reported without a suggestion.
            switch state {
            case "42P01": return QueryError.unknownTable(name, among: (try? relations().map(\.name)) ?? [])
            case "42703": return QueryError.unknownColumn(name, among: (try? columns(meantBy: sql)) ?? [])
            default: break
            }
        }
        let place = text.place(of: position)
        return about("\(error.words), at line \(place.line), character \(place.column)")
    }

    /// The columns of the tables and views that a statement names, or of all when it names none.
    private func columns(meantBy sql: String) throws -> [String] {
        let words = Set(sql.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
        let relations = try relations()
        let named = relations.filter { words.contains($0.name.lowercased()) }
        var seen: Set<String> = []
        return (named.isEmpty ? relations : named).flatMap(\.columns).filter { seen.insert($0).inserted }
    }

    /// The tables and then the views of the schema, with their columns.
    private func relations() throws -> [(name: String, columns: [String])] {
        try consistently {
            let rows = try connection.query(
                """
                SELECT c.relname, a.attname FROM pg_catalog.pg_class AS c
                JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
                ORDER BY c.relkind IN ('v', 'm'), c.relname, a.attnum
                """, [.text(connection.location.schema)])
            var relations: [(name: String, columns: [String])] = []
            while try rows.next() {
                let (name, column) = (rows.text(0) ?? "", rows.text(1) ?? "")
                if relations.last?.name != name { relations.append((name, [])) }
                relations[relations.count - 1].columns.append(column)
            }
            return relations
        }
    }
}
