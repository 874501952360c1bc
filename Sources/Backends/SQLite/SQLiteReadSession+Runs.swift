import Glibc

extension SQLiteReadSession {
    /// Whether a writer is in its place (see `WriterLock`); true also where that cannot be told.
    func isBeingWritten() -> Bool {
        // Never closed: to close a descriptor of the file would drop SQLite's locks, and a look at a warehouse is short.
        let descriptor = open(location, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0, flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return true }
        flock(descriptor, LOCK_UN)
        return false
    }
}
