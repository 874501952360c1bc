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
        public var cacheKiB = 64 << 10
        /// How many pages (of 16 KiB) of the write-ahead log go back into the file at once.
        public var logPages = 4096
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
    private let eventRows = EventRows()
    private var packedRows: [String: PackedRows] = [:]
    private let conflict: ConflictFunction

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
        try connection.execute("PRAGMA wal_autocheckpoint = \(options.logPages)")
        try connection.execute("PRAGMA cache_size = -\(options.cacheKiB)")
        // Foreign keys are declared and hold at every commit (`doctor` checks them); within one, facts go in before
        // the users and sessions that are merged in memory meanwhile.
        try connection.execute("PRAGMA foreign_keys = OFF")
        try eventRows.register(as: "new_events", on: connection)
        conflict = ConflictFunction(rows: eventRows)
        try conflict.register(on: connection)
    }

    /// Brings the schema up to date.
    public func migrate(at now: Int64) throws -> [String] {
        if lock.isHeld { return try Migrator(connection: connection).migrate(at: now) }
        try lock.take()
        defer { lock.release() }
        return try Migrator(connection: connection).migrate(at: now)
    }

    /// Begins a run; see `Warehouse`.
    public func beginRun(at now: Int64) throws -> RunRecord {
        try lock.take()
        _ = try migrate(at: now)
        try connection.execute("UPDATE load_run SET outcome = 'interrupted' WHERE outcome = 'running'")
        let id = (try connection.integer("SELECT max(run_id) FROM load_run") ?? 0) + 1
        return RunRecord(id: id, startedAt: now, endedAt: nil, outcome: .running, counts: LineCounts())
    }

    /// Gives up the writer's place.
    public func endRun() {
        // What is still in the log is no less durable there, so a reader that is in the way is no fault.
        try? connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        lock.release()
    }

    /// Begins a transaction.
    public func begin() throws { try connection.execute("BEGIN IMMEDIATE") }

    /// Makes all since `begin` visible and durable.
    public func commit() throws { try connection.execute("COMMIT") }

    /// Forgets all since `begin`.
    public func rollback() throws {
        if sqlite3_get_autocommit(connection.handle) == 0 { try connection.execute("ROLLBACK") }
    }

    /// Inserts a group's events; see `Warehouse`.
    public func insertFacts(_ group: EventGroup) throws {
        eventRows.set(group, order: (0..<UInt32(group.candidateCount)).map { $0 })
        conflict.group = group
        defer {
            eventRows.set(nil, order: [])
            conflict.group = nil
        }
        let names = BehaviourTables.facts.columns.map(\.name).joined(separator: ", ")
        try connection.statement(
            """
            INSERT INTO fact_user_event (\(names)) SELECT \(names) FROM new_events WHERE true
            ON CONFLICT (event_time, event_id) DO UPDATE SET event_type = event_type
            WHERE reelhouse_standing(fact_user_event.content_hash)
            """
        ).run()
        try connection.countInserted(into: BehaviourTables.facts)
        eventRows.set(group, order: group.accepted { $0.pointee.type == .watch })
        try connection.statement(
            """
            INSERT INTO watch_history (event_time, event_id, user_id, movie_id, watched_seconds)
            SELECT event_time, event_id, user_id, movie_id, seconds FROM new_events
            """
        ).run()
        try connection.countInserted(into: BehaviourTables.watchHistory)
        log.push()
    }

    /// Merges rows into their table, as it declares.
    public func merge(_ rows: MergeTable) throws {
        guard rows.rows.count > 0 else { return }
        let source = try packed(rows.table)
        defer { source.clear() }
        let statement = MergeStatement(table: rows.table)
        let order = rows.orderByKey()
        if rows.table.isWithdrawable {
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
        try connection.statement(statement.upsert).run()
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

/// The SQL function that `insertFacts` calls for each event whose identity stands: it notes the content hash that
/// stands there, and says that nothing is to be updated.
private final class ConflictFunction {
    private let rows: EventRows
    var group: EventGroup?

    init(rows: EventRows) { self.rows = rows }

    func register(on connection: Connection) throws(SQLiteError) {
        // The warehouse owns this object for longer than the connection uses the function.
        let status = sqlite3_create_function_v2(
            connection.handle, "reelhouse_standing", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
            Unmanaged.passUnretained(self).toOpaque(),
            { context, _, arguments in
                guard let context, let data = sqlite3_user_data(context), let argument = arguments?[0] else { return }
                let function = Unmanaged<ConflictFunction>.fromOpaque(data).takeUnretainedValue()
                let hash = UInt64(bitPattern: sqlite3_value_int64(argument))
                function.group?.markStanding(candidate: function.rows.currentCandidate, contentHash: hash)
                sqlite3_result_int(context, 0)
            }, nil, nil, nil)
        try connection.check(status, "register reelhouse_standing")
    }
}
