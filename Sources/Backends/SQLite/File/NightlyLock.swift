import Domain

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The lock that makes one process do the nightly batches of a warehouse: an exclusive `flock` on an empty file beside it,
/// which stays there. The system releases the lock when the process ends, for whatever reason. It is not on the warehouse,
/// since that may not exist yet, and since SQLite's locks would be lost when another descriptor of it is closed
/// (https://sqlite.org/howtocorrupt.html, 2.2).
final class NightlyLock {
    private let descriptor: Int32

    /// The file of a warehouse.
    static func path(of warehouse: String) -> String { WarehouseFile.realPath(warehouse) + "-nightly" }

    /// Takes the lock.
    ///
    /// - Throws: `NightlyInUse`; `SQLiteFileError.notAFile` where no file can be made beside the warehouse.
    init(warehouse: String) throws {
        let path = Self.path(of: warehouse)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw SQLiteFileError.notAFile(path: path, reason: String(cString: strerror(errno)))
        }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            close(descriptor)
            guard code == EWOULDBLOCK else {
                throw SQLiteFileError.notAFile(path: path, reason: String(cString: strerror(code)))
            }
            throw NightlyInUse(location: warehouse)
        }
    }

    deinit { close(descriptor) }
}
