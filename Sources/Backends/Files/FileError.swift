import Domain
import Glibc

import enum Logging.Redaction

/// What went wrong with a file or folder: what was tried, where, why, and what to do next.
public struct FileError: Error, Equatable, Sendable {
    /// What was tried.
    public enum Action: String, Sendable {
        case find, open, read, write, replace, create, lock, remove, list
    }

    /// Why it did not work.
    public enum Reason: Equatable, Sendable {
        /// There is no such file or folder.
        case notThere
        /// Nothing matches the pattern.
        case nothingMatches
        /// A symbolic link that leads nowhere, or in a circle.
        case brokenLink
        /// The user may not.
        case noPermission
        /// A folder stands where a file is wanted.
        case isFolder
        /// A file of that name is there.
        case alreadyThere
        /// Something that is no folder stands where one is wanted.
        case isNoFolder
        /// Its name is not UTF-8.
        case nameIsNotUTF8
        /// The disk, the quota or the largest size of a file is reached.
        case diskFull
        /// The process has too many files open.
        case tooManyOpen
        /// The decompressed bytes end before the position that an earlier run had reached.
        case endsBeforeCheckpoint(Int64)
        /// It was changed while it was read.
        case changed
        /// It belongs to the warehouse itself; the text says what it is.
        case isOwn(String)
        /// A file that Reelhouse wrote itself is not as it was written; the text says how.
        case damaged(String)
        /// Bytes that are too long for the file's format; the text says what.
        case tooLong(String)
        /// A pipe or a device that was read already.
        case readOnce
        /// Standard input is not open to be read.
        case closed
        /// A location that is a scheme without a path.
        case noPath
        /// `-` where a folder is wanted.
        case noFolder
        /// Any other error of the system, by its `errno`.
        case system(Int32)
    }

    /// What was tried.
    public let action: Action
    /// Where: a path as the user named it, or `-` for standard input.
    public let path: String
    /// Why it did not work.
    public let reason: Reason

    /// An error.
    public init(_ action: Action, _ path: String, _ reason: Reason) {
        self.action = action
        self.path = path
        self.reason = reason
    }

    /// The error that the system's `errno` stands for.
    init(_ action: Action, _ path: String, errno code: Int32) {
        let reason: Reason =
            switch code {
            case ENOENT: .notThere
            case ELOOP: .brokenLink
            case EACCES, EPERM, EROFS: .noPermission
            case EISDIR: .isFolder
            case ENOTDIR: .isNoFolder
            case ENOSPC, EDQUOT, EFBIG: .diskFull
            case EMFILE, ENFILE: .tooManyOpen
            default: .system(code)
            }
        self.init(action, path, reason)
    }
}

extension FileError {
    /// Whether it is an error of this file alone, so that others can still be read.
    var isOfTheFile: Bool {
        switch reason {
        case .tooManyOpen, .system(ENOMEM): false
        default: true
        }
    }
}

extension FileError: ReportedError {
    /// What failed, where and why.
    public var message: String {
        switch reason {
        case .closed: return "standard input is closed"
        case .noPath: return Redaction.text("the location '\(path)' names no file or folder")
        case .noFolder: return Redaction.text("--raw takes a folder, not standard output: '\(path)'")
        default: break
        }
        return Redaction.text("cannot \(action.rawValue) \(path == "-" ? "standard input" : path): \(why)")
    }

    /// What to do next.
    public var hint: String { advice.prefix(1).uppercased() + advice.dropFirst() + "." }

    /// What kind of failure it is.
    public var kind: FailureKind {
        switch reason {
        case .isOwn, .noPath, .noFolder: .usage
        case .diskFull: .noRoom
        default: .failed
        }
    }

    /// What failed, where and why, and what to do next.
    public var description: String { "\(message); \(advice)" }

    /// Why it did not work, in words.
    var why: String {
        switch reason {
        case .notThere: "there is no such file or folder"
        case .nothingMatches: "nothing matches this pattern"
        case .brokenLink: "it is a symbolic link that leads nowhere, or in a circle"
        case .noPermission: "no permission"
        case .isFolder: "it is a folder, and a file is wanted"
        case .alreadyThere: "there is a file of that name"
        case .isNoFolder: "a part of the path is a file, and a folder is wanted"
        case .nameIsNotUTF8: "its name is not UTF-8"
        case .diskFull: "the disk is full, or a quota or size limit is reached"
        case .tooManyOpen: "too many files are open"
        case .endsBeforeCheckpoint(let offset):
            "it ends before byte \(offset) of the decompressed data, which an earlier run had read"
        case .changed: "it was changed while it was read"
        case .isOwn(let what): "it is \(what), which is never input"
        case .damaged(let how): "it is damaged: \(how)"
        case .tooLong(let what): "\(what) is too long"
        case .readOnce: "it is a pipe, which can be read once"
        case .closed: "it is closed"
        case .noPath: "it names no file or folder"
        case .noFolder: "it is no folder"
        case .system(let code): String(cString: strerror(code))
        }
    }

    /// What to do next, as it follows a semicolon.
    var advice: String {
        switch reason {
        case .notThere: "check the spelling and the folder you are in"
        case .nothingMatches: "check the pattern, and the folder you are in; `*` does not cross a `/`"
        case .brokenLink: "mend the link or remove it"
        case .noPermission: "change its owner or mode (see `ls -l`), or run as a user who may"
        case .isFolder: "name a file"
        case .alreadyThere: "name another file"
        case .isNoFolder: "check the path"
        case .nameIsNotUTF8: "rename it"
        case .diskFull: "make room, then run the same command again; nothing that was there before is lost"
        case .tooManyOpen: "raise the limit (`ulimit -n`) and run again"
        case .endsBeforeCheckpoint: "the file was changed while it was read; run again, which reads it as a new file"
        case .changed: "run again, which reads it as a new file"
        case .isOwn: "name the files or folders that hold your data"
        case .damaged: "move it away (do not delete it until you know what it held), then load its sources again"
        case .tooLong: "leave it out"
        case .readOnce: "name it once"
        case .noPath: "write a path after the colon"
        case .noFolder: "name a folder, as in --raw data/raw; one of that name is ./-"
        case .closed: "send the lines to it by a pipe or with `<`, or name a file"
        case .system(EIO): "the disk or the connection to it fails: look at the system's log, then run again"
        case .system: "mend the cause and run again"
        }
    }
}
