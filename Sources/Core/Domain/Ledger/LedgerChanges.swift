/// A checkpoint to be written, and the row that it replaces.
public struct CheckpointChange: Sendable, Equatable {
    /// The row to write.
    public var checkpoint: Checkpoint
    /// The key of the source's row from when less of it was read. That row is deleted, unless it has the same key as
    /// the new one. If the source was complete then and has grown, `load_outgrown` remembers its earlier state.
    public var previous: SourceIdentity?

    /// A change.
    public init(_ checkpoint: Checkpoint, previous: SourceIdentity? = nil) {
        self.checkpoint = checkpoint
        self.previous = previous
    }
}

/// What a commit writes into the ledger, in the transaction of the rows that it counts.
///
/// The checkpoints are written in their order: one may replace a row that an earlier one of them has written. The
/// renames are written after them.
public struct LedgerChanges: Sendable {
    /// The run's row.
    public var run: RunRecord
    /// The checkpoints of the sources that were read.
    public var checkpoints: [CheckpointChange]
    /// The new names of sources that were loaded before under another name. Nothing else of their rows changes.
    public var renames: [(identity: SourceIdentity, name: String)]

    /// Changes of the ledger; by default only of the run's row.
    public init(
        run: RunRecord, checkpoints: [CheckpointChange] = [],
        renames: [(identity: SourceIdentity, name: String)] = []
    ) {
        self.run = run
        self.checkpoints = checkpoints
        self.renames = renames
    }
}
