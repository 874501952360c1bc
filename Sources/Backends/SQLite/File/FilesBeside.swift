#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Domain

/// The files that SQLite keeps beside an open database: the log, the shared memory and the rollback journal.
enum FilesBeside {
    /// Checks that a writer may write to these files too, because another user may have created them.
    ///
    /// - Throws: `SQLiteFileError.fileOfAnother`.
    static func expectWritable(_ database: String) throws(SQLiteFileError) {
        // Another check reports a database that is not writable.
        guard access(database, W_OK) == 0 else { return }
        for suffix in ["-wal", "-shm", "-journal"] {
            let path = database + suffix
            guard access(path, F_OK) == 0, access(path, W_OK) != 0 else { continue }
            var (file, log) = (stat(), stat())
            guard stat(path, &file) == 0 else { continue }
            let hasRows = stat(suffix == "-shm" ? database + "-wal" : path, &log) == 0 && log.st_size > 0
            throw .fileOfAnother(path: path, owner: name(of: file.st_uid), hasRows: hasRows)
        }
    }

    private static func name(of user: uid_t) -> String {
        let name = getpwuid(user).map { String(cString: $0.pointee.pw_name) }
        return name.map { "the user \($0)" } ?? "the user \(user)"
    }
}
