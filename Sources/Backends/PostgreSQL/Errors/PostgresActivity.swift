/// What a connection is doing, for its errors. Words about a statement are made only when an error needs them.
///
///     PostgresActivity.running("SELECT 1").text  // running SELECT 1
enum PostgresActivity: ExpressibleByStringInterpolation, Sendable {
    /// Something that has a name: "committing".
    case named(String)
    /// Running a statement.
    case running(String)

    /// Making a connection.
    static let connecting: PostgresActivity = "connecting"

    init(stringLiteral name: String) { self = .named(name) }

    /// The activity as a part of a sentence, on one line and without passwords.
    var text: String {
        switch self {
        case .named(let name): name
        case .running(let sql): "running " + PostgresError.oneLine(sql, limit: 80)
        }
    }
}
