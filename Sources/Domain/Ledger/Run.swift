/// Lines read and what became of them: read = accepted + duplicates + rejected.
public struct LineCounts: Hashable, Sendable {
    /// Lines that are not blank, damage included.
    public var read: Int64 = 0
    /// Lines that brought something new.
    public var accepted: Int64 = 0
    /// Lines that the warehouse had already.
    public var duplicates: Int64 = 0
    /// Lines that are in quarantine.
    public var rejected: Int64 = 0
    /// What was dropped or made null in lines that were not rejected.
    public var warnings: Int64 = 0

    /// Nothing read.
    public init() {}

    /// Adds counts up.
    public static func += (left: inout LineCounts, right: LineCounts) {
        left.read += right.read
        left.accepted += right.accepted
        left.duplicates += right.duplicates
        left.rejected += right.rejected
        left.warnings += right.warnings
    }
}

/// How a run ended, or that it did not.
public enum RunOutcome: String, Sendable, CaseIterable {
    /// It is under way, or was killed.
    case running
    /// All that was there is taken.
    case completed
    /// It stopped at a commit: by a signal, or because its time was up.
    case stopped
    /// It met an error after its last commit.
    case failed
    /// It was killed; the next run found it so.
    case interrupted
}

/// A row of `load_run`.
public struct RunRecord: Sendable {
    /// Its number, from 1.
    public var id: Int64
    /// When it began, milliseconds since 1970.
    public var startedAt: Int64
    /// When it ended, or nil.
    public var endedAt: Int64?
    /// How it ended.
    public var outcome: RunOutcome
    /// What it read.
    public var counts: LineCounts
    /// Why it failed or was interrupted, for a person, without passwords; nil for other outcomes.
    public var error: String?

    /// What is said of a run that did not live to say it.
    public static let killed = "the run was killed before its end; what it had committed stays"

    /// A run.
    public init(
        id: Int64, startedAt: Int64, endedAt: Int64?, outcome: RunOutcome, counts: LineCounts, error: String? = nil
    ) {
        self.error = error
        self.id = id
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
        self.counts = counts
    }
}

/// A row of `load_checkpoint`: how far a source is loaded.
public struct Checkpoint: Sendable, Equatable {
    /// What the source is known by.
    public var identity: SourceIdentity
    /// Its name, as the user gave it last.
    public var source: String
    /// The position after the last line that is loaded.
    public var position: SourcePosition
    /// Whether it is loaded whole.
    public var isComplete: Bool
    /// What its lines became, over all runs.
    public var counts: LineCounts
    /// The run in which the reading of it began.
    public var firstRun: Int64
    /// How many of the source's own bytes its key is of; see `SourceMark`.
    public var bytes: Int64?
    /// A short hash of the first of these bytes; see `SourceMark`.
    public var head: Int64?
    /// Whether the source may be longer when it is met again.
    public var mayGrow = false

    /// A checkpoint.
    public init(
        identity: SourceIdentity, source: String, position: SourcePosition, isComplete: Bool, counts: LineCounts,
        firstRun: Int64 = 1
    ) {
        self.identity = identity
        self.source = source
        self.position = position
        self.isComplete = isComplete
        self.counts = counts
        self.firstRun = firstRun
    }

    /// A checkpoint of a source that is known by a mark.
    public init(
        _ mark: SourceMark, source: String, position: SourcePosition, isComplete: Bool, counts: LineCounts,
        firstRun: Int64
    ) {
        self.init(
            identity: mark.identity, source: source, position: position, isComplete: isComplete, counts: counts,
            firstRun: firstRun)
        bytes = mark.bytes
        head = mark.head
        mayGrow = mark.mayGrow
    }
}
