/// What holds in one transaction, and nowhere else: a pooler may give the next one another server process, and what a
/// role or database sets (a time zone, a row security that hides rows) is to change nothing here.
public struct TransactionSettings: Sendable {
    /// Whether it only reads, all of it as of one moment.
    public var isSnapshot = false
    /// How long a statement waits for a lock; nil for ever.
    public var lockTimeout: Duration?
    /// How long a statement may take; nil for what the role's setting says.
    public var statementTimeout: Duration?
    /// The memory that a sort or a hash table of the server may use, such as `64MB`; nil for what the role's setting says.
    public var workMemory: String?
    /// Where names without a schema are looked up; nil for what the role's setting says.
    public var schema: String?

    /// Reads and writes, with what the role's settings say about time.
    public init() {}

    /// What begins the transaction, in one round trip.
    var sql: String {
        var statements = [
            isSnapshot ? "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY" : "BEGIN ISOLATION LEVEL READ COMMITTED"
        ]
        var settings = [
            // Rows that a policy hides would be missing from every sum: an error instead.
            "row_security": "off",
            "TimeZone": "UTC", "DateStyle": "ISO", "IntervalStyle": "postgres", "extra_float_digits": "1",
            "bytea_output": "hex", "standard_conforming_strings": "on",
            // The server notices soon that this program has vanished, and gives its locks back.
            "tcp_keepalives_idle": "15", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3",
            "tcp_user_timeout": "30000",
        ]
        if let lockTimeout { settings["lock_timeout"] = String(max(lockTimeout.inMilliseconds, 1)) }
        if let statementTimeout { settings["statement_timeout"] = String(max(statementTimeout.inMilliseconds, 1)) }
        if let workMemory { settings["work_mem"] = workMemory }
        statements += settings.sorted { $0.key < $1.key }.map { "SET LOCAL \($0.key) = '\($0.value)'" }
        if let schema { statements.append("SET LOCAL search_path = \(PostgresLocation.quoted(schema)), pg_temp") }
        return statements.joined(separator: "; ")
    }
}
