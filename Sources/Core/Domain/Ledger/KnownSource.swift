/// What a source is known by when it has been read up to a position.
public struct SourceMark: Sendable, Equatable {
    /// Its port, the key of the bytes that were read of it, and its date.
    public var identity: SourceIdentity
    /// How many of the source's own bytes the key is of; nil where the key is not of so many bytes (Kafka, and rows of
    /// older versions, whose key is of the whole file).
    public var bytes: Int64?
    /// A short hash of the first of these bytes, to find the few sources that may be the same; nil as above.
    public var head: Int64?
    /// Whether the source may be longer when it is met again.
    public var mayGrow: Bool

    /// A mark.
    public init(identity: SourceIdentity, bytes: Int64? = nil, head: Int64? = nil, mayGrow: Bool = false) {
        self.identity = identity
        self.bytes = bytes
        self.head = head
        self.mayGrow = mayGrow
    }
}

/// What the ledger knows of a source: enough to find it again, and to go on.
public struct KnownSource: Sendable, Equatable {
    /// How far it is loaded.
    public var checkpoint: Checkpoint
    /// Whether this is what a source was before it grew: an equal one is loaded, and none goes on from it.
    public var isOutgrown: Bool

    /// What it is known by.
    public var mark: SourceMark { checkpoint.mark }

    /// What is known of a source.
    public init(_ checkpoint: Checkpoint, isOutgrown: Bool = false) {
        self.checkpoint = checkpoint
        self.isOutgrown = isOutgrown
    }
}

/// What is said of a source beside its lines.
public enum SourceNotice: Sendable, Equatable {
    /// It was loaded whole before, or came before in this run: it has no lines now.
    case skipped
    /// It cannot be read, or not further; the text says why and what to do.
    case unreadable(String)
    /// Its last line has no end yet, and was left for a later run.
    case unfinishedLine
}

/// Something that was named or found, and is not read; the text says why.
public struct SourceRemark: Sendable, Equatable {
    /// Its name as the user gave it, or as it was found.
    public var name: String
    /// Why it is not read.
    public var reason: String

    /// A remark.
    public init(name: String, reason: String) {
        self.name = name
        self.reason = reason
    }
}
