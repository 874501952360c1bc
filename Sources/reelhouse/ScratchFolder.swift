import Glibc

/// A folder for what is not to be kept, removed with its files when it goes.
final class ScratchFolder {
    let path: String

    init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/reelhouse-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CommandError(
                message: "cannot make a folder in \(parent): \(String(cString: strerror(errno)))",
                hint: "Let TMPDIR name a folder that you may write to.")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["warehouse.db", "warehouse.db-wal", "warehouse.db-shm"] { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}
