import Domain

/// The progress of a copy.
public struct CopyProgress: Sendable, Equatable {
    /// The parts of a copy.
    public enum Phase: String, Sendable {
        /// The source is looked at, and the tables of the target are made.
        case preparing
        /// Rows of a table are copied.
        case copying
        /// Partitions, indexes and statistics are made.
        case indexing
        /// The copied tables are read again and compared.
        case comparing
        /// What was copied is made durable.
        case committing
    }

    /// What is being done.
    public var phase: Phase
    /// The table that is copied or compared; nil in the other phases.
    public var table: String?
    /// How many rows were copied so far.
    public var rows: Int64
    /// About how many rows will be copied.
    public var totalRows: Int64
}

/// The result of a copy.
public struct CopyReport: Sendable {
    /// How many rows were copied into each table, in the order of the tables.
    public var rows: [(table: String, rows: Int64)] = []
    /// The digest of each content table, which both warehouses have.
    public var digests: [(table: String, digest: TableDigest)] = []
    /// The last run of the source, as of the moment of the copy; nil when there was none.
    public var lastRun: LastRun?
    /// How long the copy took, in seconds.
    public var seconds = 0.0

    /// A run of the source.
    public struct LastRun: Sendable, Equatable {
        /// Its number, from 1.
        public var id: Int64
        /// When it began, in milliseconds since 1970.
        public var startedAt: Int64
        /// How it had ended. `.running` also stands for a run that was killed and that no later run has noticed.
        public var outcome: RunOutcome

        /// A run.
        public init(id: Int64, startedAt: Int64, outcome: RunOutcome) {
            (self.id, self.startedAt, self.outcome) = (id, startedAt, outcome)
        }

        /// The last row of some rows of `load_run` in the order of their key.
        init?(in rows: RowSet) {
            let table = OperationTables.runs
            guard rows.table.name == table.name, rows.count > 0 else { return nil }
            let row = rows[rows.count - 1]
            let cell = { (name: String) in table.cells[table.index(of: name)] }
            let word = String(decoding: rows.bytes(row, cell: cell("outcome")), as: UTF8.self)
            guard let outcome = RunOutcome(rawValue: word) else { return nil }
            self.init(id: row.integer(cell("run_id")), startedAt: row.integer(cell("started_at")), outcome: outcome)
        }
    }

    /// The sum of the rows.
    public var totalRows: Int64 { rows.reduce(0) { $0 + $1.rows } }
    /// The digest of the whole warehouse, as `reelhouse digest` prints it.
    public var totalDigest: TableDigest {
        var total = TableDigest()
        for (table, digest) in digests { total.add(digest, named: table) }
        return total
    }
}
