import Domain
import Glibc
import Schema

/// The place of the one writer of a schema: an advisory lock in each transaction, and the lease between them
/// (`WriterLease`).
struct WriterPlace {
    private var connection: PostgresConnection
    private let lease: WriterLease
    private let leaseTable: String
    /// Whether this writer has the place.
    private(set) var isHeld = false
    /// The number of the lease; nil while its table is not made yet, and in a dry run, which takes no lease.
    private(set) var fence: Int64?
    /// Whether the connection is through a pooler, which may give each transaction another server process.
    private(set) var isPooled = false
    private var needsLease = false
    private var isTakenInTransaction = false
    /// The number of committed transactions that the lease counted when the current transaction began.
    private var commits: Int64 = 0
    /// When the lease was last renewed.
    private var renewedAt = MonotonicTime.now
    /// The names of this writer's connections, by which it knows its own lease and processes again.
    private var connectionNames: [String]

    init(_ connection: PostgresConnection) {
        self.connection = connection
        let location = connection.location
        lease = WriterLease(schema: location.schema, quoted: PostgresLocation.quoted(location.schema))
        leaseTable = location.qualified("load_lease")
        connectionNames = [connection.applicationName]
    }

    // MARK: Taking and releasing

    /// How often it is tried to take the place, and the pause in between in microseconds: a server needs a moment to
    /// notice that a connection has ended.
    private static let (tries, pause): (Int, UInt32) = (20, 50_000)

    /// Takes the place.
    ///
    /// - Parameter commits: whether anything will be committed.
    /// - Throws: `WarehouseError.inUse`, `PostgresError`.
    mutating func take(_ settings: TransactionSettings, commits: Bool) throws {
        for left in (0..<Self.tries).reversed() {
            try connection.begin(settings)
            do {
                try findPooler()
                if try isTrue(lease.tryLock), try takeLease(ifThere: commits) {
                    try connection.commit()
                    isHeld = true
                    needsLease = commits
                    return
                }
                let holder = left == 0 ? try self.holder() : nil
                try connection.rollback()
                if left == 0 { throw WarehouseError.inUse(location: connection.location.description, by: holder) }
            } catch {
                try? connection.rollback()
                throw error
            }
            usleep(Self.pause)
        }
    }

    /// Gives the place up.
    mutating func release(_ settings: TransactionSettings) {
        defer {
            isHeld = false
            fence = nil
        }
        // The lease of a lost connection is free as soon as its server process has ended.
        guard isHeld, let fence, connection.loss == nil else { return }
        do {
            try connection.begin(settings)
            _ = try firstInteger(lease.lock)
            try connection.execute(lease.release(fence: fence))
            try connection.commit()
        } catch { try? connection.rollback() }
    }

    private mutating func takeLease(ifThere commits: Bool) throws -> Bool {
        guard try isLeaseThere() else { return true }
        guard commits else { return try !isTrue(isLeasedToOthers) }
        let take = lease.take(isPooled: isPooled, formerNames: connectionNames)
        fence = try firstInteger(take)
        if fence == nil, try connection.execute(lease.restore) > 0 { fence = try firstInteger(take) }
        renewedAt = .now
        return fence != nil
    }

    // MARK: In each transaction

    /// Locks the place to the end of the transaction that has begun.
    ///
    /// - Throws: an error when another writer has taken it since.
    mutating func lock() throws {
        guard isHeld else { return }
        _ = try firstInteger(lease.lock)
        if let fence {
            guard let count = try firstInteger(lease.check(fence: fence)) else { throw overtaken }
            commits = count
        } else if !needsLease, try isLeaseThere(), try isTrue(isLeasedToOthers) {
            throw WarehouseError.inUse(location: connection.location.description, by: try holder())
        }
    }

    /// Renews the lease before the transaction is committed.
    ///
    /// - Throws: an error when another writer has taken the place.
    mutating func renew() throws {
        guard isHeld else { return }
        if let fence {
            guard try firstInteger(lease.renew(fence: fence)) != nil else { throw overtaken }
            renewedAt = .now
        } else if needsLease {
            guard try takeLease(ifThere: true) else {
                throw WarehouseError.inUse(location: connection.location.description, by: try holder())
            }
            isTakenInTransaction = true
        }
    }

    /// Called after each transaction. A lease that was taken in a transaction that was rolled back is not held.
    mutating func didEnd(committed: Bool) {
        if !committed, isTakenInTransaction { fence = nil }
        isTakenInTransaction = false
    }

    /// Renews the lease in a transaction of its own, when that was not done for `WriterLease.renewalSeconds`.
    mutating func keep(_ settings: TransactionSettings) throws {
        guard isHeld, let fence, MonotonicTime.now >= renewedAt + .seconds(WriterLease.renewalSeconds) else { return }
        try connection.begin(settings)
        do {
            _ = try firstInteger(lease.lock)
            guard try firstInteger(lease.keep(fence: fence)) != nil else { throw overtaken }
            try connection.commit()
            renewedAt = .now
        } catch {
            try? connection.rollback()
            throw error
        }
    }

    // MARK: After a lost connection

    /// How long the transaction of the lost connection is waited for before the caller tries again.
    private static let settleTimeout = Duration.seconds(10)

    /// Goes on with another connection.
    ///
    /// - Parameter isCommitUnknown: whether the former connection was lost while it committed.
    /// - Returns: what became of the transaction that was open on the former connection.
    /// - Throws: `PostgresError`: `.lockTimeout` while that transaction has not ended yet.
    mutating func goOn(
        with connection: PostgresConnection, _ settings: TransactionSettings, isCommitUnknown: Bool
    ) throws -> Recovery {
        let formerNames = connectionNames
        self.connection = connection
        connectionNames.append(connection.applicationName)
        guard isHeld else { return .rolledBack }
        var settings = settings
        settings.lockTimeout = Self.settleTimeout
        try connection.begin(settings)
        defer { try? connection.rollback() }
        try findPooler()
        for name in formerNames { try connection.execute(WriterLease.endWaitingProcess, [.text(name)]) }
        _ = try firstInteger(lease.lock)
        guard let fence else { return .rolledBack }
        let rows = try connection.query(lease.settle)
        guard try rows.next(), rows.integer(0) == fence else { throw overtaken }
        return isCommitUnknown && rows.integer(1) > commits ? .committed : .rolledBack
    }

    // MARK: Others

    /// Whether a writer is in its place, as far as this role may see.
    func isTaken() throws -> Bool {
        if try firstInteger("SELECT count(*) FROM (\(lease.lockHolder)) AS h") != 0 { return true }
        return try isLeaseThere() && isTrue(isLeasedToOthers)
    }

    /// Whether another loader has the lease and is there. A pooler may have given this transaction the server process
    /// that the other one's last transaction ran on.
    private var isLeasedToOthers: String {
        """
        SELECT EXISTS (SELECT 1 FROM \(leaseTable) AS l WHERE is_held
        AND renewed_at >= clock_timestamp() - interval '\(WriterLease.seconds) seconds'
        AND (is_pooled OR pid IS DISTINCT FROM pg_backend_pid()
            AND EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity AS a WHERE a.pid = l.pid)))
        """
    }

    private func isLeaseThere() throws -> Bool {
        try isTrue("SELECT to_regclass(\(SQLText.literal(leaseTable))) IS NOT NULL")
    }

    private mutating func findPooler() throws {
        isPooled = try firstInteger("SELECT pg_backend_pid()") != Int64(connection.serverProcess)
    }

    /// Who has the place, in words: the holder of the lease, or the process that has the lock now.
    private func holder() throws -> String? {
        for query in (try isLeaseThere() ? [lease.holder] : []) + [lease.lockHolder] {
            let rows = try connection.query(query)
            defer { try? rows.close() }
            guard try rows.next() else { continue }
            var words = rows.isNull(0) ? "a process" : "process \(rows.integer(0))"
            words += " at \(rows.text(1) ?? "the local socket")"
            if let name = rows.text(2), !name.isEmpty { words += ", \(name)" }
            if !rows.isNull(3) { words += ", for \(Int64(max(rows.real(3), 0))) s" }
            if rows.columnTypes.count > 5, rows.boolean(5) {
                words += ", through a pooler; silent for \(Int64(max(rows.real(4), 0))) s of the "
                words += "\(WriterLease.seconds) after which it counts as gone"
            }
            return words
        }
        return nil
    }

    private var overtaken: PostgresError {
        var error = connection.error(
            .overtaken, "another run has become the writer of this warehouse since this one last committed", "writing")
        error.ownHint =
            "Nothing of the open transaction was loaded; what was committed before stays. Run the same command again "
            + "when the other run has ended."
        return error
    }

    private func firstInteger(_ sql: String) throws -> Int64? {
        let rows = try connection.query(sql)
        defer { try? rows.close() }
        guard try rows.next(), !rows.isNull(0) else { return nil }
        // A function without a value, such as pg_advisory_xact_lock, gives one of the type void.
        return rows.columnTypes.first == 2278 ? 0 : rows.integer(0)
    }

    private func isTrue(_ sql: String) throws -> Bool { try firstInteger(sql) == 1 }
}
