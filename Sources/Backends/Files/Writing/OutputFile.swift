import Domain
import Glibc

import enum Logging.Redaction

/// A file that a person asked for by name: it takes its place all at once, with the mode of the file that was there.
///
/// Without `finish` what was there stays. What is there and is no regular file (a pipe, a terminal) is written to as it
/// is; a symbolic link is followed.
public final class OutputFile {
    private let file: OpenFile
    /// Nil where the file is written to in place.
    private let replaced: ReplacedFile?
    private let isReplacing: Bool

    /// Begins to write.
    ///
    /// - Parameters:
    ///   - isReplacing: whether a file that is there may be replaced.
    ///   - protected: what may not, whatever is said.
    /// - Throws: `OutputRefusal`; `FileError` when it cannot be created.
    public init(path: String, isReplacing: Bool, protected: ProtectedPlaces) throws {
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
        guard let replaced else { preconditionFailure("it was made in the line before") }
        file = replaced.file
        if isThere, fchmod(file.descriptor, status.st_mode & 0o7777) != 0 {
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

    /// Adds bytes.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) { try file.write(bytes) }

    /// Makes it durable and puts it in its place. To be called once.
    ///
    /// - Throws: `OutputRefusal` when somebody has made a file of that name meanwhile; `FileError`.
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

/// Why an output is not written.
public enum OutputRefusal: ReportedError, Equatable {
    /// A file is there, and nobody said that it may be replaced.
    case isThere(path: String)
    /// It would overwrite something that no output may.
    case protected(path: String, occupant: String)
    /// The folder that it belongs in is not there.
    case folderIsMissing(String, path: String)
    /// Nothing may be made in the folder that it belongs in.
    case folderIsClosed(String, path: String)

    /// Wrong usage where another command line would do, rather than a change of what is there.
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

    /// What to do next.
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
