#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Domain
import Synchronization

/// The lock that makes one process the writer of a warehouse: an exclusive `flock` on the database file. The system
/// releases it when the process ends, for whatever reason.
///
/// SQLite's own locks are of another kind (`fcntl`). The system drops those when a process closes any descriptor of the
/// file. So this object keeps its descriptor open as long as the connection, even while the lock is not held
/// (https://sqlite.org/howtocorrupt.html, 2.2).
final class WriterLock {
    private let path: String
    private let descriptor: Int32
    /// Whether this object holds the lock.
    private(set) var isHeld = false

    /// Opens the file without taking the lock.
    ///
    /// - Throws: `SQLiteFileError.notAFile`.
    init(path: String) throws(SQLiteFileError) {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw .notAFile(path: path, reason: String(cString: strerror(errno))) }
        self.path = path
        self.descriptor = descriptor
    }

    /// Takes the lock. It waits up to a second, because the system finishes the last write of a killed process before
    /// it releases the lock.
    ///
    /// - Parameter pause: waits a twentieth of a second before the next attempt.
    /// - Throws: `WarehouseError.inUse` when another run holds the lock; `SQLiteFileError.notAFile`.
    func take(pause: () -> Void = { usleep(50_000) }) throws {
        var attempts = 20
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            guard code == EWOULDBLOCK || code == EINTR else {
                throw SQLiteFileError.notAFile(path: path, reason: String(cString: strerror(code)))
            }
            attempts -= 1
            guard attempts > 0 else { throw WarehouseError.inUse(location: path) }
            pause()
        }
        // A run that created the file and failed may have removed it in the meantime.
        guard isOfPath else {
            flock(descriptor, LOCK_UN)
            throw WarehouseError.inUse(location: path)
        }
        isHeld = true
    }

    /// Takes the lock if it is free.
    func takeIfFree() -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { isHeld = true }
        return isHeld
    }

    /// Whether a process holds the lock; nil when that is unknown.
    static func isTaken(at path: String) -> Bool? {
        descriptors.withLock { descriptors in
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            let file = [Int(status.st_dev), Int(status.st_ino)]
            let descriptor = descriptors[file] ?? open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            descriptors[file] = descriptor
            guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return errno == EWOULDBLOCK ? true : nil }
            flock(descriptor, LOCK_UN)
            return false
        }
    }

    /// The descriptors that `isTaken` has opened, by device and inode. They are never closed, because that would drop
    /// SQLite's locks on the file.
    private static let descriptors = Mutex<[[Int]: Int32]>([:])

    private var isOfPath: Bool {
        var (own, there) = (stat(), stat())
        return fstat(descriptor, &own) == 0 && stat(path, &there) == 0 && own.st_dev == there.st_dev
            && own.st_ino == there.st_ino
    }

    /// Releases the lock.
    func release() {
        flock(descriptor, LOCK_UN)
        isHeld = false
    }

    deinit { close(descriptor) }
}
