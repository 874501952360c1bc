import Domain
import Schema

/// The lock that makes one process do the nightly batches of a warehouse: an advisory lock of a session of its own, which
/// the server releases when the connection ends (https://www.postgresql.org/docs/current/explicit-locking.html). Through a
/// pooler that gives each transaction another connection it holds no longer than a moment: there the writer's lease alone
/// keeps two batches from writing at the same time.
final class PostgresNightlyLock {
    private let connection: PostgresConnection

    /// Connects to a server, and takes the lock.
    ///
    /// - Throws: `PostgresError`, `NightlyInUse`.
    init(_ location: PostgresLocation) throws {
        connection = try PostgresConnection(location, PostgresOptions(.reading))
        let name = SQLText.literal("reelhouse nightly of \(location.schema)")
        let isFree = try connection.text("SELECT pg_try_advisory_lock(hashtextextended(\(name), 0))::text")
        guard isFree == "true" else { throw NightlyInUse(location: location.description) }
    }
}
