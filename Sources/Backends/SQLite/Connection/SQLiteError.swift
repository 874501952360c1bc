import CSQLite
import Domain
import Glibc

import enum Logging.Redaction

/// An error of SQLite: its extended result code (https://sqlite.org/rescode.html), its message, and the statement.
public struct SQLiteError: ReportedError {
    /// The extended result code.
    public let code: Int32
    /// SQLite's own message.
    public let words: String
    /// The statement that failed, or a description such as `opening it` when there was none.
    public let statement: String
    /// The path of the database file.
    public let path: String
    /// The `errno` of the read or write that failed; 0 when there was none.
    public var systemCode: Int32 = 0
    /// Triggers and indexes that a user added to the statement's tables, and that may be the cause.
    public var additions: [Addition] = []

    /// A trigger or a unique index that is not part of the schema.
    public struct Addition: Sendable {
        /// `trigger` or `index`.
        public let kind: String
        /// The name of the trigger or index.
        public let name: String
        /// The table that it belongs to.
        public let table: String
    }

    /// The primary result code.
    public var primaryCode: Int32 { code & 0xff }

    /// Whether another connection holds a lock that was needed.
    public var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }
    /// Whether the disk is full or a quota is used up.
    public var isFull: Bool { primaryCode == SQLITE_FULL || (isFailedWrite && [ENOSPC, EDQUOT].contains(systemCode)) }
    /// Whether a file has reached the limit on the size of files.
    public var isTooLarge: Bool {
        if systemCode == EFBIG { return primaryCode == SQLITE_FULL || isFailedWrite }
        // SQLite's cleanup after the failed write may have changed the `errno`, so the result code has to be enough.
        let writes: [Int32] = [Self.failedWrite, Self.failedTruncate, Self.failedSharedMemory]
        return writes.contains(code) && systemCode != EIO && Self.hasSizeLimit
    }

    /// `SQLITE_IOERR_WRITE`, `_TRUNCATE` and `_SHMSIZE`: Swift cannot import these macros.
    private static let (failedWrite, failedTruncate, failedSharedMemory): (Int32, Int32, Int32) = (778, 1546, 4874)

    private static var hasSizeLimit: Bool {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 && limit.rlim_cur != rlim_t.max
    }

    private var isFailedWrite: Bool { primaryCode == SQLITE_IOERR || primaryCode == SQLITE_CANTOPEN }

    /// What failed, where, and during which statement:
    /// `w.db: disk I/O error (SQLite 778) while running INSERT INTO main.fact_user_event …`.
    public var message: String {
        let reason =
            if isTooLarge {
                "a file has reached the limit on the size of files"
            } else if isFull { "the disk is full, or a quota is reached" } else { words }
        let added = additions.map { "the \($0.kind) \($0.name) on \($0.table)" }.joined(separator: ", ")
        let text = "\(path): \(reason) (SQLite \(code)) while \(StatementSummary.activity(statement))"
        return Redaction.text(text + (added.isEmpty ? "" : "; the cause may be \(added)"))
    }

    /// The class of the failure, which decides the exit status.
    public var kind: FailureKind { isBusy ? .inUse : isFull || isTooLarge ? .noRoom : .failed }

    /// The user's next step.
    public var hint: String {
        if isTooLarge { return "Raise the limit (`ulimit -f`), and run the same command again." }
        if isFull { return "Free some space on the disk, and run the same command again." }
        if let first = additions.first {
            return "Somebody added that to the warehouse. Remove it (DROP \(first.kind.uppercased()) \(first.name)) or "
                + "correct it, and run the same command again."
        }
        return hintByCode
    }

    private var hintByCode: String {
        switch primaryCode {
        case SQLITE_BUSY, SQLITE_LOCKED: "Another program has it locked; wait for that to end, and try again."
        case SQLITE_CANTOPEN: "Check that the folder is there and that you may write to it."
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH: "Check the permissions of the file and its folder."
        case SQLITE_NOTADB: "The file is not a SQLite database; name another one with --warehouse."
        case SQLITE_CORRUPT: "The file is damaged: restore it from a copy, or load its sources into a new one."
        case SQLITE_IOERR: "The disk or file system failed, or a quota is reached; look at the system's log."
        case SQLITE_ERROR:
            "If you wrote the statement, check it: the tables are in the data dictionary, schema/README.md."
        default: "Run `reelhouse doctor` to check the installation and the warehouse."
        }
    }
}
