import Glibc

/// A folder for a warehouse that is not to be kept, removed with its files when this object goes.
final class ScratchFolder {
    private let path: String
    /// Where the warehouse is.
    var warehouse: String { path + "/warehouse.db" }

    /// Makes a folder where temporary files belong (`TMPDIR`, else `/tmp`).
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
