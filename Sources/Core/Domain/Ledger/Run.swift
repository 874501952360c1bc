/// Counts of lines: read = accepted + duplicates + rejected.
public struct LineCounts: Hashable, Sendable {
    /// Lines that are not blank. A damaged or unsupported file counts as one more line.
    public var read: Int64 = 0
    /// Lines whose event or document was new.
    public var accepted: Int64 = 0
    /// Lines whose event or document the warehouse had already.
    public var duplicates: Int64 = 0
    /// Lines that were put into quarantine.
    public var rejected: Int64 = 0
    /// Values that were dropped or made null in lines that were not rejected.
    public var warnings: Int64 = 0

    /// All counts 0.
    public init() {}

    /// Adds each count.
    public static func += (left: inout LineCounts, right: LineCounts) {
        left.read += right.read
        left.accepted += right.accepted
        left.duplicates += right.duplicates
        left.rejected += right.rejected
        left.warnings += right.warnings
    }
}

/// The kinds of runs that a warehouse treats differently.
public enum RunKind: Sendable {
    /// Reads sources that end.
    case bounded
    /// It reads sources that may pause for long or never end, and others read the warehouse meanwhile.
    case pausing
    /// Is rolled back at its end, so that the warehouse stays as it was.
    case dryRun
}

/// The outcome of a run.
public enum RunOutcome: String, Sendable, CaseIterable {
    /// It is under way, or it was killed and no later run has begun yet.
    case running
    /// It read all its sources to their ends.
    case completed
    /// A signal or `--max-duration` stopped it at a commit.
    case stopped
    /// An error ended it. What it had committed stays.
    case failed
    /// It was killed; the next run set this outcome.
    case interrupted

    /// Whether a run with it ended as it was meant to. The next run makes up for any other one. A run that was stopped
    /// ended as it was asked to; one that follows its sources ends in no other way.
    public var isOrderly: Bool {
        switch self {
        case .completed, .stopped: true
        case .running, .failed, .interrupted: false
        }
    }
}

/// A row of `load_run`.
public struct RunRecord: Sendable {
    /// Its number, from 1.
    public var id: Int64
    /// When it began, milliseconds since 1970.
    public var startedAt: Int64
    /// When it ended, milliseconds since 1970; nil while it runs, or when it was killed.
    public var endedAt: Int64?
    /// How it ended.
    public var outcome: RunOutcome
    /// The lines that it read.
    public var counts: LineCounts
    /// The error message of a run that failed or was interrupted, without passwords; nil for other outcomes.
    public var error: String?

    /// The `error` of every run that was killed.
    public static let killed = "the run was killed, or lost its warehouse, before its end; what it had committed stays"

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
