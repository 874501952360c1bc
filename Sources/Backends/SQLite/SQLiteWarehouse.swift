import CSQLite
import Domain

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The warehouse as one SQLite file: the offline default.
///
/// Write-ahead logging, so that readers never wait for a load, but for the first one (see `JournalMode`); few and large
/// transactions, each flushed to disk (`synchronous = FULL`) before `commit` returns.
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
    private let journal: JournalMode
    private let log: LogWriteback
    private let checkpointer: Checkpointer
    private let eventRows = EventRows()
    private var packedRows: [String: PackedRows] = [:]
    /// The run that has begun.
    private(set) var currentRun: Int64?
    private let busyTimeout: Int32
    /// The file as long as nothing is loaded into it that would be lost with it.
    private var newFile: NewWarehouseFile?
    private var hasWork = false
    private var isDryRun = false
    /// What lines in quarantine may be cured by.
    var arrivals = Arrivals()

    /// Opens a warehouse for writing; the file is made when it is not there, and removed again unless something is
    /// loaded into it.
    ///
    /// - Throws: `SQLiteError`, `WarehouseError`.
    public init(path: String, options: Options = Options()) throws {
        location = path
        newFile = try WarehouseFile.lookForOwn(at: path) == .warehouse ? nil : NewWarehouseFile(path: path)
        try FilesBeside.expectWritable(path)
        connection = try Connection(path: path, access: .readWrite)
        let lock = try WriterLock(path: path)
        self.lock = lock
        journal = JournalMode(of: connection, busyTimeout: options.busyTimeout)
        // Without a log the database may be new, or locked by another run for as long as its first load takes.
        let needsPlace = try DatabaseHeader(path: path)?.usesLog != true
        do {
            if needsPlace { try lock.take() }
        } catch {
            // The other run has made a warehouse of it.
            newFile?.keep()
            throw error
        }
        defer { if needsPlace { lock.release() } }
        try Self.prepare(connection, newFile, journal)
        log = LogWriteback(databasePath: WarehouseFile.realPath(path))
        checkpointer = Checkpointer(of: connection, pages: (options.logPages, options.maximumLogPages))
        try connection.setBusyTimeout(milliseconds: options.busyTimeout)
        busyTimeout = options.busyTimeout
        try connection.execute("PRAGMA synchronous = FULL")
        try connection.execute("PRAGMA cache_size = -\(options.cacheKiB)")
        // Foreign keys are declared and hold at every commit (`doctor` checks them); within one, facts go in before
        // the users and sessions that are merged in memory meanwhile.
        try connection.execute("PRAGMA foreign_keys = OFF")
        try eventRows.register(as: "new_events", on: connection)
        for table in MovieTables.all + BehaviourTables.all + MartTables.all + [SiteVotes.table] {
            let rows = PackedRows(table)
            try rows.register(as: MergeStatement.sourceName(of: table), on: connection)
            packedRows[table.name] = rows
        }
    }

    /// Checks whether a warehouse could be opened for writing, without making one.
    ///
    /// - Throws: as `init` would.
    public static func checkPlace(path: String) throws {
        guard try WarehouseFile.lookForOwn(at: path) == .none else { return }
        let folder = WarehouseFile.folder(of: path)
        guard access(folder, W_OK | X_OK) == 0 else {
            throw WarehouseError.notAFile(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// Where a warehouse and what SQLite keeps beside it lie: its path without symbolic links.
    public static func realPath(_ path: String) -> String { WarehouseFile.realPath(path) }

    /// Makes a new file a warehouse's.
    private static func prepare(
        _ connection: Connection, _ newFile: NewWarehouseFile?, _ journal: JournalMode
    ) throws {
        try connection.setBusyTimeout(milliseconds: 1000)
        // A run that was killed before its first commit leaves a file that SQLite makes empty again.
        guard try newFile != nil || WarehouseFile.kind(of: connection) == .empty else { return }
        try connection.execute("PRAGMA page_size = 16384")
        try connection.execute("BEGIN IMMEDIATE")
        // Another program may have made something of it meanwhile.
        if case .foreign(let what) = try WarehouseFile.kind(of: connection) {
            try connection.execute("ROLLBACK")
            throw WarehouseError.foreign(path: connection.path, what: what)
        }
        try connection.execute("PRAGMA application_id = \(WarehouseFile.applicationID)")
        try connection.execute("COMMIT")
        newFile?.didMark()
        try journal.expectLogSupport()
    }

    /// Brings the schema up to date; a warehouse with data gets its indexes too.
    public func migrate(at now: Int64) throws -> [String] {
        try withPlace {
            var applied = try Migrator(connection: connection).migrate(at: now)
            newFile?.keep()
            if try connection.integer("SELECT EXISTS (SELECT 1 FROM load_run WHERE read > 0)") != 0,
                try !connection.missingIndexes().isEmpty
            {
                try begin()
                do {
                    applied += try prepareForQuestions().map { "index \($0.name)" }
                    try commit()
                } catch {
                    // What failed is the error to tell of.
                    try? rollback()
                    throw error
                }
            }
            return applied
        }
    }

    /// Does something in the writer's place, which may be held already.
    func withPlace<Answer>(_ body: () throws -> Answer) throws -> Answer {
        if lock.isHeld { return try body() }
        try lock.take()
        defer { lock.release() }
        try journal.changeToLog()
        return try body()
    }

    /// Begins a run; see `Warehouse`.
    public func beginRun(at now: Int64, isDryRun: Bool) throws -> RunRecord {
        try lock.take()
        do {
            arrivals = Arrivals()
            self.isDryRun = isDryRun
            try journal.beginRun()
            try begin()
            try refuseTriggersThatLeaveOut()
            _ = try Migrator(connection: connection).apply(at: now)
            try connection.execute(
                """
                UPDATE load_run SET outcome = 'interrupted', error = '\(RunRecord.killed)' WHERE outcome = 'running'
                """)
            let id = (try connection.integer("SELECT max(run_id) FROM load_run") ?? 0) + 1
            if !isDryRun { try commit() }
            currentRun = id
            return RunRecord(id: id, startedAt: now, endedAt: nil, outcome: .running, counts: LineCounts())
        } catch {
            // What failed is the error to tell of.
            try? rollback()
            journal.endRun(changesToLog: false)
            lock.release()
            throw error
        }
    }

    /// A trigger that raises an error ends the run; one that ignores rows would lose them without a word.
    private func refuseTriggersThatLeaveOut() throws {
        let triggers = try connection.prepare(
            "SELECT name, tbl_name, sql FROM main.sqlite_schema WHERE type = 'trigger'")
        while try triggers.step() {
            let sql = (triggers.text(2) ?? "").filter { !$0.isWhitespace }.uppercased()
            guard sql.contains("RAISE(IGNORE)") else { continue }
            throw WarehouseError.triggerLeavesOut(
                path: location, trigger: triggers.text(0) ?? "", table: triggers.text(1) ?? "")
        }
    }

    /// Gives up the writer's place.
    public func endRun() {
        checkpointer.wait()
        currentRun = nil
        journal.endRun(changesToLog: !isDryRun && newFile?.isKept != false)
        // What is still in the log is no less durable there, so a reader that is in the way is no fault, and not waited
        // for: a later run copies the rest.
        try? connection.setBusyTimeout(milliseconds: 0)
        try? connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try? connection.setBusyTimeout(milliseconds: busyTimeout)
        lock.release()
    }

    deinit {
        // In the writer's place, so that nobody has begun a run in a file that is about to go.
        if !lock.isHeld, !lock.takeIfFree() { newFile?.keep() }
        newFile = nil
    }

    /// Notes that the transaction brings something that is worth keeping the file for.
    func note(_ run: RunRecord) {
        if run.counts.read > 0 || run.outcome == .completed || run.outcome == .stopped { hasWork = true }
    }

    /// Begins a transaction.
    public func begin() throws {
        checkpointer.willBegin()
        try connection.execute("BEGIN IMMEDIATE")
    }

    /// Makes all since `begin` visible and durable.
    public func commit() throws {
        try connection.execute("COMMIT")
        if hasWork { newFile?.keep() }
        journal.didCommit()
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
        arrivals.add(accepted, of: group)
        eventRows.set(group, order: accepted)
        try connection.statement(
            "\(try insert(into: BehaviourTables.facts)) (\(names)) SELECT \(names) FROM temp.new_events"
        ).run()
        try connection.countInserted(into: BehaviourTables.facts)
        eventRows.set(group, order: accepted.filter { group.candidate(Int($0)).row.pointee.type == .watch })
        try connection.statement(
            """
            \(try insert(into: BehaviourTables.watchHistory)) (event_time, event_id, user_id, movie_id, watched_seconds)
            SELECT event_time, event_id, user_id, movie_id, seconds FROM temp.new_events
            """
        ).run()
        try connection.countInserted(into: BehaviourTables.watchHistory)
        log.push()
    }

    /// The statement of an insert that finds no conflict. What an insert does on a conflict holds for the triggers too
    /// that somebody added, against what they say themselves: so with those it is left open.
    private func insert(into table: Table) throws -> String {
        let hasTriggers = try connection.integer(
            "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = '\(table.name)')")
        return "INSERT \(hasTriggers == 0 ? "OR ROLLBACK " : "")INTO main.\(table.name)"
    }

    /// Looks up the candidates that are not newer than all facts.
    private func markStanding(in group: EventGroup) throws {
        guard let newest = try connection.integer("SELECT max(event_time) FROM fact_user_event") else { return }
        let looked = group.candidateCount(notAfter: newest)
        guard looked > 0 else { return }
        eventRows.set(group, order: (0..<UInt32(looked)).map { $0 })
        let standing = try connection.statement(
            """
            SELECT new.rowid, fact.content_hash FROM temp.new_events AS new CROSS JOIN main.fact_user_event AS fact
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
        // What is dirty leaves the cache before the statement, which would copy it into its journal as well; with a
        // rollback journal it would not, and a flush would only wait for the disk.
        if !journal.isFirstLoad { try connection.flushCache() }
        let source = try packed(rows.table)
        defer { source.clear() }
        let statement = MergeStatement(table: rows.table)
        let order = rows.orderByKey()
        var isWithdrawnBefore = false
        if let withdrawals = rows.table.withdrawals {
            isWithdrawnBefore = try connection.integer("SELECT EXISTS (SELECT 1 FROM main.\(withdrawals.name))") != 0
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
        if rows.table.name == MovieTables.moviePopularity.name { arrivals.add(movies: order.count) }
        if rows.table.name == MartTables.movieDaily.name {
            try connection.statement(
                "INSERT OR IGNORE INTO main.load_stale_day (day) SELECT DISTINCT day FROM temp.new_movie_daily"
            ).run()
        }
    }

    /// Forgets the withdrawals that a row beats now: by going through the withdrawals or the rows, whichever are fewer.
    private func forgetWithdrawals(_ statement: MergeStatement, rows: Int) throws {
        guard let withdrawals = statement.table.withdrawals else { return }
        let count = try connection.integer("SELECT count(*) FROM main.\(withdrawals.name)") ?? 0
        guard count > 0, let forget = statement.forgetWithdrawals(ofRowsAlone: count > rows) else { return }
        try connection.statement(forget).run()
    }

    /// The rows that SQLite reads as `MergeStatement.source(of: table)`.
    func packed(_ table: Table) throws -> PackedRows {
        guard let rows = packedRows[table.name] else {
            preconditionFailure("the rows of \(table.name) are not registered with SQLite")
        }
        return rows
    }
}
