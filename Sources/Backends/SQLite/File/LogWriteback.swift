#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Dispatch
import Synchronization

/// Sends what is in the write-ahead log to the disk while a transaction goes on, so that its commit, which flushes the
/// log, has little left to wait for. It changes nothing about what is durable when.
///
/// SQLite takes no `fcntl` locks on the log, so that another descriptor of it may be closed at any time
/// (https://sqlite.org/howtocorrupt.html §2.2 is about the database file).
final class LogWriteback: Sendable {
    private let path: String
    private let queue = DispatchQueue(label: "reelhouse.log-writeback")
    private let isBusy = Atomic(false)

    init(databasePath: String) { path = databasePath + "-wal" }

    /// Begins to flush what is in the log, unless that is being done.
    func push() {
        guard isBusy.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else {
            return
        }
        queue.async { [self] in
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            // A log that is not there, or a disk that fails: the commit is what tells of it.
            if descriptor >= 0 {
                fdatasync(descriptor)
                close(descriptor)
            }
            isBusy.store(false, ordering: .releasing)
        }
    }
}
