import Arguments
import Domain

import enum Logging.Redaction

/// A query that cannot be run, with what the database that it was meant for says of its own SQL. Names that are
/// suggested for a wrong one are found as those of options are, so this is here and not in the core.
struct QueryFault: ReportedError {
    /// What is wrong.
    let error: QueryError
    /// Where the database's SQL is documented, and what else can be done.
    let help: QueryHelp

    /// What is wrong with the statement.
    var message: String { Redaction.text(text) }

    private var text: String {
        switch error {
        case .empty: "there is no statement to run"
        case .severalStatements: "there is more than one statement; only one can be run at a time"
        case .writes: "this statement would change something; only a statement that reads can be run"
        case .unknownTable(let name, let names): "no such table or view: \(name)" + Self.suggestion(name, names)
        case .unknownColumn(let name, let names): "no such column: \(name)" + Self.suggestion(name, names)
        case .unavailable(let what): "\(what) not available in a query"
        case .wrongValue(let words), .invalid(let words): "the statement cannot be run: \(words)"
        }
    }

    /// What to do about it.
    var hint: String {
        switch error {
        case .empty: "Write one SELECT, for example reelhouse query 'SELECT title FROM movies LIMIT 5'."
        case .severalStatements: "Run them one after the other, or join them by UNION ALL."
        case .writes: "Write one SELECT. \(help.changes)"
        case .unknownTable: "`reelhouse schema` lists all tables and views."
        case .unknownColumn:
            "`reelhouse schema TABLE` lists the columns of a table. A text stands in single quotes: 'text'."
        case .unavailable: "A query reads this warehouse only. \(help.otherData)"
        case .wrongValue:
            "The statement can be read, and a value in it or in a row is wrong: look at what the message names."
        case .invalid:
            "Check the SQL syntax (\(help.syntax)). `reelhouse schema` lists the tables."
        }
    }

    private static func suggestion(_ name: String, _ names: [String]) -> String {
        guard let nearest = Suggestion.nearest(to: name, among: names) else { return "" }
        return "; did you mean \(nearest)?"
    }
}
