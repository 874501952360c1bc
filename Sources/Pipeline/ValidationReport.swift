import Domain

/// An example of a rejected line or of a warning.
public struct ValidationExample: Sendable, Equatable {
    /// The source's name.
    public var source: String
    /// The line's number.
    public var line: Int64
    /// The offset of its first byte of content in the decompressed stream.
    public var byteOffset: Int64
    /// What is wrong, and how to correct it.
    public var message: String
}

/// The result of the cleaning rules for some lines.
public struct ValidationTally: Sendable {
    /// The lines that were read. Lines that break no rule are `accepted`; `duplicates` is always 0.
    public internal(set) var counts = LineCounts()
    /// The number of rejected lines by rule.
    public internal(set) var rejected: [CleaningRule: Int64] = [:]
    /// The first rejected lines of each rule, at most `Validation.Options.examples`.
    public internal(set) var examples: [CleaningRule: [ValidationExample]] = [:]
    /// The number of values that would be dropped or made null in lines that break no rule, by reason.
    public internal(set) var warnings: [WarningReason: Int64] = [:]
    /// The first warnings of each reason, at most `Validation.Options.examples`.
    public internal(set) var warningExamples: [WarningReason: [ValidationExample]] = [:]
    /// Keys in the wrong place of an event, in lines that break no rule.
    public internal(set) var misplaced = MisplacedTally()
    /// Whether a file is damaged.
    public internal(set) var isDamaged = false
    /// Whether a file is not NDJSON.
    public internal(set) var isUnsupported = false

    /// Adds the result of the lines that follow.
    mutating func add(_ other: ValidationTally, examples limit: Int) {
        counts += other.counts
        isDamaged = isDamaged || other.isDamaged
        isUnsupported = isUnsupported || other.isUnsupported
        for (rule, count) in other.rejected { rejected[rule, default: 0] += count }
        for (reason, count) in other.warnings { warnings[reason, default: 0] += count }
        misplaced.add(other.misplaced)
        examples.merge(other.examples) { Array(($0 + $1).prefix(limit)) }
        warningExamples.merge(other.warningExamples) { Array(($0 + $1).prefix(limit)) }
    }
}

/// The result of the validation of one source.
public struct ValidatedSource: Sendable {
    /// Its name.
    public var name: String
    /// The port that it was read through.
    public var port: SourcePort
    /// Whether it was not read, because another source with the same bytes came before.
    public var isRepeated = false
    /// Whether its last line is unfinished, and was not read.
    public var isUnfinished = false
    /// The result for its lines.
    public var tally = ValidationTally()
    /// The other port, if its first lines clearly belong to that one.
    var otherPort: SourcePort?
    /// The number of its rejected lines that clearly belong to the other port.
    public var otherPortLines: Int64 = 0

    /// The other port, if all lines were rejected and they clearly belong to that port; else nil.
    public var looksLike: SourcePort? { tally.counts.rejected == tally.counts.read ? otherPort : nil }
}

/// The result of a validation.
public struct ValidationReport: Sendable {
    /// The result for the lines of all sources.
    public var total = ValidationTally()
    /// The sources, in the order in which they were read.
    public var sources: [ValidatedSource] = []
    /// Files that were found but not read, because the warehouse, the raw store or a command wrote them.
    public var passedOver: [SourceRemark] = []
    /// Sources and folders that could not be read.
    public var unreadable: [SourceRemark] = []
}
