import CSQLite
import Domain

/// How SQLite makes a warehouse's transactions safe: by a rollback journal during the first load, by a write-ahead log
/// ever after (https://sqlite.org/pragma.html#pragma_journal_mode).
///
/// With a rollback journal each new page is written once, and not to the log and then to the file. But readers and the
/// writer keep each other out. So it is used only as long as nobody can miss anything: until a run has ended, or loads
/// lines as they come in (see `SmallCommits`). A database with a log keeps it. Which of the two applies is read from the
/// database itself, so that a first load that was killed goes on as it began.
///
/// All of it is to be called in the writer's place (see `WriterLock`), and outside a transaction.
final class JournalMode {
    private let connection: Connection
    private let busyTimeout: Int32
    /// Whether the run that has begun is the first load, with a rollback journal.
    private(set) var isFirstLoad = false
    private var smallCommits = SmallCommits()

    /// - Parameter busyTimeout: how long the connection waits for a lock otherwise, in milliseconds.
    init(of connection: Connection, busyTimeout: Int32) {
        self.connection = connection
        self.busyTimeout = busyTimeout
    }

    /// Tries a write-ahead log in a database that is new, so that a file system without support for one is told of before
    /// anything is loaded.
    ///
    /// - Throws: `SQLiteFileError.notAFile`, `SQLiteError`.
    func expectLogSupport() throws {
        try changeToLog()
        // The log and its shared memory are made when they are first used.
        _ = try connection.integer("SELECT count(*) FROM main.sqlite_schema")
        // Where another program looks at the file just now, the log stays: the load is only slower.
        _ = try? connection.texts("PRAGMA main.journal_mode = TRUNCATE")
    }

    /// Chooses the mode for a run, and locks the database against other programs if the run is the first load: one that
    /// reads would keep a commit waiting.
    ///
    /// - Throws: `SQLiteError`, with `isBusy` where another program has it locked; `SQLiteFileError.notAFile`.
    func beginRun() throws {
        isFirstLoad = false
        if try usesLog() { return }
        if try hasEndedRun() { return try changeToLog() }
        isFirstLoad = true
        smallCommits = SmallCommits()
        try lockOthersOut()
        try connection.execute("BEGIN EXCLUSIVE; COMMIT")
    }

    /// To be called after each commit: gives the database a log if the first load is one that goes on for long.
    ///
    /// It tells of no error: the next commit tries again.
    func didCommit() {
        guard isFirstLoad, let pages = try? connection.integer("PRAGMA main.page_count"),
            smallCommits.add(pages: pages)
        else { return }
        do {
            try letOthersIn()
            try changeToLog()
            isFirstLoad = false
        } catch {
            try? lockOthersOut()
        }
    }

    /// Sets up the connection so that the lock which the next transaction takes is held after it.
    private func lockOthersOut() throws {
        _ = try connection.texts("PRAGMA main.journal_mode = TRUNCATE")
        try connection.execute("PRAGMA main.locking_mode = EXCLUSIVE")
    }

    /// Undoes `lockOthersOut`; the lock itself is held until the database is next read.
    private func letOthersIn() throws {
        try connection.execute("PRAGMA main.locking_mode = NORMAL")
        // Removes the journal's file, which the change to a log would leave there.
        _ = try connection.texts("PRAGMA main.journal_mode = DELETE")
    }

    /// Ends the first load: unlocks the database, and gives it a write-ahead log.
    ///
    /// It tells of no error: what was loaded is safe, and the next run tries again.
    ///
    /// - Parameter changesToLog: false where nothing of the run stays.
    func endRun(changesToLog: Bool) {
        guard isFirstLoad else { return }
        isFirstLoad = false
        // A statement that an error left in the middle of its rows would be in the way.
        connection.resetStatements()
        try? letOthersIn()
        if changesToLog { try? changeToLog() }
        _ = try? connection.integer("SELECT count(*) FROM main.sqlite_schema")
    }

    /// Gives the database a write-ahead log, unless it has one.
    ///
    /// - Throws: `SQLiteError`, with `isBusy` where another program reads the database just now: that keeps a log from
    ///   being made; `SQLiteFileError.notAFile` where the file system does not support one.
    func changeToLog() throws {
        try connection.setBusyTimeout(milliseconds: min(busyTimeout, 1000))
        let mode = try connection.texts("PRAGMA main.journal_mode = WAL").first
        try connection.setBusyTimeout(milliseconds: busyTimeout)
        guard mode == "wal" else {
            throw SQLiteFileError.notAFile(
                path: connection.path, reason: "its file system does not support SQLite's write-ahead log")
        }
    }

    private func usesLog() throws -> Bool { try connection.texts("PRAGMA main.journal_mode").first == "wal" }

    /// Whether there is a run that came to its end, so that somebody may read what it loaded.
    private func hasEndedRun() throws -> Bool {
        let runs = try connection.integer(
            "SELECT count(*) FROM main.sqlite_schema WHERE name = 'load_run' AND type = 'table'")
        guard runs == 1 else { return false }
        return try connection.integer(
            """
            SELECT EXISTS (SELECT 1 FROM main.load_run
            WHERE outcome IN ('\(RunOutcome.completed.rawValue)', '\(RunOutcome.stopped.rawValue)'))
            """) == 1
    }
}

extension Connection {
    /// Ends all statements that are in the middle of their rows.
    fileprivate func resetStatements() {
        var statement = sqlite3_next_stmt(handle, nil)
        while let current = statement {
            sqlite3_reset(current)
            statement = sqlite3_next_stmt(handle, current)
        }
    }
}
