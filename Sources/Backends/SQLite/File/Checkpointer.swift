import CSQLite
import Dispatch

/// Copies what is committed from the write-ahead log into the database file on a thread and a connection of its own,
/// while the next transaction goes on (https://sqlite.org/wal.html#ckpt).
///
/// What it fails to copy is no less durable in the log, and the next checkpoint tries again: so it tells of nothing.
final class Checkpointer {
    private let connection: Connection
    private let pages: (worthCopying: Int32, most: Int32)
    private let queue = DispatchQueue(label: "reelhouse.checkpointer")
    /// How many pages the log has after the last commit.
    private var loggedPages: Int32 = 0

    /// Takes the place of SQLite's automatic checkpoints of a connection.
    ///
    /// - Parameter pages: how many pages of the log are worth a checkpoint, and how many may be in it when a
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

    /// To be called before a transaction begins: waits where the log is long, so that it begins anew.
    func willBegin() {
        if loggedPages > pages.most { wait() }
    }

    /// To be called after a commit: begins a checkpoint if it is worth it.
    func didCommit() {
        guard loggedPages >= pages.worthCopying else { return }
        queue.async { [path = connection.path] in
            guard let connection = try? Connection(path: path, access: .readWrite) else { return }
            // The connection learns of the log when it first reads.
            try? connection.execute("PRAGMA synchronous = FULL; PRAGMA schema_version; PRAGMA wal_checkpoint(PASSIVE)")
        }
    }

    /// Waits for the checkpoint that is under way.
    func wait() { queue.sync {} }
}
