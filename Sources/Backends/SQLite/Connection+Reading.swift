import CSQLite
import Domain

/// What the warehouse's writer and its readers ask alike.
extension Connection {
    /// How many rows each table has, by its name; of the quarantine those that are open.
    func rowCounts() throws -> [(table: String, rows: Int64)] {
        let tables = MovieTables.all + BehaviourTables.all + MartTables.all
        return try tables.map(\.name).map { name in
            guard Self.countedTables.contains(name) else {
                return (name, try integer("SELECT count(*) FROM \(name)") ?? 0)
            }
            return (name, try integer("SELECT row_count FROM load_row_count WHERE table_name = '\(name)'") ?? 0)
        } + [("rejected_record", openRejected())]
    }

    /// The tables whose rows are counted as they are inserted, in `load_row_count`.
    static let countedTables = [BehaviourTables.facts.name, BehaviourTables.watchHistory.name]

    /// Adds the rows of the last `INSERT` to a table's count.
    func countInserted(into table: Table) throws {
        let statement = try statement(
            """
            INSERT INTO load_row_count (table_name, row_count) VALUES (?, ?)
            ON CONFLICT (table_name) DO UPDATE SET row_count = row_count + excluded.row_count
            """)
        let inserted = changes
        try statement.bind(table.name, at: 1)
        try statement.bind(inserted, at: 2)
        try statement.run()
    }
}
