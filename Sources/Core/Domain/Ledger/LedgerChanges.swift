/// How far a source is loaded now, and which row of the ledger that takes the place of.
public struct CheckpointChange: Sendable, Equatable {
    /// The row to write.
    public var checkpoint: Checkpoint
    /// What the source was known by when less of it was read: that row goes, unless it is the one that is written.
    /// Where it was loaded whole and has grown, an equal source stays known as loaded (`load_outgrown`).
    public var previous: SourceIdentity?

    /// A change.
    public init(_ checkpoint: Checkpoint, previous: SourceIdentity? = nil) {
        self.checkpoint = checkpoint
        self.previous = previous
    }
}

/// What a commit writes into the ledger, beside the rows that it counts.
///
/// The changes of checkpoints apply in their order: one may take the place of a row that an earlier one writes. Renames
/// come after them.
public struct LedgerChanges: Sendable {
    /// The run's row as it is now.
    public var run: RunRecord
    /// The sources of which something was read.
    public var checkpoints: [CheckpointChange]
    /// Sources that were loaded before and have another name now; nothing else of their rows changes.
    public var renames: [(identity: SourceIdentity, name: String)]

    /// Changes of a run; of its row alone unless told.
    public init(
        run: RunRecord, checkpoints: [CheckpointChange] = [],
        renames: [(identity: SourceIdentity, name: String)] = []
    ) {
        self.run = run
        self.checkpoints = checkpoints
        self.renames = renames
    }
}
