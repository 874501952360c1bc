/// A line in quarantine.
public struct RejectedRecord {
    /// Its number in the quarantine.
    public var id: Int64
    /// The line, and why it was rejected.
    public var rejection: Rejection
    /// The run that put it into quarantine.
    public var run: Int64
    /// The last run that found it in its source.
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

/// Selects lines of the quarantine: those that match every property that is not nil.
///
///     RejectedFilter(rule: "malformed_json", state: .all)
public struct RejectedFilter: Sendable {
    /// Whether a line is cured. A line is cured when its source was read again and no longer contains it, or when its
    /// event or movie is in the warehouse.
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
    /// Whether the lines are open, cured, or either.
    public var state: State
    /// Selects lines whose `lastRun` began before this time, milliseconds since 1970.
    public var foundBefore: Int64?

    /// A filter; by default it selects all open lines.
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

/// The number of lines that one source has in quarantine for one rule.
public struct RejectedCount: Sendable, Equatable {
    /// The rule that they broke.
    public var rule: String
    /// The source that they came from.
    public var source: String
    /// How many lines there are.
    public var lines: Int64
    /// The size of the lines themselves in bytes; 0 where it was not computed.
    public var bytes: Int64

    /// A count.
    public init(rule: String, source: String, lines: Int64, bytes: Int64 = 0) {
        self.rule = rule
        self.source = source
        self.lines = lines
        self.bytes = bytes
    }
}

/// The number of lines in quarantine, and of lines that were dropped from it.
public struct QuarantineTotals: Sendable, Equatable {
    /// Lines that are not cured.
    public var open: Int64
    /// Lines that are cured.
    public var cured: Int64
    /// Lines that `quarantine drop` deleted.
    public var dropped: Int64

    /// Totals.
    public init(open: Int64, cured: Int64, dropped: Int64) {
        self.open = open
        self.cured = cured
        self.dropped = dropped
    }
}
