import CSQLite
import Domain

/// Chooses how SQLite protects a warehouse's transactions: with a rollback journal during the first load, and with a
/// write-ahead log afterwards (https://sqlite.org/pragma.html#pragma_journal_mode).
///
/// With a rollback journal, each new page is written once; with a log, it is written to the log and then to the file.
/// But a rollback journal lets either readers or the writer in, never both. So it is used only as long as there is
/// nothing to read: until a run has ended, or until a load turns out to commit lines as they come in (see
/// `SmallCommits`). A database that has a log keeps it. The state is read from the database itself, so that a first
/// load that was killed continues in the same mode.
///
/// All functions must be called as the writer (see `WriterLock`), and outside a transaction.
final class JournalMode {
    private let connection: Connection
    private let busyTimeout: Int32
    /// Whether the current run is the first load, with a rollback journal.
    private(set) var isFirstLoad = false
    private var smallCommits = SmallCommits()

    /// Creates the object for a writer's connection.
    ///
    /// - Parameter busyTimeout: how long the connection usually waits for a lock, in milliseconds.
    init(of connection: Connection, busyTimeout: Int32) {
        self.connection = connection
        self.busyTimeout = busyTimeout
    }

    /// Switches a new database to a write-ahead log and back, so that a file system that does not support one is
    /// reported before anything is loaded.
    ///
    /// - Throws: `SQLiteFileError.notAFile`, `SQLiteError`.
    func expectLogSupport() throws {
        try changeToLog()
        // SQLite creates the log and its shared memory when they are first used.
        _ = try connection.integer("SELECT count(*) FROM main.sqlite_schema")
        // If another program is reading the file at this moment, the log stays, and the load is only slower.
        _ = try? connection.texts("PRAGMA main.journal_mode = TRUNCATE")
    }

    /// Chooses the mode for a run. If the run is the first load, locks the database against other programs, because a
    /// reader would delay a commit.
    ///
    /// - Throws: `SQLiteError`, with `isBusy` when another program has locked the database; `SQLiteFileError.notAFile`.
    func beginRun() throws {
        isFirstLoad = false
        if try usesLog() { return }
        if try hasEndedRun() { return try changeToLog() }
        isFirstLoad = true
        smallCommits = SmallCommits()
        try lockOthersOut()
        try connection.execute("BEGIN EXCLUSIVE; COMMIT")
    }

    /// Must be called after each commit. Switches to a log if the first load turns out to make many small commits.
    ///
    /// Errors are ignored: the next commit tries again.
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

    /// Makes the connection keep the lock that the next transaction takes.
    private func lockOthersOut() throws {
        _ = try connection.texts("PRAGMA main.journal_mode = TRUNCATE")
        try connection.execute("PRAGMA main.locking_mode = EXCLUSIVE")
    }

    /// Undoes `lockOthersOut`. The lock itself is released when the database is next read.
    private func letOthersIn() throws {
        try connection.execute("PRAGMA main.locking_mode = NORMAL")
        // Removes the journal's file, which would remain after the switch to a log.
        _ = try connection.texts("PRAGMA main.journal_mode = DELETE")
    }

    /// Ends the first load: unlocks the database, and switches to a write-ahead log.
    ///
    /// Errors are ignored: what was loaded is durable, and the next run tries again.
    ///
    /// - Parameter changesToLog: false when nothing of the run is kept.
    func endRun(changesToLog: Bool) {
        guard isFirstLoad else { return }
        isFirstLoad = false
        // After an error, a statement may still be in the middle of its rows and hold a lock.
        connection.resetStatements()
        try? letOthersIn()
        if changesToLog { try? changeToLog() }
        _ = try? connection.integer("SELECT count(*) FROM main.sqlite_schema")
    }

    /// Switches the database to a write-ahead log, unless it has one.
    ///
    /// - Throws: `SQLiteError`, with `isBusy` when another program is reading the database, which prevents the switch;
    ///   `SQLiteFileError.notAFile` when the file system does not support a log.
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

    /// Whether a run has completed or was stopped, so that there are rows to read.
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
    /// Resets all statements that are in the middle of their rows.
    fileprivate func resetStatements() {
        var statement = sqlite3_next_stmt(handle, nil)
        while let current = statement {
            sqlite3_reset(current)
            statement = sqlite3_next_stmt(handle, current)
        }
    }
}
