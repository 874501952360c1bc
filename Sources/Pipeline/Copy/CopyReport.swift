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
    /// How long the copy took, in seconds.
    public var seconds = 0.0

    /// The sum of the rows.
    public var totalRows: Int64 { rows.reduce(0) { $0 + $1.rows } }
    /// The digest of the whole warehouse, as `reelhouse digest` prints it.
    public var totalDigest: TableDigest {
        var total = TableDigest()
        for (table, digest) in digests { total.add(digest, named: table) }
        return total
    }
}
