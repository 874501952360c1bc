import Domain
import Hashing

extension SQLiteWarehouse {
    /// Writes a run's row, and how far sources are loaded; see `Warehouse`.
    public func save(_ changes: LedgerChanges) throws {
        try save(changes.run)
        for change in changes.checkpoints {
            try save(change.checkpoint, replacing: change.previous, run: changes.run.id)
        }
        for (identity, name) in changes.renames { try rename(identity, to: name) }
    }

    /// Gives what is known of the sources of a port; see `Warehouse`.
    public func forEachKnownSource(of port: SourcePort, _ body: (KnownSource) throws -> Void) throws {
        let statement = try connection.prepare(
            """
            SELECT \(Statement.checkpointColumns), 0 FROM load_checkpoint WHERE port = ?1
            UNION ALL SELECT source_key, snapshot_date, '', '0', 1, 0, 0, 0, 0, 0, source_bytes, source_head, 0, 1, 1
            FROM load_outgrown WHERE port = ?1
            """)
        try statement.bind(port.rawValue, at: 1)
        while try statement.step() {
            try body(
                KnownSource(statement.checkpoint(port: port), isOutgrown: statement.integer(14) != 0))
        }
    }

    /// Writes how far a source is loaded; see `Warehouse`.
    private func save(_ checkpoint: Checkpoint, replacing previous: SourceIdentity?, run: Int64) throws {
        if let previous, previous != checkpoint.identity { try outgrow(previous) }
        let statement = try connection.statement(
            """
            INSERT OR REPLACE INTO load_checkpoint (port, source_key, snapshot_date, source, position,
            is_complete, read, accepted, duplicates, rejected, warnings, run_id, source_bytes, source_head, may_grow,
            first_run_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        try bind(checkpoint.identity, to: statement)
        try statement.bind(checkpoint.source, at: 4)
        try statement.bind(checkpoint.position.text, at: 5)
        try statement.bind(checkpoint.isComplete ? 1 : 0 as Int64, at: 6)
        try statement.bind(checkpoint.counts.read, at: 7)
        try statement.bind(checkpoint.counts.accepted, at: 8)
        try statement.bind(checkpoint.counts.duplicates, at: 9)
        try statement.bind(checkpoint.counts.rejected, at: 10)
        try statement.bind(checkpoint.counts.warnings, at: 11)
        try statement.bind(run, at: 12)
        try statement.bind(checkpoint.mark.bytes, at: 13)
        try statement.bind(checkpoint.mark.head, at: 14)
        try statement.bind(checkpoint.mark.mayGrow ? 1 : 0 as Int64, at: 15)
        try statement.bind(checkpoint.firstRun, at: 16)
        try statement.run()
    }

    /// Gives a source the name that it has now; see `Warehouse`.
    private func rename(_ identity: SourceIdentity, to name: String) throws {
        let statement = try connection.statement(
            "UPDATE load_checkpoint SET source = ?4 WHERE port = ?1 AND source_key = ?2 AND snapshot_date = ?3")
        try bind(identity, to: statement)
        try statement.bind(name, at: 4)
        try statement.run()
    }

    /// Takes out the row of a source that is known by more bytes now; what was loaded whole stays known.
    private func outgrow(_ identity: SourceIdentity) throws {
        for sql in [
            """
            INSERT OR IGNORE INTO load_outgrown (port, source_key, snapshot_date, source_bytes, source_head)
            SELECT port, source_key, snapshot_date, source_bytes, source_head FROM load_checkpoint
            WHERE port = ? AND source_key = ? AND snapshot_date = ? AND is_complete AND source_bytes IS NOT NULL
            AND source_head IS NOT NULL
            """, "DELETE FROM load_checkpoint WHERE port = ? AND source_key = ? AND snapshot_date = ?",
        ] {
            let statement = try connection.statement(sql)
            try bind(identity, to: statement)
            try statement.run()
        }
    }

    /// Writes a run's row.
    private func save(_ run: RunRecord) throws {
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
            run_id, last_run_id, event_time, event_id, movie_id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, ?12, ?13)
            ON CONFLICT (source, line, rule, raw_hash) DO UPDATE SET message = excluded.message,
            last_run_id = excluded.last_run_id, cured_run_id = NULL, event_time = excluded.event_time,
            event_id = excluded.event_id, movie_id = excluded.movie_id
            """)
        var lines: [CleaningRule: (all: Int64, again: Int64)] = [:]
        for rejection in rejections {
            try statement.bind(rejection.source, at: 1)
            try statement.bind(rejection.line, at: 2)
            try statement.bind(rejection.byteOffset, at: 3)
            try statement.bind(rejection.rule.rawValue, at: 4)
            try statement.bind(rejection.message, at: 5)
            try statement.bind(rejection.port.rawValue, at: 7)
            try statement.bind(rejection.snapshotDay.map(CivilDate.text(ofDay:)), at: 8)
            try statement.bind(run, at: 10)
            try statement.bind(rejection.identity, at: 11)
            let isNew = try rejection.withRaw { raw in
                try statement.bind(borrowed: raw, at: 6)
                try statement.bind(blob: Digest.sha256(raw), at: 9)
                return try connection.inserts { try statement.run() }
            }
            lines[rejection.rule, default: (0, 0)].all += 1
            if !isNew { lines[rejection.rule, default: (0, 0)].again += 1 }
            arrivals.add(rejection)
        }
        // What was borrowed may go now.
        try statement.bind(blob: [], at: 6)
        for (rule, count) in lines { try countRejected(rule.rawValue, count.all, again: count.again, run: run) }
    }

    /// How many rows each table has, by its name.
    public func rowCounts() throws -> [(table: String, rows: Int64)] { try connection.rowCounts() }

    private func bind(_ identity: SourceIdentity, to statement: Statement) throws {
        try statement.bind(identity.port.rawValue, at: 1)
        try statement.bind(identity.key, at: 2)
        try statement.bind(identity.snapshotDay.map(CivilDate.text(ofDay:)) ?? "", at: 3)
    }
}

extension Statement {
    /// The columns that `checkpoint(port:)` reads.
    static let checkpointColumns = """
        source_key, snapshot_date, source, position, is_complete, read, accepted, duplicates, rejected, warnings,
        source_bytes, source_head, may_grow, first_run_id
        """

    /// The checkpoint that a row of `checkpointColumns` is, those being beginning with a column.
    func checkpoint(port: SourcePort, from first: Int = 0) -> Checkpoint {
        let identity = SourceIdentity(
            port: port, key: text(first) ?? "", snapshotDay: CivilDate.parse(bytes(first + 1)))
        var counts = LineCounts()
        counts.read = integer(first + 5)
        counts.accepted = integer(first + 6)
        counts.duplicates = integer(first + 7)
        counts.rejected = integer(first + 8)
        counts.warnings = integer(first + 9)
        let mark = SourceMark(
            identity: identity, bytes: isNull(first + 10) ? nil : integer(first + 10),
            head: isNull(first + 11) ? nil : integer(first + 11), mayGrow: integer(first + 12) != 0)
        return Checkpoint(
            mark, source: text(first + 2) ?? "",
            position: SourcePosition(text: text(first + 3) ?? "") ?? SourcePosition(),
            isComplete: integer(first + 4) != 0, counts: counts, firstRun: integer(first + 13))
    }
}
