/// Finds out whether a pooler refuses transactions, since it gives each statement another server process
/// (`pool_mode = statement` of PgBouncer, https://www.pgbouncer.org/config.html#pool_mode).
///
/// Such a pooler ends the connection at BEGIN with the SQLSTATE 08P01. It gives that code for most of its errors, also
/// for a server that it lost. So BEGIN is tried again on new connections on which another statement was answered.
enum StatementPooling {
    private static let sqlState = "08P01"
    /// How often BEGIN has to end a connection that was good before.
    private static let tries = 3

    /// The error to throw for one that BEGIN gave: that of a pooler that refuses transactions, or the same.
    ///
    /// - Parameters:
    ///   - error: what BEGIN gave.
    ///   - location: that of the connection.
    ///   - options: those of the connection.
    static func explained(
        _ error: PostgresError, _ location: PostgresLocation, _ options: PostgresOptions
    ) -> PostgresError {
        guard isRefusal(error), isCertain(location, options) else { return error }
        var refusal = PostgresError(
            .unsupported,
            "a pooler gives each statement another connection to the server (pool_mode = statement of PgBouncer), and "
                + "reelhouse needs transactions", activity: "beginning a transaction", place: error.place)
        refusal.isConnectionLost = true
        refusal.ownHint =
            "Set pool_mode = transaction (or session) for this database or user in the pooler's configuration, or name "
            + "the server itself instead of the pooler."
        return refusal
    }

    private static func isRefusal(_ error: PostgresError) -> Bool {
        error.sqlState == sqlState && error.isConnectionLost
    }

    private static func isCertain(_ location: PostgresLocation, _ options: PostgresOptions) -> Bool {
        var options = options
        options.deadlines.connectInAll = .seconds(5)
        for _ in 0..<tries {
            do throws(PostgresError) {
                let connection = try PostgresConnection(location, options)
                try connection.execute("SELECT 1")
                do throws(PostgresError) { try connection.execute("BEGIN") } catch {
                    guard isRefusal(error) else { return false }
                    continue
                }
                return false
            } catch { return false }
        }
        return true
    }
}
