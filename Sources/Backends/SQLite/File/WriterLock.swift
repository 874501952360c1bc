#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Domain
import Synchronization

/// The writer's place in a warehouse: an exclusive `flock` on the database file itself, which the system takes back
/// when the program ends, however it ends. SQLite's own locks are of another kind (`fcntl`), and the system drops these
/// when a program closes any descriptor of the file: this one stays open for as long as the connection, whether the
/// place is held or not (https://sqlite.org/howtocorrupt.html, 2.2).
final class WriterLock {
    private let path: String
    private let descriptor: Int32
    /// Whether the place is held.
    private(set) var isHeld = false

    /// Opens the file, and takes nothing yet.
    ///
    /// - Throws: `SQLiteFileError.notAFile`.
    init(path: String) throws(SQLiteFileError) {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw .notAFile(path: path, reason: String(cString: strerror(errno))) }
        self.path = path
        self.descriptor = descriptor
    }

    /// Takes the place; waits for a second, which is for a program that was killed and whose last write the system
    /// still ends before it takes the place back.
    ///
    /// - Throws: `WarehouseError.inUse` when another run has it; `SQLiteFileError.notAFile`.
    func take() throws {
        var attempts = 20
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            guard code == EWOULDBLOCK || code == EINTR else {
                throw SQLiteFileError.notAFile(path: path, reason: String(cString: strerror(code)))
            }
            attempts -= 1
            guard attempts > 0 else { throw WarehouseError.inUse(location: path) }
            usleep(50_000)
        }
        // A run that made the file and failed may have removed it meanwhile.
        guard isOfPath else {
            flock(descriptor, LOCK_UN)
            throw WarehouseError.inUse(location: path)
        }
        isHeld = true
    }

    /// Takes the place if nobody has it.
    func takeIfFree() -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { isHeld = true }
        return isHeld
    }

    /// Whether a program is in the writer's place; nil where that cannot be told.
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

    /// What `isTaken` has opened, by device and inode. Never closed: that would drop SQLite's locks on the file.
    private static let descriptors = Mutex<[[Int]: Int32]>([:])

    private var isOfPath: Bool {
        var (own, there) = (stat(), stat())
        return fstat(descriptor, &own) == 0 && stat(path, &there) == 0 && own.st_dev == there.st_dev
            && own.st_ino == there.st_ino
    }

    /// Gives it up.
    func release() {
        flock(descriptor, LOCK_UN)
        isHeld = false
    }

    deinit { close(descriptor) }
}
