import Domain

/// Combines the checkpoint changes of one commit, so that each row of the ledger is written once. This is needed
/// because a change may supersede a row that an earlier change of the same commit wrote.
struct LedgerPlan {
    /// The rows to write.
    private var saved: [SourceIdentity: Checkpoint] = [:]
    private var order: [SourceIdentity] = []
    /// The stored rows to delete, as values of `ListTables.superseded`.
    private(set) var superseded: [[RowValue]] = []
    /// The keys that sources of this commit had before they grew, as values of `ListTables.outgrown`.
    private(set) var outgrown: [[RowValue]] = []

    /// Combines changes in their order.
    init(_ changes: [CheckpointChange]) {
        for change in changes {
            let identity = change.checkpoint.identity
            if let previous = change.previous, previous != identity { supersede(previous) }
            if saved.updateValue(change.checkpoint, forKey: identity) == nil { order.append(identity) }
        }
    }

    private mutating func supersede(_ identity: SourceIdentity) {
        let written = saved.removeValue(forKey: identity)
        if let written {
            order.removeAll { $0 == identity }
            if written.isComplete, let bytes = written.mark.bytes, let head = written.mark.head {
                outgrown.append(identity.values + [.integer(bytes), .integer(head)])
            }
        }
        // A stored row that this commit has overwritten is deleted, but not kept as outgrown.
        superseded.append(identity.values + [.boolean(written == nil)])
    }

    /// The rows to write, as values of `ListTables.checkpoints`.
    func checkpoints(run: Int64) -> [[RowValue]] {
        order.compactMap { saved[$0] }.map { checkpoint in
            let counts = checkpoint.counts
            return checkpoint.identity.values + [
                .text(checkpoint.source), .text(checkpoint.position.text), .boolean(checkpoint.isComplete),
                .integer(counts.read), .integer(counts.accepted), .integer(counts.duplicates),
                .integer(counts.rejected), .integer(counts.warnings), .integer(run),
                .optional(checkpoint.mark.bytes), .optional(checkpoint.mark.head),
                .boolean(checkpoint.mark.mayGrow), .integer(checkpoint.firstRun),
            ]
        }
    }
}

extension SourceIdentity {
    /// The primary key of the ledger's row: port, source_key, snapshot_date.
    var values: [RowValue] {
        [.text(port.rawValue), .text(key), .text(snapshotDay.map(CivilDate.text(ofDay:)) ?? "")]
    }
}
