import Domain

/// What changes of checkpoints come to in the end, so that each row of the ledger is written once: one change may take the
/// place of a row that an earlier one of the same commit writes.
struct LedgerPlan {
    /// The rows to write.
    private var saved: [SourceIdentity: Checkpoint] = [:]
    private var order: [SourceIdentity] = []
    /// The stored rows that go; the values of `ListTables.superseded`.
    private(set) var superseded: [[RowValue]] = []
    /// What sources of this commit were known by before they grew; the values of `ListTables.outgrown`.
    private(set) var outgrown: [[RowValue]] = []

    /// The changes in their order.
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
        // A stored row that this commit has written over says nothing any more.
        superseded.append(identity.values + [.boolean(written == nil)])
    }

    /// The rows to write, as the values of `ListTables.checkpoints`.
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
    /// Its key in the ledger: port, source_key, snapshot_date.
    var values: [RowValue] {
        [.text(port.rawValue), .text(key), .text(snapshotDay.map(CivilDate.text(ofDay:)) ?? "")]
    }
}
