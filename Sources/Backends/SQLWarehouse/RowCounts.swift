import Domain

/// The row counts of the tables. The counts of the largest tables are kept in `load_row_count` and updated with each
/// insert, because counting those rows would read the whole tables in every run.
struct RowCounts {
    private let database: any SQLDatabase
    private var dialect: SQLDialect { database.dialect }

    /// The tables whose counts are kept in `load_row_count`.
    static let counted = [BehaviourTables.facts.name, BehaviourTables.watchHistory.name]

    init(_ database: any SQLDatabase) { self.database = database }

    /// The row counts of all tables. For the quarantine only open lines count.
    func all() throws -> [(table: String, rows: Int64)] {
        let names = try (MovieTables.all + BehaviourTables.all + MartTables.all).map(\.name).filter(isThere)
        return try names.map { ($0, try Self.counted.contains($0) ? noted($0) : rows($0)) }
            + [("rejected_record", Quarantine(database).openLines())]
    }

    /// Compares the kept counts with the actual ones, and describes each difference.
    func faults() throws -> [String] {
        var faults: [String] = []
        for table in Self.counted {
            let (noted, rows) = (try noted(table), try rows(table))
            if rows != noted { faults.append("\(table) has \(rows) rows, and load_row_count says \(noted)") }
        }
        return try faults + siteFaults()
    }

    /// Compares the sums over all days of `site_daily` with the counts of the tables that it is computed from.
    private func siteFaults() throws -> [String] {
        guard try isThere(MartTables.siteDaily.name) else { return [] }
        var faults: [String] = []
        let facts = BehaviourTables.facts.name
        for (column, what, rows) in [
            ("events", facts, try noted(facts)), ("new_users", "users", try rows(BehaviourTables.users.name)),
            ("sessions", "dim_session", try rows(BehaviourTables.sessions.name)),
        ] {
            let sum =
                try database.integer(
                    "SELECT \(dialect.integer("coalesce(sum(\(column)), 0)")) FROM \(dialect.table("site_daily"))") ?? 0
            if sum != rows { faults.append("site_daily has \(sum) \(column) in all, and \(what) has \(rows) rows") }
        }
        return faults
    }

    /// Whether a table is there. A warehouse of an older version lacks the newest mart.
    private func isThere(_ table: String) throws -> Bool {
        try table != MartTables.siteDaily.name || !database.columns(of: table).isEmpty
    }

    private func rows(_ table: String) throws -> Int64 {
        try database.integer("SELECT count(*) FROM \(dialect.table(table))") ?? 0
    }

    private func noted(_ table: String) throws -> Int64 {
        try database.integer(
            """
            SELECT row_count FROM \(dialect.table("load_row_count")) WHERE table_name = \(dialect.parameter(1))
            """, .text(table)) ?? 0
    }
}

extension RowCounts {
    /// Adds inserted rows to the kept count of a table.
    func add(_ rows: Int64, to table: Table) throws {
        guard let session = database as? any SQLSession else {
            preconditionFailure("rows are counted by a writer")
        }
        try session.run(
            """
            INSERT INTO \(dialect.table("load_row_count")) (table_name, row_count) VALUES (\(dialect.parameters(2)))
            ON CONFLICT (table_name) DO UPDATE SET row_count = load_row_count.row_count + excluded.row_count
            """, [.text(table.name), .integer(rows)])
    }
}
