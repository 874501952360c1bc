import Domain

/// The statements about runs and sources.
struct LedgerStatements {
    /// Whether any run has read a line.
    let hasReadLines: String
    /// Marks the runs that were killed, with the first parameter as their error.
    let markKilledRuns: String
    /// The number of the last run.
    let lastRun: String
    /// Whether there are runs after the last completed one. Such a run was stopped, killed or failed, perhaps before it
    /// cured all open lines whose events or movies had arrived.
    let mayHavePutOffCures: String
    /// The number of the last run that ended as it was meant to.
    let lastOrderlyRun: String
    /// Inserts or updates the row of a run.
    let saveRun: String
    /// Copies the superseded rows of sources that were loaded completely to `load_outgrown`.
    let keepSuperseded: String
    /// Deletes the superseded rows.
    let deleteSuperseded: String
    /// Adds the staged rows of `load_outgrown`.
    let addOutgrown: String
    /// Inserts or updates the staged checkpoints.
    let saveCheckpoints: String
    /// Changes the names of sources to the staged ones.
    let rename: String
    /// The rows of `load_checkpoint` of a port, in the columns that `checkpoint(_:port:from:)` reads, and the last run.
    let checkpoints: String
    /// The rows of `load_outgrown` of a port: key, date, bytes, head.
    let outgrown: String

    /// The columns of `load_checkpoint` that `checkpoint(_:port:from:)` reads.
    static let checkpointColumns = [
        "source_key", "snapshot_date", "source", "position", "is_complete", "read", "accepted", "duplicates",
        "rejected", "warnings", "source_bytes", "source_head", "may_grow", "first_run_id",
    ]

    init(_ dialect: SQLDialect) {
        let (runs, checkpoint) = (dialect.table("load_run"), dialect.table("load_checkpoint"))
        hasReadLines = "SELECT EXISTS (SELECT 1 FROM \(runs) WHERE read > 0)"
        markKilledRuns = """
            UPDATE \(runs) SET outcome = 'interrupted', error = \(dialect.parameter(1)) WHERE outcome = 'running'
            """
        lastRun = "SELECT max(run_id) FROM \(runs)"
        mayHavePutOffCures = """
            SELECT EXISTS (SELECT 1 FROM \(runs) WHERE run_id > coalesce(
                (SELECT max(run_id) FROM \(runs) WHERE outcome = 'completed'), 0))
            """
        let orderly = RunOutcome.allCases.filter(\.isOrderly).map { "'\($0.rawValue)'" }.joined(separator: ", ")
        lastOrderlyRun = "SELECT max(run_id) FROM \(runs) WHERE outcome IN (\(orderly))"
        let runColumns = OperationTables.runs.columns.map(\.name)
        saveRun = """
            INSERT INTO \(runs) (\(runColumns.joined(separator: ", ")))
            VALUES (\(dialect.parameters(runColumns.count)))
            """ + Self.replacing(OperationTables.runs, runColumns)
        let superseded = dialect.staged(StagedTable(ListTables.superseded))
        let isSame = ["port", "source_key", "snapshot_date"].map { "old.\($0) = new.\($0)" }
            .joined(separator: " AND ")
        let outgrownNames = OperationTables.outgrown.columns.map(\.name)
        let outgrownRow = outgrownNames.joined(separator: ", ")
        keepSuperseded = """
            INSERT INTO \(dialect.table("load_outgrown")) (\(outgrownRow))
            SELECT \(outgrownNames.map { "old.\($0)" }.joined(separator: ", "))
            FROM \(superseded) AS new \(dialect.orderedJoin) \(checkpoint) AS old ON \(isSame)
            WHERE new.is_kept AND old.is_complete AND old.source_bytes IS NOT NULL AND old.source_head IS NOT NULL
            ON CONFLICT (port, source_key, snapshot_date) DO NOTHING
            """
        deleteSuperseded = """
            DELETE FROM \(checkpoint) WHERE (port, source_key, snapshot_date)
            IN (SELECT port, source_key, snapshot_date FROM \(superseded))
            """
        addOutgrown = """
            INSERT INTO \(dialect.table("load_outgrown")) (\(outgrownRow))
            SELECT \(outgrownRow) FROM \(dialect.staged(StagedTable(ListTables.outgrown))) WHERE TRUE
            ON CONFLICT (port, source_key, snapshot_date) DO NOTHING
            """
        let staged = StagedTable(ListTables.checkpoints)
        saveCheckpoints = """
            INSERT INTO \(checkpoint) (\(staged.names)) SELECT \(staged.names) FROM \(dialect.staged(staged))
            WHERE TRUE
            """ + Self.replacing(OperationTables.checkpoints, staged.columns.map(\.name))
        rename = """
            UPDATE \(checkpoint) SET source = new.source
            FROM \(dialect.staged(StagedTable(ListTables.renames))) AS new
            WHERE load_checkpoint.port = new.port AND load_checkpoint.source_key = new.source_key
                AND load_checkpoint.snapshot_date = new.snapshot_date
            """
        checkpoints = """
            SELECT \(Self.checkpointColumns.joined(separator: ", ")), run_id FROM \(checkpoint)
            WHERE port = \(dialect.parameter(1))
            """
        outgrown = """
            SELECT source_key, snapshot_date, source_bytes, source_head FROM \(dialect.table("load_outgrown"))
            WHERE port = \(dialect.parameter(1))
            """
    }

    /// The conflict clause that turns an insert into an upsert of the given columns. Columns that a user added keep
    /// their values.
    private static func replacing(_ table: Table, _ columns: [String]) -> String {
        let sets = columns.filter { !table.key.contains($0) }.map { "\($0) = excluded.\($0)" }
        return " ON CONFLICT (\(table.key.joined(separator: ", "))) DO UPDATE SET \(sets.joined(separator: ", "))"
    }

    /// The checkpoint in a row; the columns of `checkpointColumns` begin at column `first`.
    static func checkpoint(_ rows: any SQLRows, port: SourcePort, from first: Int = 0) -> Checkpoint {
        let identity = SourceIdentity(
            port: port, key: rows.text(first) ?? "", snapshotDay: CivilDate.parse(rows.bytes(first + 1)))
        let mark = SourceMark(
            identity: identity, bytes: rows.optionalInteger(first + 10), head: rows.optionalInteger(first + 11),
            mayGrow: rows.boolean(first + 12))
        return Checkpoint(
            mark, source: rows.text(first + 2) ?? "",
            position: SourcePosition(text: rows.text(first + 3) ?? "") ?? SourcePosition(),
            isComplete: rows.boolean(first + 4), counts: LineCounts(rows, from: first + 5),
            firstRun: rows.integer(first + 13))
    }
}

extension LineCounts {
    /// Reads the counts from five columns: read, accepted, duplicates, rejected, warnings.
    init(_ rows: any SQLRows, from column: Int) {
        self.init()
        read = rows.integer(column)
        accepted = rows.integer(column + 1)
        duplicates = rows.integer(column + 2)
        rejected = rows.integer(column + 3)
        warnings = rows.integer(column + 4)
    }
}

extension SQLWarehouse {
    /// Calls `body` with each known source of a port; see `Warehouse`.
    public func forEachKnownSource(of port: SourcePort, _ body: (KnownSource) throws -> Void) throws {
        let loaded = try session.query(ledger.checkpoints, [.text(port.rawValue)])
        let lastRun = LedgerStatements.checkpointColumns.count
        while try loaded.next() {
            try body(
                KnownSource(LedgerStatements.checkpoint(loaded, port: port), lastRun: loaded.integer(lastRun)))
        }
        let outgrown = try session.query(ledger.outgrown, [.text(port.rawValue)])
        while try outgrown.next() {
            let identity = SourceIdentity(
                port: port, key: outgrown.text(0) ?? "", snapshotDay: CivilDate.parse(outgrown.bytes(1)))
            let mark = SourceMark(
                identity: identity, bytes: outgrown.optionalInteger(2), head: outgrown.optionalInteger(3))
            let checkpoint = Checkpoint(
                mark, source: "", position: SourcePosition(), isComplete: true, counts: LineCounts())
            try body(KnownSource(checkpoint, isOutgrown: true))
        }
    }

    /// The last run that ended as it was meant to; 0 when none did.
    public func lastOrderlyRun() throws -> Int64 { try session.integer(ledger.lastOrderlyRun) ?? 0 }

    /// Saves a run's row and the checkpoints of sources; see `Warehouse`.
    public func save(_ changes: LedgerChanges) throws {
        let run = changes.run
        try session.run(
            ledger.saveRun,
            [
                .integer(run.id), .timestamp(run.startedAt), run.endedAt.map { .timestamp($0) } ?? .null,
                .text(run.outcome.rawValue), .integer(run.counts.read), .integer(run.counts.accepted),
                .integer(run.counts.duplicates), .integer(run.counts.rejected), .integer(run.counts.warnings),
                .optional(run.error),
            ])
        session.note(run)
        try save(LedgerPlan(changes.checkpoints), run: run.id)
        let renames = changes.renames.map { $0.identity.values + [.text($0.name)] }
        try apply([ledger.rename], to: renames, in: ListTables.renames)
    }

    /// Writes the checkpoints of a commit.
    func save(_ plan: LedgerPlan, run: Int64) throws {
        try apply([ledger.keepSuperseded, ledger.deleteSuperseded], to: plan.superseded, in: ListTables.superseded)
        try apply([ledger.addOutgrown], to: plan.outgrown, in: ListTables.outgrown)
        try apply([ledger.saveCheckpoints], to: plan.checkpoints(run: run), in: ListTables.checkpoints)
    }

    /// Stages rows and runs statements that read them; does nothing when there are no rows.
    private func apply(_ statements: [String], to values: [[RowValue]], in table: Table) throws {
        if values.isEmpty { return }
        try session.stage(values, as: table)
        for statement in statements { try session.run(statement, []) }
    }
}
