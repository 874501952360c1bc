import CSQLite
import Domain

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Opens a warehouse for reading without leaving a new file beside it. A database with a write-ahead log needs a log
/// and shared memory beside it, and a reader would leave both behind. If the reader is another user than the owner,
/// these files would keep the owner from writing.
struct ReadOnlyPlace {
    /// The connection to read with.
    let connection: Connection
    /// The state of the file when it was opened; nil when SQLite's locks guarantee that the read is consistent.
    let stamp: Stamp?
    /// The connection that removes the log and the shared memory when it is closed last, after `connection`.
    private let cleaner: Connection?

    /// Opens a warehouse.
    ///
    /// - Parameter asOwner: whether files may be created beside the warehouse, and removed again.
    /// - Throws: `SQLiteFileError.firstLoad` during the first load; `SQLiteFileError.logNotReadable` and
    ///   `SQLiteFileError.journalNotReadable` when a part of the warehouse is in a log or journal that cannot be read;
    ///   `SQLiteError`.
    init(path: String, asOwner: Bool) throws {
        let usesLog = try DatabaseHeader(path: path)?.usesLog == true
        if Self.isThere(path + "-wal"), Self.isThere(path + "-shm") {
            // Both files exist, so SQLite creates none.
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

    /// Opens a warehouse without a lock, when nobody writes to it or its log is empty. On a database with a rollback
    /// journal, a reader's lock would keep the next run from committing.
    private init(asItLies path: String, asOwner: Bool) throws {
        // Before all checks, so that a change after a check is noticed too.
        guard let stamp = Stamp(path) else {
            throw SQLiteFileError.notReadable(path: path, reason: String(cString: strerror(errno)))
        }
        if try Self.isInFirstLoad(path) { throw SQLiteFileError.firstLoad(path: path, bytes: stamp.bytes) }
        if Stamp.hasLog(path) { throw SQLiteFileError.logNotReadable(path: path) }
        if RollbackJournal.hasContent(besideDatabase: path) {
            // SQLite undoes the transaction that was cut off, or waits for a program that is still writing.
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

    /// Whether a run is writing to the file itself, as the first load does. A run that has just begun or ended may be
    /// about to switch to a log; the function waits for that.
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
        connection.endReadingOnRequest()
        self.connection = connection
        self.stamp = stamp
        self.cleaner = cleaner
    }

    /// A connection that sees the log; nil when file permissions do not allow one.
    private static func open(_ path: String, _ access: Connection.Access) throws(SQLiteError) -> Connection? {
        do {
            let connection = try Connection(path: path, access: access)
            try connection.setBusyTimeout(milliseconds: 10_000)
            // The file is opened now, but its log only at the first read.
            _ = try connection.integer("SELECT count(*) FROM main.sqlite_schema")
            return connection
        } catch {
            guard [SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM].contains(error.primaryCode) else { throw error }
            return nil
        }
    }

    private static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether new files beside the warehouse will belong to its owner. They do for root too, because SQLite then gives
    /// them to the owner.
    static func isOwn(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && [0, status.st_uid].contains(geteuid()) && access(path, W_OK) == 0
    }

    /// The state of a file, by which a later change is noticed.
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

        /// Must be called after everything was read.
        ///
        /// - Throws: `SQLiteFileError.changedMeanwhile`.
        func expectUnchanged() throws(SQLiteFileError) {
            guard isUnchanged else { throw .changedMeanwhile(path: path) }
        }

        /// Whether the file is still in the same state.
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
