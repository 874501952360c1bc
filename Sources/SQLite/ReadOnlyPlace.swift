import CSQLite
import Domain

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How a warehouse is opened to read where nothing can be written beside it: in a folder without write permission, or on
/// a read-only medium. SQLite needs shared memory beside a database with a write-ahead log; where there is none and
/// none can be made, nobody is writing, and the file is read as it lies there.
enum ReadOnlyPlace {
    /// Opens a warehouse.
    ///
    /// - Returns: the connection; a stamp where the file is read as it lies there.
    /// - Throws: `WarehouseError.logNotReadable` when it has a log with content that cannot be read; `SQLiteError`.
    static func connection(path: String) throws -> (Connection, Stamp?) {
        do {
            let connection = try Connection(path: path, access: .readOnly)
            // The file is opened now, and its log when it is first read.
            _ = try connection.integer("SELECT count(*) FROM main.sqlite_schema")
            return (connection, nil)
        } catch  where [SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM].contains(error.primaryCode) {
            if Stamp.hasLog(path) { throw WarehouseError.logNotReadable(path: path) }
            guard let stamp = Stamp(path) else { throw error }
            let connection = try Connection(path: path, access: .immutable)
            return (connection, stamp)
        }
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

        /// To be called when all is read.
        ///
        /// - Throws: `WarehouseError.changedMeanwhile`.
        func expectUnchanged() throws(WarehouseError) {
            guard Self.values(path) == values else { throw .changedMeanwhile(path: path) }
        }

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
