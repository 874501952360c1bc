import Glibc

/// A file that takes its place all at once: written beside it under a dotted name and renamed.
///
/// Until `commit` what was there before stays; a file that is never committed leaves nothing behind, unless the process
/// is killed (see `isLeftover`; what a signal ends can call `UnfinishedFiles.remove`).
final class ReplacedFile {
    private let path: String
    private let temporaryPath: String
    let file: OpenFile
    private var isCommitted = false

    private static let suffix = ".part"

    /// Begins a file; errors call it by `name`, which is the path unless told.
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

    /// A dotted name of its own beside a path.
    static func temporaryPath(beside path: String) -> String {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { path[...$0] } ?? ""
        let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
        let unique = String(UInt64.random(in: .min ... .max), radix: 36)
        return "\(folder).\(name).\(unique)\(ReplacedFile.suffix)"
    }

    /// A file that is open already under a temporary path.
    init(path: String, temporaryPath: String, file: OpenFile) {
        self.path = path
        self.temporaryPath = temporaryPath
        self.file = file
    }

    deinit {
        if !isCommitted { unlink(temporaryPath) }
        UnfinishedFiles.forget(temporaryPath)
    }

    /// Whether a name is that of a file which a killed run left behind.
    static func isLeftover(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(suffix) }

    /// Puts the file in its place.
    ///
    /// - Parameter isReplacing: whether a file that is there is replaced; if not, the reason of the error is
    ///   `alreadyThere`.
    func commit(isReplacing: Bool = true) throws(FileError) {
        try file.close()
        if !isReplacing {
            if link(temporaryPath, path) == 0 {
                unlink(temporaryPath)
                isCommitted = true
                return
            }
            // Some file systems have no links; a look before the rename has to do there.
            if errno == EEXIST || access(path, F_OK) == 0 { throw FileError(.create, path, .alreadyThere) }
        }
        if rename(temporaryPath, path) != 0 { throw FileError(.replace, path, errno: errno) }
        isCommitted = true
    }
}
