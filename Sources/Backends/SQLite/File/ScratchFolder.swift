import Glibc

/// A temporary folder for a warehouse that is not kept. The folder and its files are removed with this object.
final class ScratchFolder {
    private let path: String
    /// The path of the warehouse.
    var warehouse: String { path + "/warehouse.db" }

    /// Creates a folder in `TMPDIR`, or in `/tmp` when that is not set.
    ///
    /// - Throws: `SQLiteFileError.noScratchFolder`.
    init() throws(SQLiteFileError) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/reelhouse-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let made else { throw .noScratchFolder(parent: parent, reason: String(cString: strerror(errno))) }
        path = made
    }

    deinit {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(warehouse + suffix) }
        rmdir(path)
    }
}
