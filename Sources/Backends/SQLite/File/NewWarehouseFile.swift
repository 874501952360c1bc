import Domain

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A database file in which a warehouse is being created. Unless `keep` is called, the file is removed with this
/// object, together with the files that SQLite created beside it. An empty file that existed before is emptied instead.
/// Until the file is marked as a warehouse, another program may be using it; until then nothing that has content is
/// removed.
final class NewWarehouseFile {
    private let path: String
    private let wasThere: Bool
    /// Whether the file stays.
    private(set) var isKept = false
    private var isMarked = false

    /// Creates the file, or uses the empty one that exists.
    ///
    /// - Throws: `SQLiteFileError.notAFile`.
    init(path: String) throws(SQLiteFileError) {
        var descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        var wasThere = false
        if descriptor < 0, errno == EEXIST {
            // A symbolic link whose target does not exist yet, or an empty file.
            wasThere = access(path, F_OK) == 0
            descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        }
        guard descriptor >= 0 else { throw .notAFile(path: path, reason: String(cString: strerror(errno))) }
        close(descriptor)
        let real = realpath(path, nil)
        defer { free(real) }
        self.path = real.map { String(cString: $0) } ?? path
        self.wasThere = wasThere
    }

    /// Notes that the file is marked as a warehouse now.
    func didMark() { isMarked = true }

    /// Keeps the file.
    func keep() { isKept = true }

    deinit {
        if isKept { return }
        guard isMarked else {
            var status = stat()
            let isUntouched = stat(path, &status) == 0 && status.st_size == 0 && access(path + "-journal", F_OK) != 0
            if !wasThere, isUntouched { unlink(path) }
            return
        }
        for suffix in ["-wal", "-shm", "-journal"] { unlink(path + suffix) }
        if wasThere { truncate(path, 0) } else { unlink(path) }
    }
}
