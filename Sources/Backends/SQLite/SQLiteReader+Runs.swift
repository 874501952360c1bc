import Domain

extension SQLiteReader {
    /// The last runs, the newest first.
    public func runs(limit: Int) throws -> [RunRecord] {
        try whole {
            // A warehouse of an older schema is looked at as it is.
            let hasErrors = try connection.integer(
                "SELECT count(*) FROM pragma_table_info('load_run') WHERE name = 'error'")
            let statement = try connection.prepare(
                """
                SELECT run_id, started_at, ended_at, outcome, read, accepted, duplicates, rejected, warnings,
                \(hasErrors == 1 ? "error" : "NULL") FROM load_run ORDER BY run_id DESC LIMIT ?
                """)
            try statement.bind(Int64(limit), at: 1)
            var runs: [RunRecord] = []
            while try statement.step() {
                runs.append(
                    RunRecord(
                        id: statement.integer(0), startedAt: statement.integer(1),
                        endedAt: statement.isNull(2) ? nil : statement.integer(2),
                        outcome: RunOutcome(rawValue: statement.text(3) ?? "") ?? .running,
                        counts: counts(statement, from: 4), error: statement.text(9)))
            }
            return runs
        }
    }

    /// Whether a writer is in its place (see `WriterLock`); true also where that cannot be told.
    public func isBeingWritten() -> Bool { WriterLock.isTaken(at: location) ?? true }
}
