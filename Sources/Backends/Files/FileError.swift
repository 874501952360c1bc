import Domain
import Glibc

import enum Logging.Redaction

/// An error of a file or folder: the action that failed, the path, the reason, and the user's next step.
///
///     let error = FileError(.open, "data/events/a.ndjson", .noPermission)
///     error.message  // "cannot open data/events/a.ndjson: no permission"
public struct FileError: Error, Equatable, Sendable {
    /// The action that failed. Its raw value follows "cannot" in the message.
    public enum Action: String, Sendable {
        case find, open, read, write, replace, create, lock, remove, list
    }

    /// Why the action failed.
    public enum Reason: Equatable, Sendable {
        /// No file or folder exists at the path.
        case notThere
        /// No file or folder matches the pattern.
        case nothingMatches
        /// The path is a symbolic link whose target does not exist, or which is part of a circle of links.
        case brokenLink
        /// The user has no permission.
        case noPermission
        /// The path is a folder, but a file is needed.
        case isFolder
        /// A file of that name exists already.
        case alreadyThere
        /// A part of the path is not a folder, but a folder is needed.
        case isNoFolder
        /// The name is not valid UTF-8.
        case nameIsNotUTF8
        /// The disk is full, a quota is used up, or the file has reached the limit on the size of files.
        case diskFull
        /// The process has too many files open.
        case tooManyOpen
        /// The decompressed data ends before the position of the file's checkpoint, in bytes.
        case endsBeforeCheckpoint(Int64)
        /// The file changed while it was being read.
        case changed
        /// The file belongs to the warehouse, the raw store or the like; the text says to which.
        case isOwn(String)
        /// A file that Reelhouse wrote has been damaged since; the text says how.
        case damaged(String)
        /// Something is too long for the file's format; the text says what.
        case tooLong(String)
        /// The path is a pipe or a device whose bytes were read before, and cannot be read twice.
        case readOnce
        /// Standard input is closed.
        case closed
        /// The location has a scheme but no path, as in `file:`.
        case noPath
        /// The location is `-`, but a folder is needed.
        case noFolder
        /// Any other system error, by its `errno`.
        case system(Int32)
    }

    /// The action that failed.
    public let action: Action
    /// The path as the user named it, or `-` for standard input.
    public let path: String
    /// Why the action failed.
    public let reason: Reason

    /// Creates an error.
    public init(_ action: Action, _ path: String, _ reason: Reason) {
        self.action = action
        self.path = path
        self.reason = reason
    }

    /// Creates the error for a system call's `errno`.
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
    /// Whether the error concerns this file alone, so that the run can go on with the other files.
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

    /// The user's next step, as a sentence.
    public var hint: String { advice.prefix(1).uppercased() + advice.dropFirst() + "." }

    /// The class of the failure, which decides the exit status.
    public var kind: FailureKind {
        switch reason {
        case .isOwn, .noPath, .noFolder: .usage
        case .diskFull: .noRoom
        default: .failed
        }
    }

    /// Whether a file that Reelhouse wrote has been damaged since.
    public var isDamage: Bool {
        if case .damaged = reason { return true }
        return false
    }

    /// The message and the next step in one line.
    public var description: String { "\(message); \(advice)" }

    /// The reason in words.
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
        case .noFolder: "it is not a folder"
        case .system(let code): String(cString: strerror(code))
        }
    }

    /// The user's next step, in lower case and without a full stop, to be put after a semicolon.
    var advice: String {
        switch reason {
        case .notThere: "check the spelling and the folder you are in"
        case .nothingMatches: "check the pattern, and the folder you are in; `*` does not cross a `/`"
        case .brokenLink: "repair the link or remove it"
        case .noPermission: "change its owner or mode (see `ls -l`), or run as a user who has permission"
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
        case .noFolder: "name a folder, as in --raw data/raw; a folder with the name - is written ./-"
        case .closed: "send the lines to it by a pipe or with `<`, or name a file"
        case .system(EIO): "the disk or the connection to it fails: look at the system's log, then run again"
        case .system: "fix the cause and run again"
        }
    }
}
