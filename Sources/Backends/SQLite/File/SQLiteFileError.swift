import Domain

import enum Logging.Redaction

/// The reason why a file cannot be used as a warehouse.
public enum SQLiteFileError: ReportedError, Equatable {
    /// The file cannot be opened.
    case notAFile(path: String, reason: String)
    /// The user has no permission to read the file.
    case notReadable(path: String, reason: String)
    /// The location has a scheme but no path.
    case noPath(location: String)
    /// The location is a name that means standard input or output, or memory, to other programs; `name` is that name.
    case noFile(location: String, name: String)
    /// The path is something other than a warehouse, and was not changed; `what` follows "it is".
    case foreign(path: String, what: String)
    /// The file has several names (hard links), and SQLite would keep a separate log for each of them.
    case severalNames(path: String, other: String)
    /// The newest rows are in the log, which cannot be read without write permission beside it.
    case logNotReadable(path: String)
    /// The first load is running, and nothing can be read until it ends; `bytes` have been written so far.
    case firstLoad(path: String, bytes: Int64)
    /// A load was cut off and must be undone with the journal beside the file, which needs write permission.
    case journalNotReadable(path: String)
    /// A file beside the warehouse belongs to another user, and the user has no permission to write to it.
    case fileOfAnother(path: String, owner: String, hasRows: Bool)
    /// The file was written to while it was read without a lock.
    case changedMeanwhile(path: String)
    /// A trigger that a user added would leave rows out.
    case triggerLeavesOut(path: String, trigger: String, table: String)
    /// No folder can be created for the warehouse of a dry run.
    case noScratchFolder(parent: String, reason: String)

    /// What failed, and where.
    public var message: String { Redaction.text(text) }

    private var text: String {
        switch self {
        case .notAFile(let path, let reason): "the warehouse \(path) cannot be opened: \(reason)"
        case .notReadable(let path, let reason): "the warehouse \(path) may not be read: \(reason)"
        case .noPath(let location): "the warehouse '\(location)' names no file"
        case .noFile(let location, let name):
            "--warehouse takes a file, not "
                + (name == "-" ? "standard input or output" : "a database in memory") + ": '\(location)'"
        case .foreign(let path, let what): "\(path) is not a Reelhouse warehouse: it is \(what)"
        case .severalNames(let path, let other):
            "the warehouse \(path) is also named \(other) (a hard link), and its newest rows are in the log of that name"
        case .logNotReadable(let path):
            "the warehouse \(path) may be read, but its newest rows are in \(path)-wal, which needs write permission beside it"
        case .firstLoad(let path, let bytes):
            "the first load of \(path) is under way: \(bytes / 1_000_000).\(bytes / 100_000 % 10) MB so far"
        case .journalNotReadable(let path):
            "the warehouse \(path) may be read, but a load that was cut off has to be undone first by \(path)-journal, "
                + "which needs write permission"
        case .fileOfAnother(let path, let owner, _):
            "the file \(path) belongs to \(owner), and you may not write to it; SQLite writes to it before the warehouse"
        case .changedMeanwhile(let path): "the warehouse \(path) was written to while it was read"
        case .triggerLeavesOut(let path, let trigger, let table):
            "the warehouse \(path) has a trigger \(trigger) that leaves rows out of \(table) (RAISE(IGNORE))"
        case .noScratchFolder(let parent, let reason):
            "cannot create a folder in \(parent) for the warehouse of a dry run: \(reason)"
        }
    }

    /// The user's next step.
    public var hint: String { Redaction.text(advice) }

    private var advice: String {
        switch self {
        case .notAFile: "Check that the folder is there and that you may write to the folder and the file."
        case .notReadable: "Ask its owner for permission to read it and to enter its folder, or run as another user."
        case .noPath:
            "Write a path after it: sqlite:///warehouse.db is in the current folder, sqlite:////srv/warehouse.db in /srv."
        case .noFile(_, let name):
            "Name a file, as in -w warehouse.db; a file with that name is written ./\(name)."
                + (name == "-" ? "" : " To see what a run would do and keep nothing, use `reelhouse run --dry-run`.")
        case .foreign: "Nothing was changed. Name another file with --warehouse."
        case .severalNames(_, let other):
            "Nothing was changed. Use the name \(other), and remove this one; a second name should be a symbolic link."
        case .logNotReadable:
            "Ask a user who may write there to run `reelhouse migrate` on it, which copies them into the file; or copy "
                + "both files to a folder of yours."
        case .firstLoad: "Wait for it to end; the warehouse can be read from then on, also while later runs load."
        case .journalNotReadable:
            "Ask a user who may write there to run `reelhouse migrate` on it, which undoes that; or copy both files to a "
                + "folder of yours."
        case .fileOfAnother(_, let owner, true):
            "It holds a part of the warehouse, so do not remove it. Ask \(owner) to run "
                + "`reelhouse migrate` on the warehouse or to let you write to the file, and run the same command again."
        case .fileOfAnother(let path, _, false):
            "There is nothing in it. When no program has the warehouse open (`fuser \(path)`), remove that file and run the "
                + "same command again; do the same with each file that it names then."
        case .changedMeanwhile: "Run the same command again when the load has ended."
        case .triggerLeavesOut(_, let trigger, _):
            "Nothing was loaded. Remove it (DROP TRIGGER \(trigger)), or filter in a view instead, and run again."
        case .noScratchFolder: "Let TMPDIR name a folder that you may write to."
        }
    }

    /// A location that names no file is wrong usage. A load that is running has the file in use.
    public var kind: FailureKind {
        switch self {
        case .noPath, .noFile: .usage
        case .firstLoad: .inUse
        default: .failed
        }
    }

    /// Whether the same call may succeed after a load has ended.
    public var mayRetry: Bool {
        switch self {
        case .changedMeanwhile, .firstLoad: true
        default: false
        }
    }
}
