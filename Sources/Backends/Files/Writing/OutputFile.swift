import Domain
import Glibc

import enum Logging.Redaction

/// A file that the user named as output. It replaces an existing file all at once, and keeps the mode of that file.
///
/// Without `finish` an existing file stays as it is. A pipe, a terminal or another path that is not a regular file is
/// written to directly. A symbolic link is followed.
public final class OutputFile {
    private let file: OpenFile
    /// Nil when the path is written to directly.
    private let replaced: ReplacedFile?
    private let isReplacing: Bool

    /// Begins to write.
    ///
    /// - Parameters:
    ///   - isReplacing: whether an existing file may be replaced.
    ///   - protected: the places that are never overwritten.
    ///   - mode: the mode of the file, whatever the umask is; that of an existing file unless given.
    /// - Throws: `OutputRefusal`; `FileError` when the file cannot be created.
    public init(path: String, isReplacing: Bool, protected: ProtectedPlaces, mode: mode_t? = nil) throws {
        var status = stat()
        let isThere = stat(path, &status) == 0
        self.isReplacing = isReplacing
        if isThere, status.st_mode & S_IFMT == S_IFDIR { throw FileError(.create, path, .isFolder) }
        if isThere, status.st_mode & S_IFMT != S_IFREG {
            file = try OpenFile(writing: path, as: path)
            replaced = nil
            return
        }
        if !isThere, lstat(path, &status) == 0 { throw FileError(.create, path, .brokenLink) }
        let target = isThere ? FilePath.resolved(path) ?? path : path
        if let occupant = protected.occupant(of: target) {
            throw OutputRefusal.protected(path: path, occupant: occupant)
        }
        if isThere, !isReplacing { throw OutputRefusal.isThere(path: path) }
        replaced = try Self.begin(target, as: path)
        guard let replaced else { preconditionFailure("the file was created above") }
        file = replaced.file
        let mode = mode ?? (isThere ? status.st_mode & 0o7777 : nil)
        if let mode, fchmod(file.descriptor, mode) != 0 {
            throw FileError(.create, path, errno: errno)
        }
    }

    private static func begin(_ target: String, as path: String) throws -> ReplacedFile {
        do {
            return try ReplacedFile(path: target, as: path)
        } catch {
            let folder = FilePath.split(path).folder
            switch error.reason {
            case .notThere: throw OutputRefusal.folderIsMissing(folder, path: path)
            case .noPermission: throw OutputRefusal.folderIsClosed(folder, path: path)
            default: throw error
            }
        }
    }

    /// Appends bytes.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) { try file.write(bytes) }

    /// Makes the file durable and renames it to its path. Must be called once.
    ///
    /// - Throws: `OutputRefusal` when another program has created a file of that name in the meantime; `FileError`.
    public func finish() throws {
        guard let replaced else { return try file.close() }
        try file.sync()
        do {
            try replaced.commit(isReplacing: isReplacing)
        } catch {
            if error.reason == .alreadyThere { throw OutputRefusal.isThere(path: file.path) }
            throw error
        }
    }
}

/// The reason why an output file is not written.
public enum OutputRefusal: ReportedError, Equatable {
    /// A file exists already, and the user did not ask to replace it.
    case isThere(path: String)
    /// The file would overwrite something that no output may overwrite.
    case protected(path: String, occupant: String)
    /// The folder of the file does not exist.
    case folderIsMissing(String, path: String)
    /// The user has no permission to create files in the folder.
    case folderIsClosed(String, path: String)

    /// Wrong usage when the user must change the command; otherwise a failure of the environment.
    public var kind: FailureKind {
        switch self {
        case .isThere, .protected: .usage
        case .folderIsMissing, .folderIsClosed: .failed
        }
    }

    /// What failed, and where.
    public var message: String { Redaction.text(text) }

    private var text: String {
        switch self {
        case .isThere(let path): "\(path) exists already"
        case .protected(let path, let occupant): "cannot write to \(path): it is \(occupant)"
        case .folderIsMissing(let folder, let path): "cannot create \(path): there is no folder \(folder)"
        case .folderIsClosed(let folder, let path):
            "cannot create \(path): no permission to write to the folder \(folder)"
        }
    }

    /// The user's next step.
    public var hint: String { Redaction.text(advice) }

    private var advice: String {
        switch self {
        case .isThere: "Name another file, or replace this one with --force."
        case .protected: "Name another file."
        case .folderIsMissing(let folder, _): "Make it first (mkdir -p '\(folder)'), or name another file."
        case .folderIsClosed: "Name a file in another folder, or change the folder's mode or owner (see ls -ld)."
        }
    }
}
