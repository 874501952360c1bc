import Domain

/// Lines of the quarantine that are to be tried again.
public enum QuarantineSelection {
    /// As they are kept: those that match.
    case stored(RejectedFilter)
    /// As they were mended: each call gives the next one, or nil at the end.
    case mended(() throws -> MendedLine?)
}

/// A line of the quarantine as a person mended it.
public struct MendedLine: Sendable {
    /// Its number in the quarantine.
    public var id: Int64
    /// What the line is to be.
    public var raw: [UInt8]
    /// The source that it says it came from, where it says so.
    public var source: String?
    /// The number in its source that it says it has, where it says so.
    public var line: Int64?

    /// A mended line.
    public init(id: Int64, raw: [UInt8], source: String? = nil, line: Int64? = nil) {
        self.id = id
        self.raw = raw
        self.source = source
        self.line = line
    }

    /// Whether a record is the one that was mended.
    func isOf(_ record: RejectedRecord) -> Bool {
        (source ?? record.rejection.source) == record.rejection.source
            && (line ?? record.rejection.line) == record.rejection.line
    }
}

/// What trying lines of the quarantine again did.
public struct QuarantineReport: RunReport, Sendable {
    /// A mended line that still breaks a rule.
    public struct Fault: Sendable {
        /// Its number in the quarantine.
        public var id: Int64
        /// The rule that it breaks now.
        public var rule: CleaningRule
        /// What is wrong.
        public var message: String
    }

    /// The most faults that are told of one by one.
    static let mostFaults = 20

    /// Its row of `load_run`: accepted and duplicate lines are cured, rejected ones are open.
    public var run: RunRecord
    /// The lines that are still rejected, by the rule that they break now.
    public var rejectedByRule: [CleaningRule: Int64] = [:]
    /// What was dropped or made null in lines that were not rejected.
    public var warningsByReason: [WarningReason: Int64] = [:]
    /// The lines that were not tried since they were not kept whole, by rule.
    public var leftAside: [CleaningRule: Int64] = [:]
    /// Lines that are cured now without having been tried: what they say came with another line.
    public var cured: Int64 = 0
    /// Mended lines that are not in the quarantine, or are cured.
    public var missing: Int64 = 0
    /// The first mended lines that still break a rule.
    public var faults: [Fault] = []
    /// What followed at the end.
    public var refresh = RefreshReport()
    /// Why it stopped before its end, or nil.
    public var stopReason: StopSignal.Reason?
    /// How long it took, in seconds.
    public var seconds = 0.0

    init(run: RunRecord) { self.run = run }
}
