import Arguments
import Domain

import enum Logging.Redaction

/// The messages of `QueryError`. They are here and not in the core because they use `Suggestion` of the target
/// `Arguments`, which finds the name that a wrong name may mean.
extension QueryError: ReportedError {
    /// What is wrong with the statement.
    public var message: String { Redaction.text(text) }

    private var text: String {
        switch self {
        case .empty: "there is no statement to run"
        case .severalStatements: "there is more than one statement; only one can be run at a time"
        case .writes: "this statement would change something; only a statement that reads can be run"
        case .unknownTable(let name, let names): "no such table or view: \(name)" + Self.suggestion(name, names)
        case .unknownColumn(let name, let names): "no such column: \(name)" + Self.suggestion(name, names)
        case .unavailable(let what): "\(what) not available in a query"
        case .invalid(let words): "the statement cannot be understood: \(words)"
        }
    }

    /// What to do about it.
    public var hint: String {
        switch self {
        case .empty: "Write one SELECT, for example reelhouse query 'SELECT title FROM movies LIMIT 5'."
        case .severalStatements: "Run them one after the other, or join them by UNION ALL."
        case .writes: "Write one SELECT. To change data, make a copy of the warehouse and open that with sqlite3."
        case .unknownTable: "`reelhouse schema` lists all tables and views."
        case .unknownColumn:
            "`reelhouse schema TABLE` lists the columns of a table. A text stands in single quotes: 'text'."
        case .unavailable: "A query reads this warehouse only. To read other files too, open it with sqlite3 or DuckDB."
        case .invalid:
            "Check the SQL syntax (https://sqlite.org/lang_select.html). `reelhouse schema` lists the tables."
        }
    }

    private static func suggestion(_ name: String, _ names: [String]) -> String {
        guard let nearest = Suggestion.nearest(to: name, among: names) else { return "" }
        return "; did you mean \(nearest)?"
    }
}
