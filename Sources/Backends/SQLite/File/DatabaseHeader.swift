import CSQLite

/// The first 100 bytes of a database file, as they lie on the disk (https://sqlite.org/fileformat2.html#the_database_header).
///
/// They are read without any of SQLite's locks, so that a database can be told while a load has it locked, and whatever
/// the load has written of its other pages.
struct DatabaseHeader: Equatable {
    private let bytes: [UInt8]

    /// Reads the header; nil where the file has none.
    ///
    /// Through SQLite: a descriptor of our own would, when closed, drop the locks that SQLite holds on the file
    /// (https://sqlite.org/howtocorrupt.html, 2.2).
    ///
    /// - Throws: `SQLiteError` when the file cannot be opened.
    init?(path: String) throws(SQLiteError) {
        guard let bytes = try Connection(path: path, access: .immutable).firstBytes(Self.size) else { return nil }
        self.init(bytes)
    }

    /// The header that some bytes are; nil where they are none.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size, bytes.starts(with: Array("SQLite format 3\0".utf8)) else { return nil }
        self.bytes = bytes
    }

    private static let size = 100

    /// Whether changes go to a write-ahead log; else to the file itself, with a rollback journal.
    var usesLog: Bool { bytes[19] == 2 }

    /// The number that tells whose database it is.
    var applicationID: Int64 {
        Int64(Int32(bitPattern: bytes[68..<72].reduce(0) { $0 << 8 | UInt32($1) }))
    }
}

extension Connection {
    /// The first bytes of the database file; nil where it has fewer.
    fileprivate func firstBytes(_ count: Int) -> [UInt8]? {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
            let read = file.pointee.pMethods?.pointee.xRead
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        return read(file, &bytes, Int32(count), 0) == SQLITE_OK ? bytes : nil
    }
}
