import CSQLite

/// What SQLite refused: its extended result code (https://sqlite.org/rescode.html), its words, and what was asked.
public struct SQLiteError: Error, CustomStringConvertible {
    /// The extended result code.
    public let code: Int32
    /// SQLite's own words.
    public let message: String
    /// The statement, or what was being done.
    public let statement: String
    /// The database file.
    public let path: String

    /// The primary result code.
    public var primaryCode: Int32 { code & 0xff }

    /// Whether another connection holds the lock that was needed.
    public var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }
    /// Whether there is no room left for the database.
    public var isFull: Bool { primaryCode == SQLITE_FULL }
    /// Whether the statement was ended from outside.
    public var isInterrupted: Bool { primaryCode == SQLITE_INTERRUPT }

    /// What happened, for a person.
    public var description: String { "\(path): \(message) (SQLite \(code))" }

    /// What to do about it.
    public var hint: String {
        switch primaryCode {
        case SQLITE_FULL: "Free some space on the disk, and run the same command again: it goes on where it stopped."
        case SQLITE_BUSY, SQLITE_LOCKED: "Another program is writing to it; wait for it to end, and try again."
        case SQLITE_CANTOPEN: "Check that the folder is there and that you may write to it."
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH: "Check the permissions of the file and its folder."
        case SQLITE_NOTADB: "The file is no SQLite database; name another one with --warehouse."
        case SQLITE_CORRUPT: "The file is damaged: restore it from a copy, or load its sources into a new one."
        case SQLITE_IOERR: "The disk or file system failed; look at the system's log."
        case SQLITE_ERROR:
            "If you wrote the statement, check it: the tables are in the data dictionary, schema/README.md."
        default: "Run `reelhouse doctor` to check the installation and the warehouse."
        }
    }
}
