import Domain

extension SQLWarehouse: CompactingWarehouse {
    /// The hash of the content that is stored of an identity; see `CompactingWarehouse`.
    public func contentHash(ofEventAt time: Int64, idHigh: UInt64, idLow: UInt64) throws -> UInt64? {
        let stored = try session.query(facts.contentHash, [.timestamp(time), .uuid(high: idHigh, low: idLow)])
        var hash: UInt64?
        while try stored.next() { hash = UInt64(bitPattern: stored.integer(0)) }
        return hash
    }

    /// Whether there ever was a conflict; see `CompactingWarehouse`. Versions that did not count by rule have left an empty one.
    public func hasConflicts() throws -> Bool {
        let rule = CleaningRule.eventIDConflict.rawValue
        return try session.boolean(
            """
            SELECT EXISTS (SELECT 1 FROM \(session.dialect.table("load_run_rule"))
            WHERE rule IN ('\(rule)', '') AND rejected > 0)
            """)
    }

    /// Writes checkpoints without a run of their own; see `CompactingWarehouse`. No row of `load_run` is written: a compact
    /// reads no line for the warehouse, and a run that has to make up for one that was killed has to stay the next one.
    public func record(_ checkpoints: [CheckpointChange]) throws {
        guard let run = try session.integer(ledger.lastRun) else { return }
        let changes = checkpoints.map { change in
            var change = change
            change.checkpoint.firstRun = run
            return change
        }
        try save(LedgerPlan(changes), run: run)
    }
}
