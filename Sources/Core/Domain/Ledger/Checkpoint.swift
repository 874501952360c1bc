/// A row of `load_checkpoint`: how far a source is loaded.
public struct Checkpoint: Sendable, Equatable {
    /// What identifies the source up to the position.
    public var mark: SourceMark
    /// Its name, as the user gave it last.
    public var source: String
    /// The position after the last loaded line.
    public var position: SourcePosition
    /// Whether the source is loaded to its end.
    public var isComplete: Bool
    /// The counts of its lines, over all runs.
    public var counts: LineCounts
    /// The run in which the reading of the source began.
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
