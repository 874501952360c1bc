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

/// What a run is, as far as a warehouse has to know it.
public enum RunKind: Sendable {
    /// It reads sources that end.
    case bounded
    /// It may never end, and others read the warehouse meanwhile.
    case endless
    /// It reads sources, and nothing of it is to stay.
    case dryRun
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
