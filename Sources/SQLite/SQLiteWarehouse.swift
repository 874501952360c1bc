import CSQLite
import Domain

/// The warehouse as one SQLite file: the offline default.
///
/// Write-ahead logging, so that readers never wait for a load; few and large transactions, each flushed to disk
/// (`synchronous = FULL`) before `commit` returns.
public final class SQLiteWarehouse: Warehouse {
    /// How the database is tuned.
    public struct Options: Sendable {
        /// The page cache, in KiB.
        public var cacheKiB = 16 << 10
        /// How many pages (of 16 KiB) of the write-ahead log are worth copying into the file …
        public var logPages: Int32 = 2048
        /// … and how many may be in it when a transaction begins.
        public var maximumLogPages: Int32 = 32768
        /// How long a lock is waited for, in milliseconds.
        public var busyTimeout: Int32 = 10_000

        /// The defaults.
        public init() {}
    }

    /// The database file.
    public let location: String
    let connection: Connection
    private let lock: WriterLock
    private let log: LogWriteback
    private let checkpointer: Checkpointer
    private let eventRows = EventRows()
    private var packedRows: [String: PackedRows] = [:]

    /// Opens a warehouse for writing; the file is made when it is not there.
    ///
    /// - Throws: `SQLiteError`, `WarehouseError.notAFile`.
    public init(path: String, options: Options = Options()) throws {
        location = path
        log = LogWriteback(databasePath: path)
        connection = try Connection(path: path, access: .readWrite)
        try connection.setBusyTimeout(milliseconds: options.busyTimeout)
        try connection.execute("PRAGMA page_size = 16384")
        try connection.execute("PRAGMA journal_mode = WAL")
        // SQLite makes the file when it is first needed, which is now.
        lock = try WriterLock(path: path)
        try connection.execute("PRAGMA synchronous = FULL")
        checkpointer = Checkpointer(of: connection, pages: (options.logPages, options.maximumLogPages))
        try connection.execute("PRAGMA cache_size = -\(options.cacheKiB)")
        // Foreign keys are declared and hold at every commit (`doctor` checks them); within one, facts go in before
        // the users and sessions that are merged in memory meanwhile.
        try connection.execute("PRAGMA foreign_keys = OFF")
        try eventRows.register(as: "new_events", on: connection)
    }

    /// Brings the schema up to date.
    public func migrate(at now: Int64) throws -> [String] {
        if lock.isHeld { return try Migrator(connection: connection).migrate(at: now) }
        try lock.take()
        defer { lock.release() }
        return try Migrator(connection: connection).migrate(at: now)
    }

    /// Begins a run; see `Warehouse`.
    public func beginRun(at now: Int64, isDryRun: Bool) throws -> RunRecord {
        try lock.take()
        do {
            try begin()
            _ = try Migrator(connection: connection).apply(at: now)
            try connection.execute(
                """
                UPDATE load_run SET outcome = 'interrupted', error = '\(RunRecord.killed)' WHERE outcome = 'running'
                """)
            let id = (try connection.integer("SELECT max(run_id) FROM load_run") ?? 0) + 1
            if !isDryRun { try commit() }
            return RunRecord(id: id, startedAt: now, endedAt: nil, outcome: .running, counts: LineCounts())
        } catch {
            // What failed is the error to tell of.
            try? rollback()
            lock.release()
            throw error
        }
    }

    /// Gives up the writer's place.
    public func endRun() {
        checkpointer.wait()
        // What is still in the log is no less durable there, so a reader that is in the way is no fault.
        try? connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        lock.release()
    }

    /// Begins a transaction.
    public func begin() throws {
        checkpointer.willBegin()
        try connection.execute("BEGIN IMMEDIATE")
    }

    /// Makes all since `begin` visible and durable.
    public func commit() throws {
        try connection.execute("COMMIT")
        checkpointer.didCommit()
    }

    /// Forgets all since `begin`.
    public func rollback() throws {
        if sqlite3_get_autocommit(connection.handle) == 0 { try connection.execute("ROLLBACK") }
    }

    /// Inserts a group's events; see `Warehouse`.
    ///
    /// Standing events are looked up before, so that the insert finds no conflict: with `OR ROLLBACK` SQLite keeps no
    /// statement journal, into which it would copy each page that leaves its cache meanwhile.
    public func insertFacts(_ group: EventGroup) throws {
        defer { eventRows.set(nil, order: []) }
        try markStanding(in: group)
        let names = BehaviourTables.facts.columns.map(\.name).joined(separator: ", ")
        let accepted = group.accepted
        eventRows.set(group, order: accepted)
        try connection.statement(
            "INSERT OR ROLLBACK INTO fact_user_event (\(names)) SELECT \(names) FROM new_events"
        ).run()
        try connection.countInserted(into: BehaviourTables.facts)
        eventRows.set(group, order: accepted.filter { group.candidate(Int($0)).row.pointee.type == .watch })
        try connection.statement(
            """
            INSERT OR ROLLBACK INTO watch_history (event_time, event_id, user_id, movie_id, watched_seconds)
            SELECT event_time, event_id, user_id, movie_id, seconds FROM new_events
            """
        ).run()
        try connection.countInserted(into: BehaviourTables.watchHistory)
        log.push()
    }

    /// Looks up the candidates that are not newer than all facts.
    private func markStanding(in group: EventGroup) throws {
        guard let newest = try connection.integer("SELECT max(event_time) FROM fact_user_event") else { return }
        let looked = group.candidateCount(notAfter: newest)
        guard looked > 0 else { return }
        eventRows.set(group, order: (0..<UInt32(looked)).map { $0 })
        let standing = try connection.statement(
            """
            SELECT new.rowid, fact.content_hash FROM new_events AS new CROSS JOIN fact_user_event AS fact
            ON fact.event_time = new.event_time AND fact.event_id = new.event_id
            """)
        while try standing.step() {
            group.markStanding(
                candidate: Int(standing.integer(0)), contentHash: UInt64(bitPattern: standing.integer(1)))
        }
        try standing.reset()
    }

    /// Merges rows into their table, as it declares.
    public func merge(_ rows: MergeTable) throws {
        guard rows.rows.count > 0 else { return }
        // What is dirty leaves the cache before the statement, which would copy it into its journal as well.
        try connection.flushCache()
        let source = try packed(rows.table)
        defer { source.clear() }
        let statement = MergeStatement(table: rows.table)
        let order = rows.orderByKey()
        var isWithdrawnBefore = false
        if let withdrawals = rows.table.withdrawals {
            isWithdrawnBefore = try connection.integer("SELECT EXISTS (SELECT 1 FROM \(withdrawals.name))") != 0
            let withdrawn = order.filter { rows.rows[Int($0)].isWithdrawn }
            if !withdrawn.isEmpty {
                source.set(rows.rows, order: withdrawn)
                if let remember = statement.rememberWithdrawals { try connection.statement(remember).run() }
                if let delete = statement.deleteWithdrawn { try connection.statement(delete).run() }
            }
            source.set(rows.rows, order: withdrawn.isEmpty ? order : order.filter { !rows.rows[Int($0)].isWithdrawn })
        } else {
            source.set(rows.rows, order: order)
        }
        try connection.statement(statement.upsert(isWithdrawnBefore: isWithdrawnBefore)).run()
        source.set(rows.rows, order: order)
        try forgetWithdrawals(statement, rows: order.count)
        if rows.table.name == MartTables.movieDaily.name {
            try connection.statement(
                "INSERT OR IGNORE INTO load_stale_day (day) SELECT DISTINCT day FROM new_movie_daily"
            ).run()
        }
    }

    /// Forgets the withdrawals that a row beats now: by going through the withdrawals or the rows, whichever are fewer.
    private func forgetWithdrawals(_ statement: MergeStatement, rows: Int) throws {
        guard let withdrawals = statement.table.withdrawals else { return }
        let count = try connection.integer("SELECT count(*) FROM \(withdrawals.name)") ?? 0
        guard count > 0, let forget = statement.forgetWithdrawals(ofRowsAlone: count > rows) else { return }
        try connection.statement(forget).run()
    }

    /// The virtual table that gives rows of `table` to SQLite, registered on first use.
    func packed(_ table: Table) throws -> PackedRows {
        if let rows = packedRows[table.name] { return rows }
        let rows = PackedRows(table)
        try rows.register(as: MergeStatement.source(of: table), on: connection)
        packedRows[table.name] = rows
        return rows
    }
}
