import Domain

/// Selects the lines of the quarantine that a retry tries.
public enum QuarantineSelection {
    /// The lines that match a filter, as they are stored.
    case stored(RejectedFilter)
    /// Corrected lines. Each call returns the next one, or nil at the end.
    case mended(() throws -> MendedLine?)
}

/// A line of the quarantine that a person has corrected.
public struct MendedLine: Sendable {
    /// Its number in the quarantine.
    public var id: Int64
    /// The corrected line.
    public var raw: [UInt8]
    /// The name of its source, if the corrected export has it.
    public var source: String?
    /// The number of the line in its source, if the corrected export has it.
    public var line: Int64?

    /// A mended line.
    public init(id: Int64, raw: [UInt8], source: String? = nil, line: Int64? = nil) {
        self.id = id
        self.raw = raw
        self.source = source
        self.line = line
    }

    /// Whether this is a correction of a record: its source and line number are the same, as far as they are known.
    func isOf(_ record: RejectedRecord) -> Bool {
        (source ?? record.rejection.source) == record.rejection.source
            && (line ?? record.rejection.line) == record.rejection.line
    }
}

/// The result of a retry.
public struct QuarantineReport: RunReport, Sendable {
    /// A corrected line that still breaks a rule.
    public struct Fault: Sendable {
        /// Its number in the quarantine.
        public var id: Int64
        /// The rule that it breaks now.
        public var rule: CleaningRule
        /// What is wrong.
        public var message: String
    }

    /// The most faults in a report.
    static let mostFaults = 20

    /// The run's row of `load_run`. Its accepted and duplicate lines are cured, its rejected lines are open.
    public var run: RunRecord
    /// The lines that are still rejected, by the rule that they break now.
    public var rejectedByRule: [CleaningRule: Int64] = [:]
    /// Values that were dropped or made null in lines that were not rejected.
    public var warningsByReason: [WarningReason: Int64] = [:]
    /// The number of lines that were not tried because the quarantine has only their first part, by rule.
    public var leftAside: [CleaningRule: Int64] = [:]
    /// The number of other lines that were cured, because this run loaded their event or movie from another line.
    public var cured: Int64 = 0
    /// The number of corrected lines that are not in the quarantine, or are cured.
    public var missing: Int64 = 0
    /// The first corrected lines that still break a rule.
    public var faults: [Fault] = []
    /// How much was recomputed after the load.
    public var refresh = RefreshReport()
    /// Why the run was stopped; nil when it was not.
    public var stopReason: StopSignal.Reason?
    /// How long the run took, in seconds.
    public var seconds = 0.0

    init(run: RunRecord) { self.run = run }
}
