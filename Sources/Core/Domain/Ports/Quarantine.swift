/// A line in quarantine.
public struct RejectedRecord {
    /// Its number in the quarantine.
    public var id: Int64
    /// What was rejected, and why.
    public var rejection: Rejection
    /// The run that put it there.
    public var run: Int64
    /// The run that found it in its source last.
    public var lastRun: Int64
    /// The run that cured it; nil while it is open.
    public var curedRun: Int64?

    /// A line in quarantine.
    public init(id: Int64, rejection: Rejection, run: Int64, lastRun: Int64, curedRun: Int64?) {
        self.id = id
        self.rejection = rejection
        self.run = run
        self.lastRun = lastRun
        self.curedRun = curedRun
    }
}

/// Which lines of the quarantine are meant: those that match all that is given.
public struct RejectedFilter: Sendable {
    /// Whether lines are cured: their source was read again without them, or what they say is in the warehouse.
    public enum State: Sendable {
        /// Not cured.
        case open
        /// Cured.
        case cured
        /// Both.
        case all
    }

    /// The rule that they broke.
    public var rule: String?
    /// The source that they came from.
    public var source: String?
    /// Their number in the quarantine.
    public var id: Int64?
    /// Whether they are cured.
    public var state: State
    /// The run that found them last began before this time, milliseconds since 1970.
    public var foundBefore: Int64?

    /// All open lines, unless told.
    public init(
        rule: String? = nil, source: String? = nil, id: Int64? = nil, state: State = .open, foundBefore: Int64? = nil
    ) {
        self.rule = rule
        self.source = source
        self.id = id
        self.state = state
        self.foundBefore = foundBefore
    }
}

/// How many lines a source has in quarantine for a rule.
public struct RejectedCount: Sendable, Equatable {
    /// The rule that they broke.
    public var rule: String
    /// The source that they came from.
    public var source: String
    /// How many.
    public var lines: Int64
    /// The bytes of the lines themselves; 0 where they were not counted.
    public var bytes: Int64

    /// A count.
    public init(rule: String, source: String, lines: Int64, bytes: Int64 = 0) {
        self.rule = rule
        self.source = source
        self.lines = lines
        self.bytes = bytes
    }
}

/// How many lines are in quarantine, and how many were dropped from it.
public struct QuarantineTotals: Sendable, Equatable {
    /// Lines that are not cured.
    public var open: Int64
    /// Lines that are cured.
    public var cured: Int64
    /// Lines that `quarantine drop` took out.
    public var dropped: Int64

    /// Totals.
    public init(open: Int64, cured: Int64, dropped: Int64) {
        self.open = open
        self.cured = cured
        self.dropped = dropped
    }
}
