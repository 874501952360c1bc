/// Why the SQL text of `reelhouse query` cannot be run.
public enum QueryError: Error, Equatable, Sendable {
    /// The text contains no statement.
    case empty
    /// The text contains more than one statement.
    case severalStatements
    /// The statement would change the database.
    case writes
    /// The statement names a table or view that does not exist; `among` has the names of those that do.
    case unknownTable(String, among: [String])
    /// The statement names a column that does not exist; `among` has the names of the columns that it may mean.
    case unknownColumn(String, among: [String])
    /// The statement uses a feature that `query` does not allow. The value names it with its verb: "ATTACH is".
    case unavailable(String)
    /// The statement was run until the database met a value that it cannot compute with, such as a division by zero; the
    /// value is the database's own message.
    case wrongValue(String)
    /// The database cannot parse or run the statement; the value is the database's own message.
    case invalid(String)
}
