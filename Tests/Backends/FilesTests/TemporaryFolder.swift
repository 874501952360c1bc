import Glibc
import Testing

@testable import Files

/// A temporary folder for a test. It is removed, with everything in it, with this object.
final class TemporaryFolder {
    let path: String

    init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        path = parent + "/reelhouse-files-" + String(UInt64.random(in: .min ... .max), radix: 36)
        try Folder.make(path)
    }

    deinit { TemporaryFolder.remove(path) }

    func path(_ name: String) -> String { path + "/" + name }

    /// Writes a file, and creates its folder.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = path(name)
        if let slash = path.lastIndex(of: "/") { try Folder.make(String(path[..<slash])) }
        unlink(path)
        let file = try OpenFile(creating: path, as: path)
        try bytes.withUnsafeBytes { try file.write($0) }
        return path
    }

    /// All names in a folder, including dotted ones.
    func names(in name: String = "") throws -> [String] { try Folder.names(in: path(name)) }

    /// The bytes of a file.
    func read(_ name: String) throws -> [UInt8] {
        try OpenFile(reading: path(name)).readAll()
    }

    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            chmod(path, 0o700)
            for name in (try? Folder.names(in: path)) ?? [] { remove(path + "/" + name) }
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
