import Domain

/// The queries on the quarantine, for the writer of a warehouse and for its readers.
struct Quarantine {
    private let database: any SQLDatabase
    private let table: String
    private var dialect: SQLDialect { database.dialect }

    /// A page of lines ends when it has this many bytes.
    private static let pageBytes = 8 << 20

    init(_ database: any SQLDatabase) {
        self.database = database
        table = database.dialect.table("rejected_record")
    }

    /// Whether the warehouse records which lines are cured. Those of older versions do not.
    func knowsCuredLines() throws -> Bool { try database.columns(of: "rejected_record").contains("cured_run_id") }

    /// Returns lines in quarantine; see `Warehouse`. Lines with a rule that this version does not know are left out.
    func lines(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord] {
        let condition = try RejectedCondition(filter, database)
        let count = condition.values.count
        // Read in the order of the primary key: with another index, all matching lines would be sorted for each page.
        let sql = """
            SELECT rejected_id, source, port, line, byte_offset, rule, message, raw, snapshot_date, run_id,
                \(condition.lastRun), \(condition.curedRun)
            FROM \(table) \(dialect.notIndexed)
            WHERE \(condition.sql) AND rejected_id > \(dialect.parameter(count + 1))
            ORDER BY rejected_id LIMIT \(dialect.parameter(count + 2))
            """
        var records: [RejectedRecord] = []
        var (bytes, last, isMore) = (0, id, true)
        while records.isEmpty, isMore {
            let rows = try database.query(sql, condition.values + [.integer(last), .integer(Int64(limit))])
            isMore = false
            while bytes < Self.pageBytes, try rows.next() {
                (last, isMore) = (rows.integer(0), true)
                guard let record = record(rows) else { continue }
                bytes += record.rejection.rawLength
                records.append(record)
            }
        }
        return records
    }

    private func record(_ rows: any SQLRows) -> RejectedRecord? {
        guard let rule = CleaningRule(rawValue: rows.text(5) ?? ""),
            let port = SourcePort(rawValue: rows.text(2) ?? "")
        else { return nil }
        let rejection = Rejection(
            source: rows.text(1) ?? "", port: port, line: rows.integer(3), byteOffset: rows.integer(4), rule: rule,
            message: rows.text(6) ?? "", raw: [UInt8](rows.bytes(7)), snapshotDay: rows.date(8))
        return RejectedRecord(
            id: rows.integer(0), rejection: rejection, run: rows.integer(9), lastRun: rows.integer(10),
            curedRun: rows.optionalInteger(11))
    }

    /// Counts the open lines with an event time in a range that broke the rule about it under an earlier clock.
    func lines(withTimesIn range: ClosedRange<Int64>) throws -> Int64 {
        guard try knowsCuredLines() else { return 0 }
        let rows = try database.query(
            """
            SELECT count(*) FROM \(table)
            WHERE cured_run_id IS NULL AND port = 'events' AND rule = '\(CleaningRule.eventTimeOutOfRange.rawValue)'
                AND event_time BETWEEN \(dialect.parameter(1)) AND \(dialect.parameter(2))
            """, [.timestamp(range.lowerBound), .timestamp(range.upperBound)])
        return try rows.next() ? rows.integer(0) : 0
    }

    /// Counts the lines in quarantine by rule and source, the greatest count first.
    func counts(matching filter: RejectedFilter) throws -> [RejectedCount] {
        let condition = try RejectedCondition(filter, database)
        return try counts("0", "SELECT rule, source FROM \(table) WHERE \(condition.sql)", condition)
    }

    /// The same counts, with the total size of the lines in bytes.
    func sizes(matching filter: RejectedFilter) throws -> [RejectedCount] {
        let condition = try RejectedCondition(filter, database)
        // The subquery computes the lengths before the rows are sorted, so that the sort does not carry the lines.
        return try counts(
            dialect.integer("sum(bytes)"),
            """
            SELECT rule, source, \(dialect.byteLength("raw")) AS bytes FROM \(table)
            WHERE \(condition.sql) \(dialect.asWritten)
            """, condition)
    }

    private func counts(
        _ bytes: String, _ lines: String, _ condition: RejectedCondition
    ) throws -> [RejectedCount] {
        let (rule, source) = (dialect.byCodePoint("rule"), dialect.byCodePoint("source"))
        let rows = try database.query(
            """
            SELECT rule, source, count(*) AS lines, \(bytes) FROM (\(lines)) AS line
            GROUP BY rule, source ORDER BY count(*) DESC, \(rule), \(source)
            """, condition.values)
        var counts: [RejectedCount] = []
        while try rows.next() {
            counts.append(
                RejectedCount(
                    rule: rows.text(0) ?? "", source: rows.text(1) ?? "", lines: rows.integer(2),
                    bytes: rows.integer(3)))
        }
        return counts
    }

    /// How many lines are in quarantine, how many of them are cured, and how many were dropped.
    func totals() throws -> QuarantineTotals {
        let open = try openLines()
        guard try knowsCuredLines() else { return QuarantineTotals(open: open, cured: 0, dropped: 0) }
        return QuarantineTotals(
            open: open,
            cured: try database.integer("SELECT count(*) FROM \(table) WHERE cured_run_id IS NOT NULL") ?? 0,
            dropped: try database.integer(
                "SELECT \(dialect.integer("coalesce(sum(lines), 0)")) FROM \(dialect.table("load_dropped"))") ?? 0)
    }

    /// How many lines in quarantine are open, which means not cured.
    func openLines() throws -> Int64 {
        let isOpen = try knowsCuredLines() ? "cured_run_id IS NULL" : "TRUE"
        return try database.integer("SELECT count(*) FROM \(table) WHERE \(isOpen)") ?? 0
    }

    /// Checks that every rejected line is accounted for, and describes each difference.
    func faults() throws -> [String] {
        guard try knowsCuredLines() else { return [] }
        let runRules = dialect.table("load_run_rule")
        let sums = ["rejected", "again", "kept", "dropped"].map { dialect.integer("sum(\($0))") }
        let rules = try database.query(
            """
            SELECT rule, \(sums.joined(separator: ", ")) FROM (
                SELECT rule, rejected, again, 0 AS kept, 0 AS dropped FROM \(runRules)
                UNION ALL SELECT rule, 0, 0, count(*), 0 FROM \(table) GROUP BY rule
                UNION ALL SELECT rule, 0, 0, 0, lines FROM \(dialect.table("load_dropped"))
            ) AS line GROUP BY rule HAVING sum(rejected) <> sum(again) + sum(kept) + sum(dropped)
            ORDER BY \(dialect.byCodePoint("rule"))
            """, [])
        var faults: [String] = []
        while try rules.next() {
            faults.append(
                "\(rules.text(0) ?? ""): \(rules.integer(1)) lines were rejected, but \(rules.integer(3)) are in "
                    + "quarantine, \(rules.integer(4)) were dropped, and \(rules.integer(2)) were rejected again")
        }
        let runs = try database.query(
            """
            SELECT run_id, rejected, by_rule FROM (
                SELECT run_id, rejected, \(dialect.integer(
                    "(SELECT coalesce(sum(rule.rejected), 0) FROM \(runRules) AS rule WHERE rule.run_id = run.run_id)"))
                    AS by_rule
                FROM \(dialect.table("load_run")) AS run
            ) AS run WHERE rejected <> by_rule ORDER BY run_id
            """, [])
        while try runs.next() {
            faults.append(
                "run \(runs.integer(0)) rejected \(runs.integer(1)) lines, and load_run_rule says \(runs.integer(2))")
        }
        return faults
    }
}
