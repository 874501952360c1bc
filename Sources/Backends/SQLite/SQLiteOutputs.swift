#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

import Domain

/// The table `load_output`: the files that commands wrote for the user, which are never input. Reading and writing it
/// never waits for a lock.
public struct SQLiteOutputs {
    /// The state of a file after it was written.
    public struct Output: Sendable, Equatable {
        /// The device of its file system.
        public var device: Int64
        /// The inode on that device.
        public var inode: Int64
        /// The size in bytes.
        public var bytes: Int64
        /// The time of its last change, in nanoseconds since 1970.
        public var modifiedAt: Int64
        /// The path of the file.
        public var path: String

        /// Creates the state of a file.
        public init(device: Int64, inode: Int64, bytes: Int64, modifiedAt: Int64, path: String) {
            self.device = device
            self.inode = inode
            self.bytes = bytes
            self.modifiedAt = modifiedAt
            self.path = path
        }
    }

    private let connection: Connection

    /// Opens a warehouse to read the table.
    ///
    /// - Throws: `SQLiteError`.
    public init(reading path: String) throws {
        guard try WarehouseFile.lookForOwn(at: path) == .warehouse else {
            throw WarehouseError.notThere(location: path)
        }
        // Without a log, the file has everything. With a log, SQLite creates no file only when both the log and the
        // shared memory exist.
        let place = WarehouseFile.realPath(path)
        let isLogged = access(place + "-wal", F_OK) == 0 && access(place + "-shm", F_OK) == 0
        connection = try Connection(path: path, access: isLogged ? .readOnly : .immutable)
    }

    /// Opens an existing warehouse to add files to the table.
    ///
    /// - Throws: `SQLiteError`.
    public init(writing path: String) throws {
        // A warehouse of an older version has no such table, and must not be changed.
        _ = try SQLiteOutputs(reading: path).all()
        connection = try Connection(path: path, access: .readWrite)
        try connection.setBusyTimeout(milliseconds: 0)
    }

    /// All files in the table.
    public func all() throws -> [Output] {
        let rows = try connection.prepare("SELECT device, inode, bytes, modified_at, path FROM load_output")
        var outputs: [Output] = []
        while try rows.step() {
            outputs.append(
                Output(
                    device: rows.integer(0), inode: rows.integer(1), bytes: rows.integer(2),
                    modifiedAt: rows.integer(3), path: rows.text(4) ?? ""))
        }
        return outputs
    }

    /// Adds a file to the table.
    ///
    /// - Throws: `SQLiteError`; without waiting when another program is writing.
    public func add(_ output: Output) throws {
        let statement = try connection.prepare(
            "INSERT OR REPLACE INTO load_output (device, inode, bytes, modified_at, path) VALUES (?, ?, ?, ?, ?)")
        try statement.bind(output.device, at: 1)
        try statement.bind(output.inode, at: 2)
        try statement.bind(output.bytes, at: 3)
        try statement.bind(output.modifiedAt, at: 4)
        try statement.bind(output.path, at: 5)
        try statement.run()
    }
}
