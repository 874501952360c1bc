/// The statements by which one loader at a time writes to a schema, also through a pooler that gives each transaction
/// another server process.
///
/// Two things hold a writer's place. Within a transaction it is an advisory lock, which ends with the transaction and so
/// with the connection. Between transactions it is the lease, the row of `load_lease`: it says who loads and when that
/// was last renewed, and has a number, the fence, that each taker raises. A loader that was stopped and overtaken finds
/// another fence than its own and ends without effect.
///
/// A loader's way, each step a transaction, with `:fence` the number that `take` gave:
/// ```
/// BEGIN; tryLock → true; take → fence; COMMIT            // false or no row: holder says who loads; exit status 4
/// BEGIN; lock; check(:fence) → a row; …rows…; renew(:fence) → a row; COMMIT       // no row: overtaken
/// BEGIN; lock; keep(:fence) → a row; COMMIT              // every `renewalSeconds` while there is nothing to commit
/// BEGIN; endWaitingProcess; lock; settle → fence, commits; ROLLBACK    // on a new connection
/// BEGIN; lock; release(:fence); COMMIT
/// ```
/// After a lost connection `settle` waits, by `lock`, until the old transaction has ended; it was committed if `commits`
/// is one more than when it began. Locking comes before all else in a transaction, so that later
/// statements see what the former holder committed (READ COMMITTED).
public struct WriterLease: Sendable {
    /// How long a lease stands without being renewed, where the holder may still be there.
    public static let seconds = 60
    /// How often a lease is to be renewed.
    public static let renewalSeconds = 15

    private let table: String
    private let key: String

    /// The lease of a schema.
    ///
    /// - Parameters:
    ///   - schema: the schema's name as it is.
    ///   - quoted: the same as it stands in SQL, in double quotes.
    public init(schema: String, quoted: String) {
        table = "\(quoted).load_lease"
        // Of the name, not of a table's number: it has to hold before there is a table.
        key = "hashtextextended(\(SQLText.literal("reelhouse writer of \(schema)")), 0)"
    }

    /// Waits for the writer's lock, as long as `lock_timeout` says; held to the end of the transaction.
    public var lock: String { "SELECT pg_advisory_xact_lock(\(key))" }

    /// Gives whether the writer's lock could be had at once; then it is held to the end of the transaction.
    public var tryLock: String { "SELECT pg_try_advisory_xact_lock(\(key))" }

    /// Gives the server process that holds the lock now: pid, client address, application name and the seconds since its
    /// transaction began (null where the role may not see them), or no row.
    public var lockHolder: String {
        """
        SELECT a.pid, host(a.client_addr), a.application_name,
            extract(epoch FROM clock_timestamp() - a.xact_start)::double precision
        FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
        AND (l.classid::bigint << 32) | l.objid::bigint = \(key)
        """
    }

    /// Takes the lease if it is free, and gives the new fence; no row where another loader has it.
    ///
    /// It is free when it was given back, when it was not renewed for `seconds`, or when its holder's server process has
    /// gone. (That says nothing where a pooler is between: it ends and begins processes as it likes. A connection is
    /// through one where libpq's `PQbackendPID` is not `pg_backend_pid()`.)
    ///
    /// - Parameters:
    ///   - isPooled: whether this connection is through a pooler.
    ///   - formerNames: the application names of former connections of this program, whose lease is its own.
    public func take(isPooled: Bool, formerNames: [String] = []) -> String {
        let own = formerNames.map { SQLText.literal($0) }.joined(separator: ", ")
        let isOwn = own.isEmpty ? "" : "\nOR application_name IN (\(own))"
        return """
            UPDATE \(table) SET fence = fence + 1, is_held = true, pid = pg_backend_pid(), is_pooled = \(isPooled),
                client_address = inet_client_addr(), application_name = current_setting('application_name'),
                taken_at = clock_timestamp(), renewed_at = clock_timestamp()
            WHERE NOT is_held OR renewed_at < clock_timestamp() - interval '\(WriterLease.seconds) seconds'
            OR NOT is_pooled AND (pid = pg_backend_pid()
                OR NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity AS a WHERE a.pid = load_lease.pid))\(isOwn)
            RETURNING fence
            """
    }

    /// Makes the lease's row anew, free, if somebody has deleted it. Its fence is the time in milliseconds, which is
    /// greater than those that were counted up before.
    public var restore: String {
        """
        INSERT INTO \(table) (fence, is_held)
        SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint, false WHERE NOT EXISTS (SELECT 1 FROM \(table))
        """
    }

    /// Gives who has the lease: pid, client address, application name, the seconds since it was taken and since it was
    /// renewed, and whether it is through a pooler. No row where nobody has it.
    public var holder: String {
        """
        SELECT pid, host(client_address), application_name,
            extract(epoch FROM clock_timestamp() - taken_at)::double precision,
            extract(epoch FROM clock_timestamp() - renewed_at)::double precision, is_pooled
        FROM \(table) WHERE is_held
        """
    }

    /// Locks the lease to the end of the transaction, and gives how many transactions were committed under any fence; no
    /// row where another loader has taken it since.
    public func check(fence: Int64) -> String {
        "SELECT commits FROM \(table) WHERE fence = \(fence) AND is_held FOR UPDATE"
    }

    /// Renews the lease and counts the transaction; the last statement before COMMIT. No row: overtaken.
    public func renew(fence: Int64) -> String {
        """
        UPDATE \(table) SET renewed_at = clock_timestamp(), pid = pg_backend_pid(),
            client_address = inet_client_addr(), commits = commits + 1
        WHERE fence = \(fence) AND is_held RETURNING commits
        """
    }

    /// Renews the lease without counting; no row: overtaken.
    public func keep(fence: Int64) -> String {
        """
        UPDATE \(table) SET renewed_at = clock_timestamp(), pid = pg_backend_pid(), client_address = inet_client_addr()
        WHERE fence = \(fence) AND is_held RETURNING commits
        """
    }

    /// Ends the server process of a lost connection, whose application name is the parameter `$1`, if it has an open
    /// transaction and waits for the client. (A process that commits does not wait for the client, and is left alone.)
    public static let endWaitingProcess = """
        SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
        WHERE application_name = $1 AND usename = session_user AND pid <> pg_backend_pid()
        AND state IN ('active', 'idle in transaction', 'idle in transaction (aborted)')
        AND wait_event_type = 'Client' AND wait_event = 'ClientRead'
        """

    /// Locks the lease and gives its fence, and how many transactions were committed.
    public var settle: String { "SELECT fence, commits FROM \(table) FOR UPDATE" }

    /// Gives the lease back; nothing where another loader has taken it since.
    public func release(fence: Int64) -> String {
        "UPDATE \(table) SET is_held = false WHERE fence = \(fence) AND is_held"
    }
}
