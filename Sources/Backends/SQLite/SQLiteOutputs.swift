#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

import Domain

/// The files that commands wrote for somebody, in `load_output`; read and written without waiting for anybody.
public struct SQLiteOutputs {
    /// A file as it was written.
    public struct Output: Sendable, Equatable {
        /// The file system it is on.
        public var device: Int64
        /// Its number there.
        public var inode: Int64
        /// Its size in bytes.
        public var bytes: Int64
        /// When it was written, nanoseconds since 1970.
        public var modifiedAt: Int64
        /// Its path.
        public var path: String

        /// A file as it was written.
        public init(device: Int64, inode: Int64, bytes: Int64, modifiedAt: Int64, path: String) {
            self.device = device
            self.inode = inode
            self.bytes = bytes
            self.modifiedAt = modifiedAt
            self.path = path
        }
    }

    private let connection: Connection

    /// Opens a warehouse to read what it remembers.
    ///
    /// - Throws: `SQLiteError`.
    public init(reading path: String) throws {
        guard try WarehouseFile.lookForOwn(at: path) == .warehouse else {
            throw WarehouseError.notThere(location: path)
        }
        // Without a log the file is all there is; and only where both are there SQLite makes nothing beside it.
        let place = WarehouseFile.realPath(path)
        let isLogged = access(place + "-wal", F_OK) == 0 && access(place + "-shm", F_OK) == 0
        connection = try Connection(path: path, access: isLogged ? .readOnly : .immutable)
    }

    /// Opens a warehouse that is there to add to it.
    ///
    /// - Throws: `SQLiteError`.
    public init(writing path: String) throws {
        // A warehouse of an older version has no such table, and is not changed.
        _ = try SQLiteOutputs(reading: path).all()
        connection = try Connection(path: path, access: .readWrite)
        try connection.setBusyTimeout(milliseconds: 0)
    }

    /// All that are remembered.
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

    /// Remembers a file.
    ///
    /// - Throws: `SQLiteError`, at once where another program is writing.
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
