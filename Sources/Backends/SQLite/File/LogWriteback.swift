#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Dispatch
import Synchronization

/// Starts writing the write-ahead log to the disk while a transaction runs. The commit, which flushes the log, then has
/// less to wait for. What is durable at which time does not change.
///
/// SQLite takes no `fcntl` locks on the log, so another descriptor of the log may be closed at any time
/// (https://sqlite.org/howtocorrupt.html §2.2 is about the database file).
final class LogWriteback: Sendable {
    private let path: String
    private let queue = DispatchQueue(label: "reelhouse.log-writeback")
    private let isBusy = Atomic(false)

    init(databasePath: String) { path = databasePath + "-wal" }

    /// Starts flushing the log, unless a flush is running.
    func push() {
        guard isBusy.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else {
            return
        }
        queue.async { [self] in
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            // If the log is missing or the disk fails, the commit reports it.
            if descriptor >= 0 {
                fdatasync(descriptor)
                close(descriptor)
            }
            isBusy.store(false, ordering: .releasing)
        }
    }
}
