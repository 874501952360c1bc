import Domain

/// A warehouse in an SQL database, to be read. It implements all queries on a session. For a new database, implement
/// `SQLReadSession` and a class that opens it.
open class SQLWarehouseReader: WarehouseReader {
    /// The connection to the database.
    public let session: any SQLReadSession
    private var dialect: SQLDialect { session.dialect }

    /// The location without its password.
    public var location: String { session.location }

    /// Creates a reader on an open connection.
    public init(_ session: any SQLReadSession) { self.session = session }

    /// The last runs, the newest first.
    public func runs(limit: Int) throws -> [RunRecord] {
        try session.consistently {
            // A warehouse of an older version has no such column.
            let error = try session.columns(of: "load_run").contains("error") ? "error" : "NULL"
            let rows = try session.query(
                """
                SELECT run_id, started_at, ended_at, outcome, read, accepted, duplicates, rejected, warnings, \(error)
                FROM \(dialect.table("load_run")) ORDER BY run_id DESC LIMIT \(dialect.parameter(1))
                """, [.integer(Int64(limit))])
            var runs: [RunRecord] = []
            while try rows.next() {
                runs.append(
                    RunRecord(
                        id: rows.integer(0), startedAt: rows.timestamp(1), endedAt: rows.optionalTimestamp(2),
                        outcome: RunOutcome(rawValue: rows.text(3) ?? "") ?? .running,
                        counts: LineCounts(rows, from: 4), error: rows.text(9)))
            }
            return runs
        }
    }

    /// Whether a run is writing now; true also when that is unknown.
    public func isBeingWritten() -> Bool { session.isBeingWritten() }

    /// The checkpoints of sources: unfinished ones first, then the most recent.
    public func checkpoints(limit: Int) throws -> [Checkpoint] {
        try session.consistently {
            let columns = try checkpointColumns().joined(separator: ", ")
            let rows = try session.query(
                """
                SELECT port, \(columns) FROM \(dialect.table("load_checkpoint"))
                ORDER BY is_complete, run_id DESC, \(dialect.byCodePoint("port")), \(dialect.byCodePoint("source"))
                LIMIT \(dialect.parameter(1))
                """, [.integer(Int64(limit))])
            var checkpoints: [Checkpoint] = []
            while try rows.next() {
                guard let port = SourcePort(rawValue: rows.text(0) ?? "") else { continue }
                checkpoints.append(LedgerStatements.checkpoint(rows, port: port, from: 1))
            }
            return checkpoints
        }
    }

    /// The columns of `load_checkpoint`, with substitutes for those that an older version lacks.
    private func checkpointColumns() throws -> [String] {
        let there = try session.columns(of: "load_checkpoint")
        let older = [
            "position": "line || ':' || byte_offset", "source_bytes": "NULL", "source_head": "NULL",
            "may_grow": "FALSE", "first_run_id": "1",
        ]
        return LedgerStatements.checkpointColumns.map { there.contains($0) ? $0 : older[$0] ?? $0 }
    }

    /// How many checkpoints there are.
    public func checkpointCount() throws -> Int {
        try session.consistently {
            Int(try session.integer("SELECT count(*) FROM \(dialect.table("load_checkpoint"))") ?? 0)
        }
    }

    /// The row count of each table.
    public func rowCounts() throws -> [(table: String, rows: Int64)] {
        try session.consistently { try RowCounts(session).all() }
    }

    /// An order-independent hash of each table's content; all of them of the same commit.
    public func digest() throws -> [(table: String, digest: TableDigest)] {
        try session.consistently { try session.atOneMoment { try WarehouseDigest(database: session).all() } }
    }

    /// Counts the matching lines in quarantine by rule and source, the greatest count first.
    public func rejectedCounts(matching filter: RejectedFilter) throws -> [RejectedCount] {
        try session.consistently { try Quarantine(session).counts(matching: filter) }
    }

    /// The same counts, with the total size of the lines in bytes.
    public func rejectedSizes(matching filter: RejectedFilter) throws -> [RejectedCount] {
        try session.consistently { try Quarantine(session).sizes(matching: filter) }
    }

    /// How many lines are in quarantine, how many of them are cured, and how many were dropped.
    public func quarantineTotals() throws -> QuarantineTotals {
        try session.consistently { try Quarantine(session).totals() }
    }

    /// How many open lines were rejected for their time and are within it now; see `WarehouseReader`.
    public func linesInTime(under clock: RunClock) throws -> Int64 {
        try session.consistently { try Quarantine(session).lines(withTimesIn: clock.timesOfEvents) }
    }

    /// Returns lines in quarantine; see `WarehouseReader`.
    public func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord] {
        try session.consistently { try Quarantine(session).lines(matching: filter, after: id, limit: limit) }
    }

    /// The time of the newest event.
    public func newestEventTime() throws -> Int64? {
        try session.consistently {
            try session.timestamp("SELECT max(event_time) FROM \(dialect.table("fact_user_event"))")
        }
    }

    /// The newest snapshot date of a movie.
    public func newestSnapshotDay() throws -> Int32? {
        try session.consistently {
            let rows = try session.query("SELECT max(snapshot_date) FROM \(dialect.table("movies"))", [])
            return try rows.next() ? rows.date(0) : nil
        }
    }

    /// Whether the marts are up to date with the tables that they are computed from.
    public func martState() throws -> MartState {
        try session.consistently {
            var state = MartState()
            if try !session.columns(of: "load_mart_refresh").isEmpty {
                state.run = try session.integer("SELECT max(run_id) FROM \(dialect.table("load_mart_refresh"))")
            }
            state.isStale = try hasRows("load_pending_movie") || hasRows("load_stale_day") || lacksActiveUsers()
            state.isEmpty = try !hasRows("movies") && !hasRows("fact_user_event")
            return state
        }
    }

    /// Whether active users of a day are still to be counted; false for a warehouse of an older version.
    private func lacksActiveUsers() throws -> Bool {
        guard try !session.columns(of: "site_daily").isEmpty else { return false }
        return try session.boolean(SiteDailyStatements(dialect).isUncounted)
    }

    private func hasRows(_ table: String) throws -> Bool {
        try session.boolean("SELECT EXISTS (SELECT 1 FROM \(dialect.table(table)))")
    }

    /// The size in bytes.
    public func size() throws -> Int64 { try session.consistently { try session.size() } }

    /// The numbers of the last applied migration, and of the last one that this program knows.
    public func schemaVersion() throws -> (applied: Int, known: Int) {
        try session.consistently {
            let applied = try session.integer("SELECT max(version) FROM \(dialect.table("schema_migration"))") ?? 0
            return (Int(applied), session.migrations.last?.version ?? 0)
        }
    }

    /// The faults that the database's own checks find, and the counts that do not add up.
    public func faults() throws -> [String] {
        try session.consistently {
            let counts = try session.mayLackRows() ? [] : RowCounts(session).faults()
            return try session.faults() + counts + Quarantine(session).faults()
        }
    }

    /// The declared indexes that exist; see `WarehouseReader`.
    public func indexes() throws -> [(index: TableIndex, bytes: Int64?)] {
        try session.consistently { try session.declaredIndexes().map { ($0, try session.size(of: $0)) } }
    }

    /// How statements for several databases are spelled for this one.
    public var queryDialect: QueryDialect { dialect.query }

    /// The names of a table's or view's columns.
    public func columnNames(of table: String) throws -> Set<String> {
        try session.consistently { try session.columns(of: table) }
    }

    /// Reads something in several calls that all see the same commit.
    public func atOneMoment<Answer>(_ read: () throws -> Answer) throws -> Answer {
        try session.consistently { try session.atOneMoment(read) }
    }

    /// Runs one statement that only reads.
    public func query(
        _ sql: String, header: ([String]) throws -> Void, row: ([QueryValue]) throws -> Void
    ) throws {
        try session.runQuery(sql, header: header, row: row)
    }
}
