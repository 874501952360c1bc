import Domain
import Hashing

extension SQLiteWarehouse {
    /// How far a source is loaded, or nil when nothing of it is.
    public func checkpoint(of identity: SourceIdentity) throws -> Checkpoint? {
        let statement = try connection.statement(
            """
            SELECT source, line, byte_offset, is_complete, read, accepted, duplicates, rejected, warnings
            FROM load_checkpoint WHERE port = ? AND source_key = ? AND snapshot_date = ?
            """)
        try bind(identity, to: statement)
        guard try statement.step() else { return nil }
        var counts = LineCounts()
        counts.read = statement.integer(4)
        counts.accepted = statement.integer(5)
        counts.duplicates = statement.integer(6)
        counts.rejected = statement.integer(7)
        counts.warnings = statement.integer(8)
        let checkpoint = Checkpoint(
            identity: identity, source: statement.text(0) ?? "",
            position: SourcePosition(line: statement.integer(1), byteOffset: statement.integer(2)),
            isComplete: statement.integer(3) != 0, counts: counts)
        try statement.reset()
        return checkpoint
    }

    /// Writes how far a source is loaded.
    public func save(_ checkpoint: Checkpoint, run: Int64) throws {
        let statement = try connection.statement(
            """
            INSERT OR REPLACE INTO load_checkpoint (port, source_key, snapshot_date, source, line, byte_offset,
            is_complete, read, accepted, duplicates, rejected, warnings, run_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        try bind(checkpoint.identity, to: statement)
        try statement.bind(checkpoint.source, at: 4)
        try statement.bind(checkpoint.position.line, at: 5)
        try statement.bind(checkpoint.position.byteOffset, at: 6)
        try statement.bind(checkpoint.isComplete ? 1 : 0 as Int64, at: 7)
        try statement.bind(checkpoint.counts.read, at: 8)
        try statement.bind(checkpoint.counts.accepted, at: 9)
        try statement.bind(checkpoint.counts.duplicates, at: 10)
        try statement.bind(checkpoint.counts.rejected, at: 11)
        try statement.bind(checkpoint.counts.warnings, at: 12)
        try statement.bind(run, at: 13)
        try statement.run()
    }

    /// Writes a run's row.
    public func save(_ run: RunRecord) throws {
        let statement = try connection.statement(
            """
            INSERT OR REPLACE INTO load_run (run_id, started_at, ended_at, outcome, read, accepted, duplicates,
            rejected, warnings, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        try statement.bind(run.id, at: 1)
        try statement.bind(run.startedAt, at: 2)
        try statement.bind(run.endedAt, at: 3)
        try statement.bind(run.outcome.rawValue, at: 4)
        try statement.bind(run.counts.read, at: 5)
        try statement.bind(run.counts.accepted, at: 6)
        try statement.bind(run.counts.duplicates, at: 7)
        try statement.bind(run.counts.rejected, at: 8)
        try statement.bind(run.counts.warnings, at: 9)
        try statement.bind(run.error, at: 10)
        try statement.run()
        note(run)
    }

    /// Puts lines into quarantine, each once by (source, line, rule, raw).
    public func quarantine(_ rejections: [Rejection], run: Int64) throws {
        let statement = try connection.statement(
            """
            INSERT INTO rejected_record (source, line, byte_offset, rule, message, raw, port, snapshot_date, raw_hash,
            run_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, line, rule, raw_hash) DO NOTHING
            """)
        for rejection in rejections {
            try statement.bind(rejection.source, at: 1)
            try statement.bind(rejection.line, at: 2)
            try statement.bind(rejection.byteOffset, at: 3)
            try statement.bind(rejection.rule.rawValue, at: 4)
            try statement.bind(rejection.message, at: 5)
            try statement.bind(rejection.port.rawValue, at: 7)
            try statement.bind(rejection.snapshotDay.map(CivilDate.text(ofDay:)), at: 8)
            try statement.bind(run, at: 10)
            try rejection.withRaw { raw in
                try statement.bind(borrowed: raw, at: 6)
                try statement.bind(blob: Digest.sha256(raw), at: 9)
                try statement.run()
            }
        }
        // What was borrowed may go now.
        try statement.bind(blob: [], at: 6)
    }

    /// How many rows each table has, by its name.
    public func rowCounts() throws -> [(table: String, rows: Int64)] { try connection.rowCounts() }

    /// Lines in quarantine; see `Warehouse`.
    public func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord] {
        try connection.rejected(matching: filter, after: id, limit: limit)
    }

    /// Gives a line in quarantine another rule and message; see `Warehouse`.
    public func replaceRejected(_ id: Int64, rule: CleaningRule, message: String, run: Int64) throws {
        let statement = try connection.statement(
            "UPDATE OR IGNORE rejected_record SET rule = ?, message = ?, run_id = ? WHERE rejected_id = ?")
        try statement.bind(rule.rawValue, at: 1)
        try statement.bind(message, at: 2)
        try statement.bind(run, at: 3)
        try statement.bind(id, at: 4)
        try statement.run()
        // Ignored: (source, line, rule, raw) is taken by the same line.
        if connection.changes == 0 { try deleteRejected([id]) }
    }

    /// Takes lines out of quarantine.
    public func deleteRejected(_ ids: [Int64]) throws {
        let statement = try connection.statement("DELETE FROM rejected_record WHERE rejected_id = ?")
        for id in ids {
            try statement.bind(id, at: 1)
            try statement.run()
        }
    }

    private func bind(_ identity: SourceIdentity, to statement: Statement) throws {
        try statement.bind(identity.port.rawValue, at: 1)
        try statement.bind(identity.key, at: 2)
        try statement.bind(identity.snapshotDay.map(CivilDate.text(ofDay:)) ?? "", at: 3)
    }
}
