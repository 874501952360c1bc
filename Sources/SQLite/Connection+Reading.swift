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

    /// When so many bytes of lines are gathered, a page of the quarantine ends.
    private static let pageBytes = 8 << 20

    /// Lines in quarantine; see `Warehouse`. A rule that this version does not know is passed over.
    func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord] {
        let statement = try statement(
            """
            SELECT rejected_id, source, port, line, byte_offset, rule, message, raw, snapshot_date, run_id
            FROM rejected_record WHERE rejected_id > ?1 AND (?2 IS NULL OR rule = ?2) AND (?3 IS NULL OR source = ?3)
            AND rejected_id <= ?4 ORDER BY rejected_id
            """)
        try statement.bind(max(id, (filter.id ?? 0) - 1), at: 1)
        try statement.bind(filter.rule, at: 2)
        try statement.bind(filter.source, at: 3)
        try statement.bind(filter.id ?? .max, at: 4)
        var records: [RejectedRecord] = []
        var bytes = 0
        while records.count < limit, bytes < Self.pageBytes, try statement.step() {
            guard let record = rejectedRecord(statement) else { continue }
            bytes += record.rejection.rawLength
            records.append(record)
        }
        try statement.reset()
        return records
    }

    private func rejectedRecord(_ row: Statement) -> RejectedRecord? {
        guard let rule = CleaningRule(rawValue: row.text(5) ?? ""),
            let port = SourceIdentity.Port(rawValue: row.text(2) ?? "")
        else { return nil }
        let rejection = Rejection(
            source: row.text(1) ?? "", port: port, line: row.integer(3), byteOffset: row.integer(4), rule: rule,
            message: row.text(6) ?? "", raw: [UInt8](row.bytes(7)),
            snapshotDay: row.isNull(8) ? nil : CivilDate.parse(row.bytes(8)))
        return RejectedRecord(id: row.integer(0), rejection: rejection, run: row.integer(9))
    }
}
