import Domain
import SQLWarehouse

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The warehouse as one SQLite file, to write: the offline default. The rules are `SQLWarehouse`'s.
public final class SQLiteWarehouse: SQLWarehouse {
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

    private let file: SQLiteSession
    /// What it writes by.
    var connection: Connection { file.connection }

    /// Opens a warehouse for writing; the file is made when it is not there, and removed again unless something is
    /// loaded into it.
    ///
    /// - Throws: `SQLiteError`, `SQLiteFileError`, `WarehouseError`.
    public init(path: String, options: Options = Options()) throws {
        file = try SQLiteSession(path: path, options: options)
        super.init(file)
    }

    /// Checks whether a warehouse could be opened for writing, without making one.
    ///
    /// - Throws: as `init` would.
    public static func checkPlace(path: String) throws {
        guard try WarehouseFile.lookForOwn(at: path) == .none else { return }
        let folder = WarehouseFile.folder(of: path)
        guard access(folder, W_OK | X_OK) == 0 else {
            throw SQLiteFileError.notAFile(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// Where a warehouse and what SQLite keeps beside it lie: its path without symbolic links.
    public static func realPath(_ path: String) -> String { WarehouseFile.realPath(path) }
}

/// The warehouse as one SQLite file, to look at: a read-only connection, which sees the last commit and waits for nobody.
/// While the first load is under way there is nothing to see yet.
public final class SQLiteReader: SQLWarehouseReader {
    /// Opens a warehouse for reading.
    ///
    /// - Throws: `SQLiteError`; `WarehouseError.notThere` when there is no such file, or nothing was ever loaded;
    ///   `SQLiteFileError.firstLoad` while the first load is under way.
    public convenience init(path: String) throws { try self.init(path: path, asOwner: ReadOnlyPlace.isOwn(path)) }

    init(path: String, asOwner: Bool) throws { super.init(try SQLiteReadSession(path: path, asOwner: asOwner)) }
}
