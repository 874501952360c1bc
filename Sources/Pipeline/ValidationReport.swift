import Domain

/// A line that breaks a rule, or of which something is dropped or made null, to be shown.
public struct ValidationExample: Sendable, Equatable {
    /// The source's name.
    public var source: String
    /// The line's number.
    public var line: Int64
    /// The offset of its first byte of content in the decompressed stream.
    public var byteOffset: Int64
    /// What is wrong, in words a person can act on.
    public var message: String
}

/// What the cleaning rules say of some lines.
public struct ValidationTally: Sendable {
    /// Lines read; `accepted` are those that break no rule, and none counts as a duplicate.
    public internal(set) var counts = LineCounts()
    /// Lines by the rule that they break.
    public internal(set) var rejected: [CleaningRule: Int64] = [:]
    /// The first lines of each rule, as many as were asked for.
    public internal(set) var examples: [CleaningRule: [ValidationExample]] = [:]
    /// What is dropped or made null in lines that break no rule, by reason.
    public internal(set) var warnings: [WarningReason: Int64] = [:]
    /// The first lines of each reason, as many as were asked for.
    public internal(set) var warningExamples: [WarningReason: [ValidationExample]] = [:]
    /// Keys of events that stand in the wrong place, in lines that break no rule.
    public internal(set) var misplaced = MisplacedTally()
    /// Whether the end of a file is damaged.
    public internal(set) var isDamaged = false
    /// Whether a file is not NDJSON.
    public internal(set) var isUnsupported = false

    /// Adds up, in the order of the lines.
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

/// What was found in one source.
public struct ValidatedSource: Sendable {
    /// Its name.
    public var name: String
    /// The port that it was read through.
    public var port: SourcePort
    /// Whether it was left out, because the same bytes came before.
    public var isRepeated = false
    /// Whether its last line has no end yet, and was left out.
    public var isUnfinished = false
    /// What its lines are.
    public var tally = ValidationTally()
    /// The other port, where its first lines plainly belong to that one.
    var otherPort: SourcePort?
    /// How many of its lines were rejected and plainly belong to the other port.
    public var otherPortLines: Int64 = 0

    /// The port that its lines plainly belong to, where all of them were rejected and it is the other port.
    public var looksLike: SourcePort? { tally.counts.rejected == tally.counts.read ? otherPort : nil }
}

/// What a run would reject, as far as the lines themselves tell.
public struct ValidationReport: Sendable {
    /// Over all sources.
    public var total = ValidationTally()
    /// The sources, in the order in which they were read.
    public var sources: [ValidatedSource] = []
    /// What was found and is not read because it belongs to the warehouse itself.
    public var passedOver: [SourceRemark] = []
    /// What cannot be read.
    public var unreadable: [SourceRemark] = []
}
