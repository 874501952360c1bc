import Domain

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A database file that a warehouse is being made in. Unless it is kept, it is removed with this object, and with it
/// what SQLite made beside it; a file that was there before, and empty, is empty again. As long as it has no mark, another
/// program may be at work in it: then nothing that has content is touched.
final class NewWarehouseFile {
    private let path: String
    private let wasThere: Bool
    /// Whether it stays.
    private(set) var isKept = false
    private var isMarked = false

    /// Makes the file, or takes the empty one that is there.
    ///
    /// - Throws: `SQLiteFileError.notAFile`.
    init(path: String) throws(SQLiteFileError) {
        var descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        var wasThere = false
        if descriptor < 0, errno == EEXIST {
            // A link that leads nowhere yet, or an empty file.
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

    /// Takes in that it has the mark of a warehouse now.
    func didMark() { isMarked = true }

    /// Leaves it where it is.
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
