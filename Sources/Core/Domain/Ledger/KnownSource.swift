/// What identifies a source that has been read up to a position: for a file, the hash and the number of the bytes read.
public struct SourceMark: Sendable, Equatable {
    /// The key of the source's row in the ledger.
    public var identity: SourceIdentity
    /// The number of (compressed) bytes of the source that the key is a hash of. Nil where the key is not a hash
    /// (Kafka), and in rows of older versions, whose key is the hash of the whole file.
    public var bytes: Int64?
    /// A short hash of the first of these bytes, by which a file is looked up before it is compared; nil where `bytes`
    /// is.
    public var head: Int64?
    /// Whether the source may have grown when a later run reads it, as a plain file may.
    public var mayGrow: Bool

    /// A mark.
    public init(identity: SourceIdentity, bytes: Int64? = nil, head: Int64? = nil, mayGrow: Bool = false) {
        self.identity = identity
        self.bytes = bytes
        self.head = head
        self.mayGrow = mayGrow
    }
}

/// A source in the ledger: enough to recognise it, and to continue after its last loaded line.
public struct KnownSource: Sendable, Equatable {
    /// How far it is loaded.
    public var checkpoint: Checkpoint
    /// Whether this is the state of a source before it grew (a row of `load_outgrown`). A source with exactly these
    /// bytes is loaded already; a longer source does not continue from it.
    public var isOutgrown: Bool
    /// The last run that read something of it; nil where the ledger is not that of runs.
    public var lastRun: Int64?

    /// What identifies the source.
    public var mark: SourceMark { checkpoint.mark }

    /// A source in the ledger.
    public init(_ checkpoint: Checkpoint, isOutgrown: Bool = false, lastRun: Int64? = nil) {
        self.checkpoint = checkpoint
        self.isOutgrown = isOutgrown
        self.lastRun = lastRun
    }
}

/// What a chunk reports about its source beside its lines.
public enum SourceNotice: Sendable, Equatable {
    /// It was loaded before, or came earlier in this run, and is not read now.
    case skipped
    /// It cannot be read, or not to its end; the text says why and what to do.
    case unreadable(String)
    /// Lines of it were deleted before they were read. The text says which, and what follows from it.
    case lost(String)
    /// Something else that the user should know now.
    case remark(String)
    /// It waits for a server, or goes on after it did; to be told at once.
    case waiting(String)
    /// Its last line is unfinished (without LF and no whole JSON object); a later run reads it.
    case unfinishedLine
}

/// What is remarkable about a source, such as why a file or folder is not read.
public struct SourceRemark: Sendable, Equatable {
    /// Its name as the user gave it, or as it was found in a folder.
    public var name: String
    /// Why it is not read, or what else there is to know.
    public var reason: String

    /// A remark.
    public init(name: String, reason: String) {
        self.name = name
        self.reason = reason
    }
}
