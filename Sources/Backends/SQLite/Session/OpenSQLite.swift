import Domain
import SQLWarehouse

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A warehouse in one SQLite file, opened for writing; the default without a server. The rules are in `SQLWarehouse`.
///
///     let warehouse = try SQLiteWarehouse(path: "warehouse.db")
///     try warehouse.migrate(at: now)
public final class SQLiteWarehouse: SQLWarehouse {
    /// The tuning of the database.
    public struct Options: Sendable {
        /// The size of the page cache, in KiB.
        public var cacheKiB = 16 << 10
        /// How many pages (of 16 KiB) in the write-ahead log start a checkpoint.
        public var logPages: Int32 = 2048
        /// How many pages may be in the log when a transaction begins.
        public var maximumLogPages: Int32 = 32768
        /// How long to wait for a lock, in milliseconds.
        public var busyTimeout: Int32 = 10_000

        /// Creates the default options.
        public init() {}
    }

    private let file: SQLiteSession
    /// The connection that writes.
    var connection: Connection { file.connection }

    /// Opens a warehouse for writing. The file is created when it does not exist, and removed again unless something is
    /// loaded into it.
    ///
    /// - Throws: `SQLiteError`, `SQLiteFileError`, `WarehouseError`.
    public init(path: String, options: Options = Options()) throws {
        file = try SQLiteSession(path: path, options: options)
        super.init(file)
    }

    /// Checks whether a warehouse could be opened for writing, without creating one.
    ///
    /// - Throws: the same errors as `init`.
    public static func checkPlace(path: String) throws {
        guard try WarehouseFile.lookForOwn(at: path) == .none else { return }
        let folder = WarehouseFile.folder(of: path)
        guard access(folder, W_OK | X_OK) == 0 else {
            throw SQLiteFileError.notAFile(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// The path of a warehouse without symbolic links, beside which SQLite keeps its files.
    public static func realPath(_ path: String) -> String { WarehouseFile.realPath(path) }
}

/// A warehouse in one SQLite file, opened for reading. It sees the last commit, and never waits for a writer. During
/// the first load there is nothing to read yet.
public final class SQLiteReader: SQLWarehouseReader {
    /// Opens a warehouse for reading.
    ///
    /// - Throws: `SQLiteError`; `WarehouseError.notThere` when the file does not exist or nothing was ever loaded;
    ///   `SQLiteFileError.firstLoad` during the first load.
    public convenience init(path: String) throws { try self.init(path: path, asOwner: ReadOnlyPlace.isOwn(path)) }

    init(path: String, asOwner: Bool) throws { super.init(try SQLiteReadSession(path: path, asOwner: asOwner)) }
}
