import Domain
import Glibc
import Schema

/// The place of the one writer of a schema: an advisory lock in each transaction, and the lease between them
/// (`WriterLease`).
struct WriterPlace {
    private let connection: PostgresConnection
    private let lease: WriterLease
    private let leaseTable: String
    /// Whether this writer has the place.
    private(set) var isHeld = false
    /// The number of the lease; nil where there is no lease, since its table is not made yet or nothing will be committed.
    private(set) var fence: Int64?
    private var needsLease = false
    private var isTakenInTransaction = false

    init(_ connection: PostgresConnection) {
        self.connection = connection
        let location = connection.location
        lease = WriterLease(schema: location.schema, quoted: PostgresLocation.quoted(location.schema))
        leaseTable = location.qualified("load_lease")
    }

    /// How often, and how long in between, it is tried to take the place: a server notices only after a moment that a
    /// connection has ended.
    private static let (tries, pause): (Int, UInt32) = (20, 50_000)

    /// Takes the place.
    ///
    /// - Parameter commits: whether anything will be committed in it.
    /// - Throws: `WarehouseError.inUse`, `PostgresError`.
    mutating func take(_ settings: TransactionSettings, commits: Bool) throws {
        for left in (0..<Self.tries).reversed() {
            try connection.begin(settings)
            do {
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

    /// Locks the place to the end of the transaction that has begun.
    ///
    /// - Throws: where another writer has taken it since.
    func lock() throws {
        guard isHeld else { return }
        _ = try firstInteger(lease.lock)
        guard let fence else { return }
        guard try firstInteger(lease.check(fence: fence)) != nil else { throw overtaken }
    }

    /// Called before the transaction is committed.
    ///
    /// - Throws: where another writer has taken the place.
    mutating func renew() throws {
        guard isHeld else { return }
        if let fence {
            guard try firstInteger(lease.renew(fence: fence)) != nil else { throw overtaken }
        } else if needsLease {
            guard try takeLease(ifThere: true) else {
                throw WarehouseError.inUse(location: connection.location.description, by: try holder())
            }
            isTakenInTransaction = true
        }
    }

    /// The transaction has ended: a lease that was taken in one that was rolled back is none.
    mutating func didEnd(committed: Bool) {
        if !committed, isTakenInTransaction { fence = nil }
        isTakenInTransaction = false
    }

    /// Gives the place up.
    mutating func release(_ settings: TransactionSettings) {
        defer {
            isHeld = false
            fence = nil
        }
        guard isHeld, let fence else { return }
        // A connection that is lost gives up the lease by that.
        do {
            try connection.begin(settings)
            _ = try firstInteger(lease.lock)
            try connection.execute(lease.release(fence: fence))
            try connection.commit()
        } catch { try? connection.rollback() }
    }

    private mutating func takeLease(ifThere commits: Bool) throws -> Bool {
        guard try isTrue("SELECT to_regclass(\(Self.literal(leaseTable))) IS NOT NULL") else { return true }
        guard commits else { return try !isTrue(isLeasedToOthers) }
        let isPooled = try firstInteger("SELECT pg_backend_pid()") != Int64(connection.serverProcess)
        fence = try firstInteger(lease.take(isPooled: isPooled))
        return fence != nil
    }

    /// Whether another loader has the lease and is there.
    private var isLeasedToOthers: String {
        """
        SELECT EXISTS (SELECT 1 FROM \(leaseTable) AS l WHERE is_held AND pid IS DISTINCT FROM pg_backend_pid()
        AND renewed_at >= clock_timestamp() - interval '\(WriterLease.seconds) seconds'
        AND (is_pooled OR EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity AS a WHERE a.pid = l.pid)))
        """
    }

    /// Whether a writer is in its place, as far as this role may see.
    func isTaken() throws -> Bool {
        if try firstInteger("SELECT count(*) FROM (\(lease.lockHolder)) AS h") != 0 { return true }
        guard try isTrue("SELECT to_regclass(\(Self.literal(leaseTable))) IS NOT NULL") else { return false }
        return try isTrue(isLeasedToOthers)
    }

    /// Who has the place, in words.
    private func holder() throws -> String? {
        let hasLease = try isTrue("SELECT to_regclass(\(Self.literal(leaseTable))) IS NOT NULL")
        for query in [lease.lockHolder] + (hasLease ? [lease.holder] : []) {
            let rows = try connection.query(query)
            defer { try? rows.close() }
            guard try rows.next() else { continue }
            var words = rows.isNull(0) ? "a process" : "process \(rows.integer(0))"
            if let address = rows.text(1) { words += " at \(address)" }
            if let name = rows.text(2), !name.isEmpty { words += ", \(name)" }
            if !rows.isNull(3) { words += ", for \(Int64(max(rows.real(3), 0))) s" }
            return words
        }
        return nil
    }

    private var overtaken: PostgresError {
        var error = connection.error(
            .other, "another run has taken the place of this one, which was silent for too long", "writing")
        error.ownHint = "Nothing is lost: run the same command again when the other run has ended."
        return error
    }

    private func firstInteger(_ sql: String) throws -> Int64? {
        let rows = try connection.query(sql)
        defer { try? rows.close() }
        guard try rows.next(), !rows.isNull(0) else { return nil }
        // A function without a value gives one of a type of its own.
        return rows.columnTypes.first == 2278 ? 0 : rows.integer(0)
    }

    private func isTrue(_ sql: String) throws -> Bool { try firstInteger(sql) == 1 }

    static func literal(_ text: String) -> String {
        "E'" + text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "'"
    }
}
