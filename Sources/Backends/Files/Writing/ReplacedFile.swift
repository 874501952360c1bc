import Glibc

/// A file that replaces another one all at once: it is written beside it under a dotted name, and then renamed.
///
/// Before `commit` an existing file stays as it is. A file that is not committed is removed with this object. If a
/// signal ends the process, `UnfinishedFiles.remove` removes it. If the process is killed, the file stays, and
/// `isLeftover` recognizes it.
final class ReplacedFile {
    private let path: String
    private let temporaryPath: String
    let file: OpenFile
    private var isCommitted = false

    private static let suffix = ".part"

    /// Begins a file. Error messages use `name`, by default the path.
    convenience init(path: String, as name: String? = nil) throws(FileError) {
        let temporaryPath = ReplacedFile.temporaryPath(beside: path)
        UnfinishedFiles.add(temporaryPath)
        do {
            let file = try OpenFile(creating: temporaryPath, as: name ?? path)
            self.init(path: path, temporaryPath: temporaryPath, file: file)
        } catch {
            UnfinishedFiles.forget(temporaryPath)
            throw error
        }
    }

    /// A unique dotted name in the folder of a path.
    static func temporaryPath(beside path: String) -> String {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { path[...$0] } ?? ""
        let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
        let unique = String(UInt64.random(in: .min ... .max), radix: 36)
        return "\(folder).\(name).\(unique)\(ReplacedFile.suffix)"
    }

    /// Takes a file that is open already under a temporary path.
    init(path: String, temporaryPath: String, file: OpenFile) {
        self.path = path
        self.temporaryPath = temporaryPath
        self.file = file
    }

    deinit {
        if !isCommitted { unlink(temporaryPath) }
        UnfinishedFiles.forget(temporaryPath)
    }

    /// Whether a name is that of a temporary file, which a killed process left behind.
    static func isLeftover(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(suffix) }

    /// Renames the file to its path.
    ///
    /// - Parameter isReplacing: whether an existing file is replaced. If not, an existing file is an error with the
    ///   reason `alreadyThere`.
    func commit(isReplacing: Bool = true) throws(FileError) {
        try file.close()
        if !isReplacing {
            if link(temporaryPath, path) == 0 {
                unlink(temporaryPath)
                isCommitted = true
                return
            }
            // Some file systems have no hard links. There a check before the rename has to be enough.
            if errno == EEXIST || access(path, F_OK) == 0 { throw FileError(.create, path, .alreadyThere) }
        }
        if rename(temporaryPath, path) != 0 { throw FileError(.replace, path, errno: errno) }
        isCommitted = true
    }
}
