import Domain

/// The statements that change the quarantine.
struct QuarantineStatements {
    /// The greatest number of a line in quarantine.
    let lastLine: String
    /// Inserts the staged lines for the run in the first parameter, and updates those that are in quarantine already.
    let add: String
    /// Counts by rule the lines whose number is greater than the first parameter.
    let addedByRule: String
    /// Adds to the counts of rejected lines of a run and a rule; parameters: run, rule, lines, lines rejected again.
    let countRejected: String
    /// The staged lines and all rows of the same lines: the number of the staged one, then a row's number, rule, and
    /// whether it is open.
    let sameLines: String
    /// Changes the rules, messages and identities of lines to the staged ones, for the run in the first parameter.
    let replace: String
    /// Opens the staged lines.
    let open: String
    /// Deletes the staged lines.
    let delete: String
    /// Marks the staged lines as cured by the run in the first parameter.
    let cure: String
    /// Marks the open lines of a source as cured if no run since a given one has found them; parameters: run, port,
    /// source, that run.
    let cureSource: String
    /// These four statements cure the open lines whose event or movie is stored, and count the candidates. The range of
    /// event times is in parameters 2 and 3 of `cureEvents`, and in 1 and 2 of `countEvents`.
    let cureEvents: String
    let countEvents: String
    let cureMovies: String
    let countMovies: String

    init(_ dialect: SQLDialect) {
        let table = dialect.table("rejected_record")
        let parameter = dialect.parameter
        lastLine = "SELECT max(rejected_id) FROM \(table)"
        let given = RejectionRows.columns.map(\.name).filter { $0 != "ordinal" }.joined(separator: ", ")
        add = """
            INSERT INTO \(table) (\(given), run_id, last_run_id)
            SELECT \(given), \(dialect.integer(parameter(1))), \(dialect.integer(parameter(1)))
            FROM \(dialect.staged(.rejections)) WHERE TRUE ORDER BY ordinal
            ON CONFLICT (\(dialect.textInKey("source")), line, rule, raw_hash) DO UPDATE SET message = excluded.message,
            last_run_id = excluded.last_run_id, cured_run_id = NULL, event_time = excluded.event_time,
            event_id = excluded.event_id, movie_id = excluded.movie_id
            """
        addedByRule = "SELECT rule, count(*) FROM \(table) WHERE rejected_id > \(parameter(1)) GROUP BY rule"
        countRejected = """
            INSERT INTO \(dialect.table("load_run_rule")) (run_id, rule, rejected, again)
            VALUES (\(dialect.parameters(4)))
            ON CONFLICT (run_id, rule) DO UPDATE SET rejected = load_run_rule.rejected + excluded.rejected,
            again = load_run_rule.again + excluded.again
            """
        let listed = dialect.staged(StagedTable(ListTables.rejected))
        let isListed = "rejected_id IN (SELECT rejected_id FROM \(listed))"
        sameLines = """
            SELECT named.rejected_id, line.rejected_id, line.rule, line.cured_run_id IS NULL
            FROM \(listed) AS new
            \(dialect.orderedJoin) \(table) AS named ON named.rejected_id = new.rejected_id
            \(dialect.orderedJoin) \(table) AS line
                ON \(dialect.textInKey("line.source")) = \(dialect.textInKey("named.source"))
                AND line.line = named.line AND line.raw_hash = named.raw_hash
            """
        let changed = ListTables.replacements.columns.map(\.name).filter { $0 != "rejected_id" }
        replace = """
            UPDATE \(table) SET run_id = \(parameter(1)), \(changed.map { "\($0) = new.\($0)" }.joined(separator: ", "))
            FROM \(dialect.staged(StagedTable(ListTables.replacements))) AS new
            WHERE rejected_record.rejected_id = new.rejected_id
            """
        open = "UPDATE \(table) SET cured_run_id = NULL WHERE cured_run_id IS NOT NULL AND \(isListed)"
        delete = "DELETE FROM \(table) WHERE \(isListed)"
        cure = "UPDATE \(table) SET cured_run_id = \(parameter(1)) WHERE cured_run_id IS NULL AND \(isListed)"
        cureSource = """
            UPDATE \(table) \(dialect.indexedBy("rejected_record_open")) SET cured_run_id = \(parameter(1))
            WHERE cured_run_id IS NULL AND port = \(parameter(2))
            AND \(dialect.textInKey("source")) = \(dialect.textInKey(parameter(3)))
            AND last_run_id < \(parameter(4))
            """
        func openEvents(_ first: Int) -> String {
            "cured_run_id IS NULL AND event_id IS NOT NULL "
                + "AND event_time BETWEEN \(parameter(first)) AND \(parameter(first + 1))"
        }
        func count(_ condition: String, limit: Int) -> String {
            "SELECT count(*) FROM (SELECT 1 FROM \(table) WHERE \(condition) LIMIT \(parameter(limit))) AS line"
        }
        cureEvents = """
            UPDATE \(table) \(dialect.indexedBy("rejected_record_event")) SET cured_run_id = \(parameter(1))
            WHERE \(openEvents(2))
            AND EXISTS (SELECT 1 FROM \(dialect.table("fact_user_event")) AS fact
                WHERE fact.event_time = rejected_record.event_time AND fact.event_id = rejected_record.event_id)
            """
        countEvents = count(openEvents(1), limit: 3)
        let openMovies = "cured_run_id IS NULL AND movie_id IS NOT NULL"
        cureMovies = """
            UPDATE \(table) \(dialect.indexedBy("rejected_record_movie")) SET cured_run_id = \(parameter(1))
            WHERE \(openMovies)
            AND EXISTS (SELECT 1 FROM \(dialect.table("movie_popularity")) AS popularity
                WHERE popularity.movie_id = rejected_record.movie_id
                AND popularity.snapshot_date = rejected_record.snapshot_date)
            """
        countMovies = count(openMovies, limit: 1)
    }
}

/// The changes of lines in quarantine.
extension SQLWarehouse {
    /// Puts lines into quarantine, each once by (source, line, rule, raw); see `Warehouse`. They are stored before the
    /// commit at the latest.
    public func quarantine(_ rejections: [Rejection], run: Int64) throws {
        for rejection in rejections { arrivals.add(rejection) }
        if pendingRejections.add(rejections) { return }
        let all = pendingRejections.lines + rejections
        pendingRejections.removeAll()
        try store(all, run: run)
    }

    /// Stores the rejected lines of the current run that are not stored yet.
    func storeRejections() throws {
        let rejections = pendingRejections.lines
        guard let run = currentRun, !rejections.isEmpty else { return }
        pendingRejections.removeAll()
        try store(rejections, run: run)
    }

    private func store(_ rejections: [Rejection], run: Int64) throws {
        let last = try session.integer(quarantineTable.lastLine) ?? 0
        try session.stage(RejectionRows(rejections), as: .rejections)
        defer { session.unstage(.rejections) }
        try session.run(quarantineTable.add, [.integer(run)])
        var lines: [String: Int64] = [:]
        for rejection in rejections { lines[rejection.rule.rawValue, default: 0] += 1 }
        var new: [String: Int64] = [:]
        let added = try session.query(quarantineTable.addedByRule, [.integer(last)])
        while try added.next() { new[added.text(0) ?? ""] = added.integer(1) }
        for (rule, count) in lines { try countRejected(rule, count, again: count - (new[rule] ?? 0), run: run) }
    }

    /// Returns lines in quarantine; see `Warehouse`.
    public func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord] {
        try storeRejections()
        return try Quarantine(session).lines(matching: filter, after: id, limit: limit)
    }

    /// Changes the rules and messages of lines in quarantine; see `Warehouse`.
    public func replaceRejected(_ replacements: [(id: Int64, rejection: Rejection)], run: Int64) throws {
        if replacements.isEmpty { return }
        try storeRejections()
        var plan = ReplacementPlan(try linesLike(Set(replacements.map(\.id))))
        for (index, replacement) in replacements.enumerated() {
            plan.replace(replacement.id, by: replacement.rejection.rule.rawValue, index: index)
        }
        try change(plan.deleted, by: quarantineTable.delete)
        try change(plan.opened, by: quarantineTable.open)
        for updates in plan.updates {
            let rows = updates.sorted { $0.key < $1.key }.map { id, index -> [RowValue] in
                let rejection = replacements[index].rejection
                return [.integer(id), .text(rejection.rule.rawValue), .text(rejection.message)]
                    + rejection.identityValues
            }
            try session.stage(rows, as: ListTables.replacements)
            try session.run(quarantineTable.replace, [.integer(run)])
        }
        for (rule, count) in plan.counts { try countRejected(rule, count.rejected, again: count.again, run: run) }
    }

    /// The rows with some numbers, and all other rows of the same lines.
    private func linesLike(_ ids: Set<Int64>) throws -> [ReplacementPlan.Line] {
        try session.stage(ids.sorted().map { [.integer($0)] }, as: ListTables.rejected)
        let rows = try session.query(quarantineTable.sameLines, [])
        var lines: [Int64: ReplacementPlan.Line] = [:]
        while try rows.next() {
            let (named, id) = (rows.integer(0), rows.integer(1))
            // The group's number is the least number that names it.
            let group = min(lines[id]?.group ?? named, named)
            lines[id] = ReplacementPlan.Line(
                id: id, group: group, rule: rows.text(2) ?? "", isOpen: rows.boolean(3))
        }
        return Array(lines.values)
    }

    /// Runs a statement for the lines with some numbers.
    private func change(_ ids: Set<Int64>, by sql: String) throws {
        if ids.isEmpty { return }
        try session.stage(ids.sorted().map { [.integer($0)] }, as: ListTables.rejected)
        try session.run(sql, [])
    }

    /// Counts lines that a run rejected and that were in quarantine already; see `Warehouse`.
    public func countRejectedAgain(_ lines: [CleaningRule: Int64], run: Int64) throws {
        for (rule, count) in lines { try countRejected(rule.rawValue, count, again: count, run: run) }
    }

    /// Adds to the counts of rejected lines of a run and a rule.
    private func countRejected(_ rule: String, _ lines: Int64, again: Int64, run: Int64) throws {
        try session.run(
            quarantineTable.countRejected, [.integer(run), .text(rule), .integer(lines), .integer(again)])
    }

    /// Marks open lines as cured.
    public func cureRejected(_ ids: [Int64], run: Int64) throws {
        if ids.isEmpty { return }
        try storeRejections()
        try session.stage(ids.lazy.map { [.integer($0)] }, as: ListTables.rejected)
        try session.run(quarantineTable.cure, [.integer(run)])
    }

    /// Marks the open lines of a source as cured that a complete reading did not reject again; see `Warehouse`.
    public func cureRejected(
        ofSource source: String, port: SourcePort, before firstRun: Int64, run: Int64
    ) throws -> Int64 {
        try storeRejections()
        return try session.run(
            quarantineTable.cureSource,
            [.integer(run), .text(port.rawValue), .text(source), .integer(firstRun)])
    }

    /// Up to this many open lines are always searched before the end of a run, however few events or movies came.
    private static let linesAlwaysLookedAt: Int64 = 4096

    /// Marks the open lines as cured whose event or movie is stored now; see `Warehouse`.
    public func cureArrived(run: Int64, isLast: Bool) throws -> Int64 {
        try storeRejections()
        var cured: Int64 = 0
        if let events = arrivals.events {
            let most = isLast ? Int64.max : max(Self.linesAlwaysLookedAt, events.count)
            let times: [RowValue] = [.timestamp(events.times.lowerBound), .timestamp(events.times.upperBound)]
            if try isAtMost(most, quarantineTable.countEvents, times) {
                try session.willUseFacts()
                cured += try session.run(quarantineTable.cureEvents, [.integer(run)] + times)
                arrivals.removeEvents()
            }
        }
        if arrivals.movies > 0 {
            let most = isLast ? Int64.max : max(Self.linesAlwaysLookedAt, arrivals.movies)
            if try isAtMost(most, quarantineTable.countMovies, []) {
                cured += try session.run(quarantineTable.cureMovies, [.integer(run)])
                arrivals.removeMovies()
            }
        }
        return cured
    }

    /// Whether a count of candidates does not exceed `most`.
    private func isAtMost(_ most: Int64, _ count: String, _ values: [RowValue]) throws -> Bool {
        if most == .max { return true }
        let rows = try session.query(count, values + [.integer(most + 1)])
        return try rows.next() && rows.integer(0) <= most
    }

    /// Deletes lines from the quarantine, but keeps their counts; see `Warehouse`.
    public func dropRejected(matching filter: RejectedFilter, at now: Int64) throws -> [RejectedCount] {
        let counts = try Quarantine(session).sizes(matching: filter)
        if counts.isEmpty { return [] }
        let dialect = session.dialect
        let condition = try RejectedCondition(filter, session)
        let (table, dropped) = (dialect.table("rejected_record"), dialect.table("load_dropped"))
        let number = (try session.integer("SELECT max(drop_id) FROM \(dropped)") ?? 0) + 1
        let parameter = { dialect.parameter(condition.values.count + $0) }
        try session.run(
            """
            INSERT INTO \(dropped) (run_id, source, rule, was_cured, lines, bytes, drop_id, dropped_at)
            SELECT run_id, source, rule, was_cured, count(*), sum(bytes), \(parameter(1)), \(parameter(2))
            FROM (
                SELECT run_id, source, rule, cured_run_id IS NOT NULL AS was_cured,
                    \(dialect.byteLength("raw")) AS bytes
                FROM \(table) WHERE \(condition.sql) \(dialect.asWritten)
            ) AS line GROUP BY run_id, source, rule, was_cured
            """, condition.values + [.integer(number), .timestamp(now)])
        try session.run("DELETE FROM \(table) WHERE \(condition.sql)", condition.values)
        return counts
    }
}

extension Rejection {
    /// The identity of the event or movie in the line: event_time, event_id, movie_id.
    fileprivate var identityValues: [RowValue] {
        switch identity {
        case .event(let time, let high, let low): [.timestamp(time), .uuid(high: high, low: low), .null]
        case .movie(let id): [.null, .null, .integer(id)]
        case nil: [.null, .null, .null]
        }
    }
}
