import CSQLite
import Domain
import SQLWarehouse
import Schema

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The connection that writes a warehouse: statements, transactions and the writer's place in a SQLite file.
///
/// Write-ahead logging, so that readers never wait for a load, but for the first one (see `JournalMode`); few and large
/// transactions, each flushed to disk (`synchronous = FULL`) before `commit` returns.
final class SQLiteSession: SQLSession {
    /// The database file.
    let location: String
    let dialect = SQLDialect.sqlite
    let connection: Connection
    private let lock: WriterLock
    private let journal: JournalMode
    private let log: LogWriteback
    private let checkpointer: Checkpointer
    private var staged: [String: StagedRows] = [:]
    private let busyTimeout: Int32
    /// The file as long as nothing is loaded into it that would be lost with it.
    private var newFile: NewWarehouseFile?
    private var hasWork = false
    private var isDryRun = false

    /// Opens a warehouse for writing; the file is made when it is not there, and removed again unless something is
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
        for table in StagedTable.all {
            let rows = StagedRows(columns: table.columns)
            try rows.register(as: "new_\(table.name)", on: connection)
            staged[table.name] = rows
        }
    }

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
            throw SQLiteFileError.foreign(path: connection.path, what: what)
        }
        try connection.execute("PRAGMA application_id = \(WarehouseFile.applicationID)")
        try connection.execute("COMMIT")
        newFile?.didMark()
        try journal.expectLogSupport()
    }

    /// Called when `migrate` has brought the schema up to date.
    func didMigrate() { newFile?.keep() }

    /// Whether this is the one writer.
    var isInPlace: Bool { lock.isHeld }

    /// Becomes the one writer, and chooses the journal mode.
    func takePlace(for work: SQLWriterWork) throws {
        try lock.take()
        do {
            switch work {
            case .run(let kind):
                isDryRun = kind == .dryRun
                // A run that may never end is read from while it goes on.
                if kind == .endless { try journal.changeToLog() } else { try journal.beginRun() }
            case .change: try journal.changeToLog()
            }
        } catch {
            releasePlace()
            throw error
        }
    }

    /// Lets another one write.
    func releasePlace() {
        // After an error; a run that came to its end has done so.
        journal.endRun(changesToLog: false)
        lock.release()
    }

    /// A trigger that raises an error ends the run; one that ignores rows would lose them without a word.
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

    /// Called at the end of each run, before the place is released.
    func willEndRun() {
        checkpointer.wait()
        journal.endRun(changesToLog: !isDryRun && newFile?.isKept != false)
        // What is still in the log is no less durable there, so a reader that is in the way is no fault, and not waited
        // for: a later run copies the rest.
        try? connection.setBusyTimeout(milliseconds: 0)
        try? connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try? connection.setBusyTimeout(milliseconds: busyTimeout)
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
    func begin() throws {
        checkpointer.willBegin()
        try connection.execute("BEGIN IMMEDIATE")
    }

    /// Makes all since `begin` visible and durable.
    func commit() throws {
        try connection.execute("COMMIT")
        if hasWork { newFile?.keep() }
        journal.didCommit()
        checkpointer.didCommit()
    }

    /// Forgets all since `begin`.
    func rollback() throws {
        if sqlite3_get_autocommit(connection.handle) == 0 { try connection.execute("ROLLBACK") }
    }

    /// Nothing: the lock is held as long as this process lives.
    func checkFence() throws {}

    // MARK: Statements

    /// Runs a query.
    func query(_ sql: String, _ values: [RowValue]) throws -> any SQLRows { try connection.query(sql, values) }

    /// Runs a statement, and gives how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: [RowValue]) throws -> Int64 {
        let statement = try connection.statement(sql)
        try statement.bind(values)
        try statement.run()
        return connection.changes
    }

    /// Runs the statements of a script.
    func runScript(_ sql: String) throws { try connection.execute(sql) }

    /// Makes rows readable, where they are.
    func stage(_ rows: RowSource, as table: StagedTable) throws { try staged(table).source = rows }

    /// Lets go of staged rows.
    func unstage(_ table: StagedTable) { staged[table.name]?.source = nil }

    private func staged(_ table: StagedTable) throws -> StagedRows {
        guard let rows = staged[table.name] else {
            preconditionFailure("the rows of \(table.name) are not registered with SQLite")
        }
        return rows
    }

    /// The beginning of an insert that meets no row of the same key: with `OR ROLLBACK` SQLite keeps no statement
    /// journal, into which it would copy each page that leaves its cache meanwhile. What an insert does on a conflict
    /// holds for the triggers too that somebody added, against what they say themselves: so with those it is left open.
    func insertOfNewRows(into table: String) throws -> String {
        let hasTriggers = try connection.integer(
            "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = '\(table)')")
        return "INSERT \(hasTriggers == 0 ? "OR ROLLBACK " : "")INTO main.\(table)"
    }

    /// Lets what is changed leave the cache before the statement, which would copy it into its journal as well. With a
    /// rollback journal it would not, and a flush would only wait for the disk.
    func willChangeManyRows() throws {
        if !journal.isFirstLoad { try connection.flushCache() }
    }

    /// Begins to write what is in the log to the disk.
    func didInsertGroup() { log.push() }

    // MARK: The schema

    /// The migrations that this program knows.
    var migrations: [Schema.Migration] { Schema.sqlite }

    /// The names of a table's columns.
    func columns(of table: String) throws -> Set<String> { try connection.columns(of: table) }

    /// Refuses migrations whose names somebody took.
    func willApply(_ migrations: [Schema.Migration]) throws {
        try MigrationNames(connection).expectFree(for: migrations)
    }
}
