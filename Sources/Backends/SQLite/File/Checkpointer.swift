import CSQLite
import Dispatch

/// Copies committed pages from the write-ahead log to the database file while the next transaction runs
/// (https://sqlite.org/wal.html#ckpt). It uses its own thread and connection.
///
/// Errors are ignored: pages that could not be copied are just as durable in the log, and the next checkpoint copies
/// them.
final class Checkpointer {
    private let connection: Connection
    private let pages: (worthCopying: Int32, most: Int32)
    private let queue = DispatchQueue(label: "reelhouse.checkpointer")
    /// How many pages the log has after the last commit.
    private var loggedPages: Int32 = 0

    /// Replaces SQLite's automatic checkpoints of a connection.
    ///
    /// - Parameter pages: how many pages in the log start a checkpoint, and how many may be in the log when a
    ///   transaction begins.
    init(of connection: Connection, pages: (worthCopying: Int32, most: Int32)) {
        self.connection = connection
        self.pages = pages
        sqlite3_wal_hook(
            connection.handle,
            { checkpointer, _, _, pages in
                if let checkpointer {
                    Unmanaged<Checkpointer>.fromOpaque(checkpointer).takeUnretainedValue().loggedPages = pages
                }
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit { sqlite3_wal_hook(connection.handle, nil, nil) }

    /// Must be called before a transaction begins. If the log is too long, it waits for the checkpoint, so that the log
    /// starts from the beginning again.
    func willBegin() {
        if loggedPages > pages.most { wait() }
    }

    /// Must be called after a commit. Starts a checkpoint if the log is long enough.
    func didCommit() {
        guard loggedPages >= pages.worthCopying else { return }
        queue.async { [path = connection.path] in
            guard let connection = try? Connection(path: path, access: .readWrite) else { return }
            // SQLite finds out about the log when the connection first reads.
            try? connection.execute("PRAGMA synchronous = FULL; PRAGMA schema_version; PRAGMA wal_checkpoint(PASSIVE)")
        }
    }

    /// Waits for the checkpoint that is running.
    func wait() { queue.sync {} }
}
