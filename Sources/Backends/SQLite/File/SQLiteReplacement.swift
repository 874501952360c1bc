import CSQLite
import Domain
import Glibc
import SQLWarehouse

/// A warehouse file that takes the place of another one by being renamed. It is built in a dotted file beside it. While this
/// object lives, it holds the writer's lock of the old one, so that no run writes what would go with it.
final class SQLiteReplacement: WarehouseReplacement {
    let place: Location
    private let old: String
    private let new: String
    private let lock: WriterLock
    private var isReplaced = false

    /// Takes the old warehouse.
    ///
    /// - Throws: `WarehouseError.notThere`, `.inUse`; `SQLiteFileError`.
    init(path: String) throws {
        guard try WarehouseFile.lookForOwn(at: path) == .warehouse else {
            throw WarehouseError.notThere(location: path)
        }
        old = WarehouseFile.realPath(path)
        new = WarehouseFile.folder(of: old) + ".\(old.split(separator: "/").last ?? "warehouse").rebuild"
        place = Location(path: new)
        lock = try WriterLock(path: old)
        try lock.take()
        // What a killed rebuild left: only one at a time holds the lock.
        removeNew()
    }

    deinit { if !isReplaced { removeNew() } }

    func replace(keeping keep: String?) throws {
        try close(new)
        // From here on nobody reads or writes the old file, until its name is that of the new one.
        let connection = try alone(old)
        do { try rename(keeping: keep) } catch {
            try? connection.execute("ROLLBACK")
            Self.useLog(old)
            throw error
        }
        isReplaced = true
        try connection.execute("ROLLBACK")
        Self.useLog(old)
        let folder = open(WarehouseFile.folder(of: old), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0, fsync(folder) == 0 else {
            throw SQLiteFileError.notAFile(path: old, reason: String(cString: strerror(errno)))
        }
        Glibc.close(folder)
    }

    private func rename(keeping keep: String?) throws {
        if let keep, link(old, keep) != 0 {
            throw SQLiteFileError.notAFile(path: keep, reason: String(cString: strerror(errno)))
        }
        guard Glibc.rename(new, old) == 0 else {
            throw SQLiteFileError.notAFile(path: old, reason: String(cString: strerror(errno)))
        }
    }

    /// Gives a database the log that a loaded warehouse has; one without is taken for one that is being filled. Where that
    /// fails, the next run does it.
    private static func useLog(_ path: String) {
        guard let connection = try? Connection(path: path, access: .readWrite) else { return }
        _ = try? connection.texts("PRAGMA main.journal_mode = WAL")
    }

    /// Takes a database for this connection alone, without a log: a log would be taken for that of the file that gets its
    /// name (https://sqlite.org/howtocorrupt.html §2.4).
    private func alone(_ path: String) throws -> Connection {
        let connection = try Connection(path: path, access: .readWrite)
        try connection.setBusyTimeout(milliseconds: 1000)
        do {
            _ = try connection.texts("PRAGMA main.wal_checkpoint(TRUNCATE)")
            let mode = try connection.texts("PRAGMA main.journal_mode = DELETE").first
            try connection.execute("BEGIN EXCLUSIVE")
            guard mode == "delete", access(path + "-wal", F_OK) != 0 else {
                throw WarehouseError.inUse(location: path)
            }
        } catch let error as SQLiteError where error.isBusy { throw WarehouseError.inUse(location: path) }
        return connection
    }

    /// Makes a database one file, and durable.
    private func close(_ path: String) throws {
        let connection = try alone(path)
        try connection.execute("ROLLBACK")
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw SQLiteFileError.notAFile(path: path, reason: String(cString: strerror(errno)))
        }
        Glibc.close(descriptor)
    }

    private func removeNew() { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(new + suffix) } }
}
