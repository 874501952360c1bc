import Files
import Glibc

/// A folder for what is not to be kept, removed with its files when it goes.
final class ScratchFolder {
    let path: String

    init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        do {
            path = try Folder.makeTemporary(in: parent)
        } catch {
            throw CommandError(message: error.message, hint: "Let TMPDIR name a folder that you may write to.")
        }
    }

    deinit {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink("\(path)/warehouse.db\(suffix)") }
        rmdir(path)
    }
}
