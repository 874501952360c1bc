import CSQLite
import Domain

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The kinds of what may be at the path of a warehouse. Examining the path changes nothing, neither there nor beside
/// it.
enum WarehouseFile: Equatable {
    /// Nothing exists at the path.
    case none
    /// An empty file, or a database without tables and without a mark: a warehouse may be created in it.
    case empty
    /// A warehouse.
    case warehouse
    /// Something else, which must not be changed; the text follows "it is".
    case foreign(String)

    /// `Reel` in ASCII. It marks the database file as a warehouse
    /// (https://sqlite.org/pragma.html#pragma_application_id).
    static let applicationID: Int64 = 0x5265_656c

    /// Examines a path.
    ///
    /// - Throws: `SQLiteFileError.notReadable`; `SQLiteError` when the file is damaged.
    static func look(at path: String) throws -> WarehouseFile {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { return .none }
            throw SQLiteFileError.notReadable(path: path, reason: String(cString: strerror(code)))
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: return .foreign("a folder")
        default: return .foreign("a device or a pipe, not a file")
        }
        // SQLite names the log after the database, and two logs of one file would corrupt it
        // (https://sqlite.org/howtocorrupt.html §2.5).
        if status.st_nlink > 1, let other = otherNameWithLog(of: realPath(path), status) {
            throw SQLiteFileError.severalNames(path: path, other: other)
        }
        if status.st_size == 0 { return .empty }
        guard access(path, R_OK) == 0 else {
            throw SQLiteFileError.notReadable(path: path, reason: String(cString: strerror(errno)))
        }
        return try lookInside(realPath(path))
    }

    /// Another hard link to a file, in the same folder, that has a log with content.
    private static func otherNameWithLog(of path: String, _ status: stat) -> String? {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { String(path[...$0]) } ?? "./"
        guard let entries = opendir(folder) else { return nil }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            let other = folder + name
            var found = stat()
            guard other != path, lstat(other, &found) == 0, found.st_ino == status.st_ino,
                found.st_dev == status.st_dev
            else { continue }
            for suffix in ["-wal", "-journal"] where stat(other + suffix, &found) == 0 && found.st_size > 0 {
                return other
            }
        }
        return nil
    }

    /// The path without symbolic links, beside which SQLite keeps its files; the path itself when no file exists yet.
    static func realPath(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// The folder in which a file would be created, even through a symbolic link whose target does not exist yet.
    static func folder(of path: String) -> String {
        var path = path
        for _ in 0..<40 {
            let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
            var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let count = target.withUnsafeMutableBytes { bytes in
                bytes.withMemoryRebound(to: CChar.self) { name in
                    name.baseAddress.map { readlink(path, $0, name.count) } ?? -1
                }
            }
            guard count > 0 else { return folder }
            let link = String(decoding: target[..<count], as: UTF8.self)
            path = link.hasPrefix("/") ? link : folder + link
        }
        return path
    }

    private static func lookInside(_ path: String) throws -> WarehouseFile {
        // The mark in the header is reliable, even while a first load writes to the file.
        if try DatabaseHeader(path: path)?.applicationID == applicationID { return .warehouse }
        let seen = try lookAtFileAlone(path)
        guard seen == .empty else { return seen }
        if RollbackJournal.restoresPages(besideDatabase: path) {
            return .foreign("a database that another program has not finished writing to")
        }
        // The tables may still be only in the log.
        if size(path + "-wal") == 0 { return .empty }
        let whole = try? kind(of: Connection(path: path, access: .readOnly))
        return whole ?? .foreign("a database that another program has not finished writing to")
    }

    /// Examines the file without its log.
    private static func lookAtFileAlone(_ path: String) throws(SQLiteError) -> WarehouseFile {
        do {
            return try kind(of: Connection(path: path, access: .immutable))
        } catch {
            if error.primaryCode == SQLITE_NOTADB { return .foreign("not a SQLite database") }
            guard error.primaryCode == SQLITE_CORRUPT, size(path + "-wal") > 0 else { throw error }
            // A checkpoint is copying the log to the file; the file and the log together are complete.
            return try kind(of: Connection(path: path, access: .readOnly))
        }
    }

    /// Examines an open database.
    static func kind(of connection: Connection) throws(SQLiteError) -> WarehouseFile {
        let id = try connection.integer("PRAGMA main.application_id") ?? 0
        if id == applicationID { return .warehouse }
        let names = try connection.texts(
            """
            SELECT name FROM main.sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND type IN ('table', 'view')
            ORDER BY rowid
            """)
        if id != 0 { return .foreign("a database of another program (application id \(id))" + listing(names)) }
        if names.isEmpty { return .empty }
        if try isOfEarlierVersion(connection) { return .warehouse }
        return .foreign("a database of another program" + listing(names))
    }

    /// Whether the database has the tables that every version creates; the first versions did not mark the file.
    private static func isOfEarlierVersion(_ connection: Connection) throws(SQLiteError) -> Bool {
        for (table, columns) in [
            ("schema_migration", ["version", "name", "applied_at"]),
            (
                "load_run",
                ["run_id", "started_at", "ended_at", "outcome", "read", "accepted", "duplicates", "rejected"]
            ),
            (
                "load_checkpoint",
                ["port", "source_key", "snapshot_date", "source", "is_complete"]
            ),
        ] {
            let stored = Set(try connection.texts("SELECT name FROM pragma_table_info('\(table)', 'main')"))
            guard stored.isSuperset(of: columns) else { return false }
        }
        return true
    }

    private static func listing(_ names: [String]) -> String {
        if names.isEmpty { return "" }
        let rest = names.count - 3
        return ", with " + names.prefix(3).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    private static func size(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}

extension WarehouseFile {
    /// Examines a path that must be free or a warehouse.
    ///
    /// - Throws: `SQLiteFileError.foreign`, and the errors of `look(at:)`.
    static func lookForOwn(at path: String) throws -> WarehouseFile {
        let kind = try look(at: path)
        if case .foreign(let what) = kind { throw SQLiteFileError.foreign(path: path, what: what) }
        return kind
    }
}
