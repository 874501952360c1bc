#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Domain

/// The writer's place in a warehouse: an exclusive `flock` on the database file itself, which the system takes back
/// when the program ends, however it ends. SQLite's own locks are of another kind (`fcntl`) and are held within
/// transactions only.
final class WriterLock {
    private let descriptor: Int32

    /// Takes the place.
    ///
    /// - Throws: `WarehouseError.inUse` when another run has it.
    init(path: String) throws(WarehouseError) {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw .notAFile(path: path, reason: String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            throw code == EWOULDBLOCK
                ? .inUse(path: path) : .notAFile(path: path, reason: String(cString: strerror(code)))
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
