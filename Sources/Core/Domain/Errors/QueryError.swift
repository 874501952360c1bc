/// Why a statement that a person wrote cannot be run.
public enum QueryError: Error, Equatable, Sendable {
    /// There is no statement in the text.
    case empty
    /// There is more than one.
    case severalStatements
    /// It would change something.
    case writes
    /// It names a table or view that is not there; the names that are.
    case unknownTable(String, among: [String])
    /// It names a column that is not there; the names of the columns that it might mean.
    case unknownColumn(String, among: [String])
    /// It asks for more than this warehouse; what that is, with its verb: "ATTACH is".
    case unavailable(String)
    /// The database does not understand it, in the database's words.
    case invalid(String)
}
