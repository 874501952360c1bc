import CSQLite

/// The first 100 bytes of a database file (https://sqlite.org/fileformat2.html#the_database_header).
///
/// They are read without SQLite's locks. So a database can be recognized while a load has it locked, whatever the load
/// has written to other pages.
struct DatabaseHeader: Equatable {
    private let bytes: [UInt8]

    /// Reads the header; nil when the file has none.
    ///
    /// It reads the file through SQLite, because closing another descriptor of the file would drop the locks that
    /// SQLite holds on it (https://sqlite.org/howtocorrupt.html, 2.2).
    ///
    /// - Throws: `SQLiteError` when the file cannot be opened.
    init?(path: String) throws(SQLiteError) {
        guard let bytes = try Connection(path: path, access: .immutable).firstBytes(Self.size) else { return nil }
        self.init(bytes)
    }

    /// The header in some bytes; nil when they are not a header.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size, bytes.starts(with: Array("SQLite format 3\0".utf8)) else { return nil }
        self.bytes = bytes
    }

    private static let size = 100

    /// Whether changes go to a write-ahead log. Otherwise they go to the file itself, with a rollback journal.
    var usesLog: Bool { bytes[19] == 2 }

    /// The number by which a database's program is recognized.
    var applicationID: Int64 {
        Int64(Int32(bitPattern: bytes[68..<72].reduce(0) { $0 << 8 | UInt32($1) }))
    }
}

extension Connection {
    /// The first bytes of the database file; nil when it has fewer.
    fileprivate func firstBytes(_ count: Int) -> [UInt8]? {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
            let read = file.pointee.pMethods?.pointee.xRead
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        return read(file, &bytes, Int32(count), 0) == SQLITE_OK ? bytes : nil
    }
}
