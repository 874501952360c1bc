import Domain

/// What the warehouse's writer and its readers ask of the quarantine.
extension Connection {
    /// When so many bytes of lines are gathered, a page of the quarantine ends.
    private static let pageBytes = 8 << 20

    /// Lines in quarantine; see `Warehouse`. A rule that this version does not know is passed over.
    func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord] {
        let condition = try RejectedCondition(filter, self)
        // By their numbers: from another index all lines that match would be sorted for each page.
        let statement = try statement(
            """
            SELECT rejected_id, source, port, line, byte_offset, rule, message, raw, snapshot_date, run_id,
            \(condition.lastRun), \(condition.curedRun) FROM rejected_record NOT INDEXED
            WHERE \(condition.sql) AND rejected_id > ?\(condition.count + 1) ORDER BY rejected_id
            """)
        try condition.bind(to: statement)
        try statement.bind(id, at: condition.count + 1)
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
            let port = SourcePort(rawValue: row.text(2) ?? "")
        else { return nil }
        let rejection = Rejection(
            source: row.text(1) ?? "", port: port, line: row.integer(3), byteOffset: row.integer(4), rule: rule,
            message: row.text(6) ?? "", raw: [UInt8](row.bytes(7)),
            snapshotDay: row.isNull(8) ? nil : CivilDate.parse(row.bytes(8)))
        return RejectedRecord(
            id: row.integer(0), rejection: rejection, run: row.integer(9), lastRun: row.integer(10),
            curedRun: row.isNull(11) ? nil : row.integer(11))
    }

    /// Lines in quarantine by rule and source, the most first.
    func rejectedCounts(matching filter: RejectedFilter) throws -> [RejectedCount] {
        let condition = try RejectedCondition(filter, self)
        return try counts(
            """
            SELECT rule, source, count(*), 0 FROM rejected_record WHERE \(condition.sql)
            GROUP BY rule, source ORDER BY 3 DESC, 1, 2
            """, condition)
    }

    /// The same, with the bytes of the lines.
    func rejectedSizes(matching filter: RejectedFilter) throws -> [RejectedCount] {
        let condition = try RejectedCondition(filter, self)
        // With a limit the lengths are taken before the rows are sorted, which would sort the lines themselves.
        return try counts(
            """
            SELECT rule, source, count(*), sum(bytes) FROM (
                SELECT rule, source, length(raw) AS bytes FROM rejected_record WHERE \(condition.sql) LIMIT -1
            ) GROUP BY rule, source ORDER BY 3 DESC, 1, 2
            """, condition)
    }

    private func counts(_ sql: String, _ condition: RejectedCondition) throws -> [RejectedCount] {
        let statement = try prepare(sql)
        try condition.bind(to: statement)
        var counts: [RejectedCount] = []
        while try statement.step() {
            counts.append(
                RejectedCount(
                    rule: statement.text(0) ?? "", source: statement.text(1) ?? "", lines: statement.integer(2),
                    bytes: statement.integer(3)))
        }
        return counts
    }

    /// How many lines are in quarantine, and how many were dropped from it.
    func quarantineTotals() throws -> QuarantineTotals {
        guard try knowsCuredLines() else {
            let lines = try integer("SELECT count(*) FROM rejected_record") ?? 0
            return QuarantineTotals(open: lines, cured: 0, dropped: 0)
        }
        return QuarantineTotals(
            open: try openRejected(),
            cured: try integer("SELECT count(*) FROM rejected_record WHERE cured_run_id IS NOT NULL") ?? 0,
            dropped: try integer("SELECT coalesce(sum(lines), 0) FROM load_dropped") ?? 0)
    }

    /// How many lines in quarantine are not cured.
    func openRejected() throws -> Int64 {
        let isOpen = try knowsCuredLines() ? "cured_run_id IS NULL" : "TRUE"
        return try integer("SELECT count(*) FROM rejected_record WHERE \(isOpen)") ?? 0
    }

    /// Whether every rejected line is accounted for: in words what is not.
    func quarantineFaults() throws -> [String] {
        guard try knowsCuredLines() else { return [] }
        let rules = try prepare(
            """
            SELECT rule, sum(rejected), sum(again), sum(kept), sum(dropped) FROM (
                SELECT rule, rejected, again, 0 AS kept, 0 AS dropped FROM load_run_rule
                UNION ALL SELECT rule, 0, 0, count(*), 0 FROM rejected_record GROUP BY rule
                UNION ALL SELECT rule, 0, 0, 0, lines FROM load_dropped
            ) GROUP BY rule HAVING sum(rejected) <> sum(again) + sum(kept) + sum(dropped)
            """)
        var faults: [String] = []
        while try rules.step() {
            faults.append(
                "\(rules.text(0) ?? ""): \(rules.integer(1)) lines were rejected, but \(rules.integer(3)) are in "
                    + "quarantine, \(rules.integer(4)) were dropped, and \(rules.integer(2)) were rejected again")
        }
        let runs = try prepare(
            """
            SELECT run_id, rejected, (SELECT coalesce(sum(rejected), 0) FROM load_run_rule AS rule
                WHERE rule.run_id = load_run.run_id) AS by_rule
            FROM load_run WHERE rejected <> by_rule
            """)
        while try runs.step() {
            faults.append(
                "run \(runs.integer(0)) rejected \(runs.integer(1)) lines, and load_run_rule says \(runs.integer(2))")
        }
        return faults
    }
}
