import CSQLite
import Domain

/// What the warehouse's writer and its readers ask alike.
extension Connection {
    /// How many rows each table has, by its name.
    func rowCounts() throws -> [(table: String, rows: Int64)] {
        let tables = MovieTables.all + BehaviourTables.all + MartTables.all
        return try (tables.map(\.name) + ["rejected_record"]).map { name in
            guard Self.countedTables.contains(name) else {
                return (name, try integer("SELECT count(*) FROM \(name)") ?? 0)
            }
            return (name, try integer("SELECT row_count FROM load_row_count WHERE table_name = '\(name)'") ?? 0)
        }
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

    /// Lines in quarantine in the order of their numbers, from the one after `id`.
    func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord] {
        let statement = try statement(
            """
            SELECT rejected_id, source, port, line, byte_offset, rule, message, raw, snapshot_date, run_id
            FROM rejected_record WHERE rejected_id > ?1 AND (?2 IS NULL OR rule = ?2) AND (?3 IS NULL OR source = ?3)
            AND (?4 IS NULL OR rejected_id = ?4) ORDER BY rejected_id LIMIT ?5
            """)
        try statement.bind(id, at: 1)
        try statement.bind(filter.rule, at: 2)
        try statement.bind(filter.source, at: 3)
        try statement.bind(filter.id, at: 4)
        try statement.bind(Int64(limit), at: 5)
        var records: [RejectedRecord] = []
        while try statement.step() {
            guard let rule = CleaningRule(rawValue: statement.text(5) ?? ""),
                let port = SourceIdentity.Port(rawValue: statement.text(2) ?? "")
            else { continue }
            let rejection = Rejection(
                source: statement.text(1) ?? "", port: port, line: statement.integer(3),
                byteOffset: statement.integer(4), rule: rule, message: statement.text(6) ?? "",
                raw: [UInt8](statement.bytes(7)),
                snapshotDay: statement.isNull(8) ? nil : CivilDate.parse(statement.bytes(8)))
            records.append(RejectedRecord(id: statement.integer(0), rejection: rejection, run: statement.integer(9)))
        }
        try statement.reset()
        return records
    }
}
