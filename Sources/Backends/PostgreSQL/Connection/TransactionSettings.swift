/// The settings of one transaction. They are set in each transaction, because a pooler may run the next one on another
/// server process, and because settings of the role or the database, such as the time zone, must not change results.
public struct TransactionSettings: Sendable {
    /// Whether the transaction only reads, and sees the state of one moment.
    public var isSnapshot = false
    /// How long a statement waits for a lock; nil for no limit.
    public var lockTimeout: Duration?
    /// How long a statement may take; zero for no limit, nil for the role's setting.
    public var statementTimeout: Duration?
    /// The memory that a sort or a hash table of the server may use, such as `64MB`; nil for the role's setting.
    public var workMemory: String?
    /// Whether the server may compile a statement before it runs it; nil for the role's setting. For a short statement
    /// whose cost is overestimated, that takes longer than the statement itself.
    public var compilesStatements: Bool?
    /// The schema of names without a qualifier; nil for the role's setting.
    public var schema: String?

    /// A transaction that writes, with the role's limits on time.
    public init() {}

    /// The statements that begin the transaction, in one round trip.
    ///
    /// - Parameter version: the server's, 150014 for 15.14.
    func sql(on version: Int) -> String {
        var statements = [
            isSnapshot ? "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY" : "BEGIN ISOLATION LEVEL READ COMMITTED"
        ]
        var settings = [
            // An error instead of results without the rows that a policy hides.
            "row_security": "off",
            "TimeZone": "UTC", "DateStyle": "ISO", "IntervalStyle": "postgres", "extra_float_digits": "1",
            "bytea_output": "hex", "standard_conforming_strings": "on",
            // The server notices within half a minute that the client has vanished, and releases its locks.
            "tcp_keepalives_idle": "15", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3",
        ]
        // With this one the server would also end the connection of a reader that takes no rows for so long, as a pager
        // does (https://www.rfc-editor.org/rfc/rfc5482; tcp(7), TCP_USER_TIMEOUT).
        if !isSnapshot { settings["tcp_user_timeout"] = "30000" }
        if let lockTimeout { settings["lock_timeout"] = String(max(lockTimeout.inMilliseconds, 1)) }
        if let statementTimeout {
            settings["statement_timeout"] =
                statementTimeout == .zero ? "0" : String(max(statementTimeout.inMilliseconds, 1))
        }
        if let workMemory { settings["work_mem"] = workMemory }
        if let compilesStatements { settings["jit"] = compilesStatements ? "on" : "off" }
        statements += settings.sorted { $0.key < $1.key }.map { "SET LOCAL \($0.key) = '\($0.value)'" }
        // Without it, a statement that waits for a lock would keep its own locks after the client has vanished. The setting
        // exists since version 14, and servers on some other systems refuse it.
        if !isSnapshot, version >= 140_000 {
            statements.append(
                "SELECT set_config('client_connection_check_interval', '5s', true) WHERE version() LIKE '%linux%'")
        }
        if let schema { statements.append("SET LOCAL search_path = \(PostgresLocation.quoted(schema)), pg_temp") }
        return statements.joined(separator: "; ")
    }
}
