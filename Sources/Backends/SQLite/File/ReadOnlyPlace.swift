import CSQLite
import Domain

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How a warehouse is opened to read, so that no file stays beside it that was not there. SQLite needs a log and shared
/// memory beside a database with a write-ahead log, and a reader would leave both behind: of another user, they keep the
/// owner of the warehouse from writing.
struct ReadOnlyPlace {
    /// What reads.
    let connection: Connection
    /// How the file was when it was opened; nil where SQLite's locks keep what is read whole.
    let stamp: Stamp?
    /// What removes the log and the shared memory again when it is closed as the last; closed after `connection`.
    private let cleaner: Connection?

    /// Opens a warehouse; `asOwner` says that files beside it may be made, and removed again.
    ///
    /// - Throws: `SQLiteFileError.firstLoad` while the first load is under way; `SQLiteFileError.logNotReadable` and
    ///   `SQLiteFileError.journalNotReadable` where a part of it is beside the file, and cannot be read from there;
    ///   `SQLiteError`.
    init(path: String, asOwner: Bool) throws {
        let usesLog = try DatabaseHeader(path: path)?.usesLog == true
        if Self.isThere(path + "-wal"), Self.isThere(path + "-shm") {
            // Nothing is made here: SQLite takes what is there.
            if let connection = try Self.open(path, .readOnly) {
                self.init(connection)
                return
            }
        } else if usesLog, asOwner, let cleaner = try Self.open(path, .readWrite),
            let connection = try Self.open(path, .readOnly)
        {
            self.init(connection, cleaner: cleaner)
            return
        }
        try self.init(asItLies: path, asOwner: asOwner)
    }

    /// Opens a warehouse that nobody writes to, or whose log is empty, without a lock: one on a database with a rollback
    /// journal would keep the next run from committing.
    private init(asItLies path: String, asOwner: Bool) throws {
        // Before all checks, so that what is written after them is noticed too.
        guard let stamp = Stamp(path) else {
            throw SQLiteFileError.notReadable(path: path, reason: String(cString: strerror(errno)))
        }
        if try Self.isInFirstLoad(path) { throw SQLiteFileError.firstLoad(path: path, bytes: stamp.bytes) }
        if Stamp.hasLog(path) { throw SQLiteFileError.logNotReadable(path: path) }
        if RollbackJournal.hasContent(besideDatabase: path) {
            // SQLite undoes what was cut off, and waits for a program that is still writing.
            guard asOwner, let connection = try Self.open(path, .readWrite) else {
                throw SQLiteFileError.journalNotReadable(path: path)
            }
            if RollbackJournal.hasContent(besideDatabase: path) {
                self.init(connection)
            } else {
                try self.init(asItLies: path, asOwner: asOwner)
            }
            return
        }
        self.init(try Connection(path: path, access: .immutable), stamp: stamp)
    }

    /// Whether a run writes into the file itself, as the first load does. A run that has just begun or ended may be about
    /// to give it a log, which is waited for.
    private static func isInFirstLoad(_ path: String) throws -> Bool {
        for attempt in 0..<5 {
            if attempt > 0 { usleep(40_000) }
            guard try DatabaseHeader(path: path)?.usesLog == false, WriterLock.isTaken(at: path) == true else {
                return false
            }
        }
        return true
    }

    private init(_ connection: Connection, stamp: Stamp? = nil, cleaner: Connection? = nil) {
        self.connection = connection
        self.stamp = stamp
        self.cleaner = cleaner
    }

    /// A connection that sees the log; nil where the place does not permit one.
    private static func open(_ path: String, _ access: Connection.Access) throws(SQLiteError) -> Connection? {
        do {
            let connection = try Connection(path: path, access: access)
            try connection.setBusyTimeout(milliseconds: 10_000)
            // The file is opened now, and its log when it is first read.
            _ = try connection.integer("SELECT count(*) FROM main.sqlite_schema")
            return connection
        } catch {
            guard [SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM].contains(error.primaryCode) else { throw error }
            return nil
        }
    }

    private static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether what is made beside the file belongs to its owner: SQLite gives it to that user when root makes it.
    static func isOwn(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && [0, status.st_uid].contains(geteuid()) && access(path, W_OK) == 0
    }

    /// What tells that a file was written to.
    struct Stamp {
        private let path: String
        private let values: [Int]

        init?(_ path: String) {
            guard let values = Self.values(path) else { return nil }
            self.path = path
            self.values = values
        }

        /// The size of the file.
        var bytes: Int64 { Int64(values[2]) }

        /// To be called when all is read.
        ///
        /// - Throws: `SQLiteFileError.changedMeanwhile`.
        func expectUnchanged() throws(SQLiteFileError) {
            guard isUnchanged else { throw .changedMeanwhile(path: path) }
        }

        /// Whether the file is as it was.
        var isUnchanged: Bool { Self.values(path) == values }

        private static func values(_ path: String) -> [Int]? {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            return [
                Int(status.st_dev), Int(status.st_ino), Int(status.st_size), Int(status.st_mtim.tv_sec),
                Int(status.st_mtim.tv_nsec),
            ]
        }

        /// Whether there is a log with content beside the file.
        static func hasLog(_ path: String) -> Bool {
            var status = stat()
            return stat(WarehouseFile.realPath(path) + "-wal", &status) == 0 && status.st_size > 0
        }
    }
}
