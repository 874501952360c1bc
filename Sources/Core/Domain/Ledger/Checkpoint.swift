/// A row of `load_checkpoint`: how far a source is loaded.
public struct Checkpoint: Sendable, Equatable {
    /// What the source is known by.
    public var mark: SourceMark
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

    /// The key of the row.
    public var identity: SourceIdentity { mark.identity }

    /// A checkpoint.
    public init(
        _ mark: SourceMark, source: String, position: SourcePosition, isComplete: Bool, counts: LineCounts,
        firstRun: Int64 = 1
    ) {
        self.mark = mark
        self.source = source
        self.position = position
        self.isComplete = isComplete
        self.counts = counts
        self.firstRun = firstRun
    }
}
