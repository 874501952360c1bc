import Domain

/// The statements that change the quarantine.
struct QuarantineStatements {
    /// The greatest number of a line in quarantine.
    let lastLine: String
    /// Puts the staged lines into quarantine, each once, for the run of the first parameter.
    let add: String
    /// How many lines of each rule have a number greater than the first parameter.
    let addedByRule: String
    /// Adds to what a run rejected by a rule: run, rule, lines, lines again.
    let countRejected: String
    /// A line's rule, and whether the same line is in quarantine for another rule too.
    let rule: String
    /// Gives a line another rule and message.
    let replace: String
    /// Opens the other row of a line that is open, of the rule of the second parameter.
    let openOther: String
    let delete: String
    /// Marks the staged lines as cured by the run of the first parameter.
    let cure: String
    /// Marks the open lines of a port's source as cured that were found last before a run: run, port, source, first run.
    let cureSource: String
    /// The open lines whose event is in a range of times (parameters 2 and 3, 1 and 2), or that are about a movie.
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
        rule = """
            SELECT rule, EXISTS (SELECT 1 FROM \(table) AS other
                WHERE \(dialect.textInKey("other.source")) = \(dialect.textInKey("line.source"))
                AND other.line = line.line AND other.rule = \(parameter(2)) AND other.raw_hash = line.raw_hash
                AND other.rejected_id <> line.rejected_id)
            FROM \(table) AS line WHERE rejected_id = \(parameter(1))
            """
        replace = """
            UPDATE \(table) SET rule = \(parameter(1)), message = \(parameter(2)), run_id = \(parameter(3)),
            event_time = \(parameter(4)), event_id = \(parameter(5)), movie_id = \(parameter(6))
            WHERE rejected_id = \(parameter(7))
            """
        openOther = """
            UPDATE \(table) SET cured_run_id = NULL WHERE cured_run_id IS NOT NULL AND rule = \(parameter(2))
            AND (\(dialect.textInKey("source")), line, raw_hash) = (
                SELECT \(dialect.textInKey("source")), line, raw_hash FROM \(table)
                WHERE rejected_id = \(parameter(1)) AND cured_run_id IS NULL)
            """
        delete = "DELETE FROM \(table) WHERE rejected_id = \(parameter(1))"
        cure = """
            UPDATE \(table) SET cured_run_id = \(parameter(1)) WHERE cured_run_id IS NULL AND rejected_id IN (
                SELECT rejected_id FROM \(dialect.staged(StagedTable(ListTables.rejected))))
            """
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

/// What becomes of lines that are in quarantine.
extension SQLWarehouse {
    /// Puts lines into quarantine, each once by (source, line, rule, raw); see `Warehouse`.
    public func quarantine(_ rejections: [Rejection], run: Int64) throws {
        if rejections.isEmpty { return }
        let last = try session.integer(quarantineTable.lastLine) ?? 0
        try session.stage(RejectionRows(rejections), as: .rejections)
        defer { session.unstage(.rejections) }
        try session.run(quarantineTable.add, [.integer(run)])
        var lines: [String: Int64] = [:]
        for rejection in rejections {
            lines[rejection.rule.rawValue, default: 0] += 1
            arrivals.add(rejection)
        }
        var new: [String: Int64] = [:]
        let added = try session.query(quarantineTable.addedByRule, [.integer(last)])
        while try added.next() { new[added.text(0) ?? ""] = added.integer(1) }
        for (rule, count) in lines { try countRejected(rule, count, again: count - (new[rule] ?? 0), run: run) }
    }

    /// Lines in quarantine; see `Warehouse`.
    public func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord] {
        try Quarantine(session).lines(matching: filter, after: id, limit: limit)
    }

    /// Gives a line in quarantine another rule and message; see `Warehouse`.
    public func replaceRejected(_ id: Int64, by rejection: Rejection, run: Int64) throws {
        let new = rejection.rule.rawValue
        let known = try session.query(quarantineTable.rule, [.integer(id), .text(new)])
        guard try known.next(), let old = known.text(0) else { return }
        let isMerged = known.boolean(1)
        if isMerged {
            // Of a line that is in quarantine for two rules the one for the new rule stays, open if one of the two is.
            try session.run(quarantineTable.openOther, [.integer(id), .text(new)])
            try session.run(quarantineTable.delete, [.integer(id)])
        } else {
            try session.run(
                quarantineTable.replace,
                [.text(new), .text(rejection.message), .integer(run)] + rejection.identityValues + [.integer(id)])
        }
        let isMoved = old != new
        try countRejected(new, 1, again: isMerged || !isMoved ? 1 : 0, run: run)
        if isMoved { try countRejected(old, 0, again: 1, run: run) }
    }

    /// Notes that a run rejected lines that are in quarantine already; see `Warehouse`.
    public func countRejectedAgain(_ lines: [CleaningRule: Int64], run: Int64) throws {
        for (rule, count) in lines { try countRejected(rule.rawValue, count, again: count, run: run) }
    }

    /// Adds to what a run rejected by a rule.
    private func countRejected(_ rule: String, _ lines: Int64, again: Int64, run: Int64) throws {
        try session.run(
            quarantineTable.countRejected, [.integer(run), .text(rule), .integer(lines), .integer(again)])
    }

    /// Marks open lines as cured.
    public func cureRejected(_ ids: [Int64], run: Int64) throws {
        if ids.isEmpty { return }
        try session.stage(ids.lazy.map { [.integer($0)] }, as: ListTables.rejected)
        try session.run(quarantineTable.cure, [.integer(run)])
    }

    /// Marks as cured what a reading of a source did not find; see `Warehouse`.
    public func cureRejected(
        ofSource source: String, port: SourcePort, before firstRun: Int64, run: Int64
    ) throws -> Int64 {
        try session.run(
            quarantineTable.cureSource,
            [.integer(run), .text(port.rawValue), .text(source), .integer(firstRun)])
    }

    /// How many open lines are looked at before a run ends, however little has arrived.
    private static let linesAlwaysLookedAt: Int64 = 4096

    /// Marks as cured the open lines whose event or movie is in the warehouse now; see `Warehouse`.
    public func cureArrived(run: Int64, isLast: Bool) throws -> Int64 {
        var cured: Int64 = 0
        if let events = arrivals.events {
            let most = isLast ? Int64.max : max(Self.linesAlwaysLookedAt, events.count)
            let times: [RowValue] = [.timestamp(events.times.lowerBound), .timestamp(events.times.upperBound)]
            if try isAtMost(most, quarantineTable.countEvents, times) {
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

    /// Whether no more lines than `most` are to be looked at.
    private func isAtMost(_ most: Int64, _ count: String, _ values: [RowValue]) throws -> Bool {
        if most == .max { return true }
        let rows = try session.query(count, values + [.integer(most + 1)])
        return try rows.next() && rows.integer(0) <= most
    }

    /// Takes lines out of quarantine, and keeps their counts; see `Warehouse`.
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
    /// What it is about: event_time, event_id, movie_id.
    fileprivate var identityValues: [RowValue] {
        switch identity {
        case .event(let time, let high, let low): [.timestamp(time), .uuid(high: high, low: low), .null]
        case .movie(let id): [.null, .null, .integer(id)]
        case nil: [.null, .null, .null]
        }
    }
}
