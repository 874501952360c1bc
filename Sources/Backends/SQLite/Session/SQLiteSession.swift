import CSQLite
import Domain
import SQLWarehouse
import Schema

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The connection that writes a warehouse: statements, transactions and the writer's lock of a SQLite file.
///
/// It uses a write-ahead log, except during the first load (see `JournalMode`), so that readers never wait for a load.
/// Transactions are few and large, and each is flushed to disk (`synchronous = FULL`) before `commit` returns.
final class SQLiteSession: SQLSession {
    /// The path of the database file.
    let location: String
    let dialect = SQLDialect.sqlite
    let connection: Connection
    private let lock: WriterLock
    private let journal: JournalMode
    private let log: LogWriteback
    private let checkpointer: Checkpointer
    private var staged: [String: StagedRows] = [:]
    private let busyTimeout: Int32
    /// The new file, until something is loaded that must not be lost; nil for a file that existed before.
    private var newFile: NewWarehouseFile?
    private var hasWork = false
    private var isDryRun = false

    /// Opens a warehouse for writing. The file is created when it does not exist, and removed again unless something is
    /// loaded into it.
    ///
    /// - Throws: `SQLiteError`, `WarehouseError`.
    init(path: String, options: SQLiteWarehouse.Options) throws {
        location = path
        newFile = try WarehouseFile.lookForOwn(at: path) == .warehouse ? nil : NewWarehouseFile(path: path)
        try FilesBeside.expectWritable(path)
        connection = try Connection(path: path, access: .readWrite)
        let lock = try WriterLock(path: path)
        self.lock = lock
        journal = JournalMode(of: connection, busyTimeout: options.busyTimeout)
        // A database without a log may be new, or locked by another run until its first load ends.
        let needsPlace = try DatabaseHeader(path: path)?.usesLog != true
        do {
            if needsPlace { try lock.take() }
        } catch {
            // The other run has created a warehouse in the file.
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
        // Foreign keys hold at every commit (`doctor` checks them). Within a transaction they do not: facts are
        // inserted before their users and sessions, which are merged in memory at the same time.
        try connection.execute("PRAGMA foreign_keys = OFF")
        for table in StagedTable.all {
            let rows = StagedRows(columns: table.columns)
            try rows.register(as: "new_\(table.name)", on: connection)
            staged[table.name] = rows
        }
    }

    /// Sets up a new file as a warehouse.
    private static func prepare(
        _ connection: Connection, _ newFile: NewWarehouseFile?, _ journal: JournalMode
    ) throws {
        try connection.setBusyTimeout(milliseconds: 1000)
        // After a run that was killed before its first commit, SQLite restores the file to an empty one.
        guard try newFile != nil || WarehouseFile.kind(of: connection) == .empty else { return }
        try connection.execute("PRAGMA page_size = 16384")
        try connection.execute("BEGIN IMMEDIATE")
        // Another program may have written to the file in the meantime.
        if case .foreign(let what) = try WarehouseFile.kind(of: connection) {
            try connection.execute("ROLLBACK")
            throw SQLiteFileError.foreign(path: connection.path, what: what)
        }
        try connection.execute("PRAGMA application_id = \(WarehouseFile.applicationID)")
        try connection.execute("COMMIT")
        newFile?.didMark()
        try journal.expectLogSupport()
    }

    /// Called when `migrate` has updated the schema.
    func didMigrate() { newFile?.keep() }

    /// Whether this process is the writer.
    var isInPlace: Bool { lock.isHeld }

    /// Makes this process the only writer, and chooses the journal mode.
    func takePlace(for work: SQLWriterWork) throws {
        try lock.take()
        do {
            switch work {
            case .run(let kind):
                isDryRun = kind == .dryRun
                // A run that may never end must allow readers while it is running.
                if kind == .pausing { try journal.changeToLog() } else { try journal.beginRun() }
            case .change: try journal.changeToLog()
            }
        } catch {
            releasePlace()
            throw error
        }
    }

    /// Lets other processes become the writer.
    func releasePlace() {
        // Has an effect only after an error: a run that ended normally has ended the first load before.
        journal.endRun(changesToLog: false)
        lock.release()
    }

    /// A trigger that raises an error ends the run. A trigger that ignores rows would lose them silently, so it is
    /// refused.
    func checkAdditions() throws {
        let triggers = try connection.prepare(
            "SELECT name, tbl_name, sql FROM main.sqlite_schema WHERE type = 'trigger'")
        while try triggers.step() {
            let sql = (triggers.text(2) ?? "").filter { !$0.isWhitespace }.uppercased()
            guard sql.contains("RAISE(IGNORE)") else { continue }
            throw SQLiteFileError.triggerLeavesOut(
                path: location, trigger: triggers.text(0) ?? "", table: triggers.text(1) ?? "")
        }
    }

    /// Called at the end of each run, before `releasePlace`.
    func willEndRun() {
        checkpointer.wait()
        journal.endRun(changesToLog: !isDryRun && newFile?.isKept != false)
        // Pages that stay in the log are just as durable there, and a later run copies them. So a reader that prevents
        // the checkpoint is not an error, and is not waited for.
        try? connection.setBusyTimeout(milliseconds: 0)
        try? connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try? connection.setBusyTimeout(milliseconds: busyTimeout)
    }

    deinit {
        // Removes the file only as the writer, so that no other process has begun a run in it.
        if !lock.isHeld, !lock.takeIfFree() { newFile?.keep() }
        newFile = nil
    }

    /// Keeps the file if the transaction loads something worth keeping.
    func note(_ run: RunRecord) {
        if run.counts.read > 0 || run.outcome == .completed || run.outcome == .stopped { hasWork = true }
    }

    /// Begins a transaction.
    func begin() throws {
        checkpointer.willBegin()
        try connection.execute("BEGIN IMMEDIATE")
    }

    /// Commits everything since `begin`, and makes it durable.
    func commit() throws {
        try connection.execute("COMMIT")
        if hasWork { newFile?.keep() }
        journal.didCommit()
        checkpointer.didCommit()
    }

    /// Rolls back everything since `begin`.
    func rollback() throws {
        if sqlite3_get_autocommit(connection.handle) == 0 { try connection.execute("ROLLBACK") }
    }

    /// Does nothing: the lock is held as long as the process lives.
    func checkFence() throws {}

    // MARK: Statements

    /// Runs a query.
    func query(_ sql: String, _ values: [RowValue]) throws -> any SQLRows { try connection.query(sql, values) }

    /// Runs a statement, and returns how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: [RowValue]) throws -> Int64 {
        let statement = try connection.statement(sql)
        try statement.bind(values)
        try statement.run()
        return connection.changes
    }

    /// Runs the statements of a script.
    func runScript(_ sql: String) throws { try connection.execute(sql) }

    /// Makes rows readable without copying them.
    func stage(_ rows: RowSource, as table: StagedTable) throws { try staged(table).source = rows }

    /// Releases staged rows.
    func unstage(_ table: StagedTable) { staged[table.name]?.source = nil }

    private func staged(_ table: StagedTable) throws -> StagedRows {
        guard let rows = staged[table.name] else {
            preconditionFailure("the rows of \(table.name) are not registered with SQLite")
        }
        return rows
    }

    /// The start of an insert whose rows have no stored key. With `OR ROLLBACK`, SQLite keeps no statement journal, to
    /// which it would copy each page that leaves its cache. But the conflict clause of an insert also overrides those
    /// in triggers that a user added, so it is left out when the table has triggers.
    func insertOfNewRows(into table: String) throws -> String {
        let hasTriggers = try connection.integer(
            "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = '\(table)')")
        return "INSERT \(hasTriggers == 0 ? "OR ROLLBACK " : "")INTO main.\(table)"
    }

    /// Writes the changed pages to the log before the statement, which would otherwise copy them to its statement
    /// journal when they leave the cache. With a rollback journal it would not copy them, and the flush would only wait
    /// for the disk.
    func willChangeManyRows() throws {
        if !journal.isFirstLoad { try connection.flushCache() }
    }

    /// Starts writing the log to the disk.
    func didInsertGroup() { log.push() }

    // MARK: The schema

    /// The migrations that this program knows.
    var migrations: [Schema.Migration] { Schema.sqlite }

    /// The names of a table's columns.
    func columns(of table: String) throws -> Set<String> { try connection.columns(of: table) }

    /// Refuses migrations that need a name which another object has.
    func willApply(_ migrations: [Schema.Migration]) throws {
        var kinds: [String: String] = [:]
        let objects = try connection.prepare("SELECT lower(name), type FROM main.sqlite_schema")
        while try objects.step() { kinds[objects.text(0) ?? ""] = objects.text(1) ?? "" }
        try MigrationNames(location: connection.path, kinds: kinds).expectFree(for: migrations)
    }
}
