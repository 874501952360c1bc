import Domain

/// What becomes of lines that are in quarantine.
extension SQLiteWarehouse {
    /// Lines in quarantine; see `Warehouse`.
    public func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord] {
        try connection.rejected(matching: filter, after: id, limit: limit)
    }

    /// Gives a line in quarantine another rule and message; see `Warehouse`.
    public func replaceRejected(_ id: Int64, by rejection: Rejection, run: Int64) throws {
        let known = try connection.statement("SELECT rule FROM rejected_record WHERE rejected_id = ?")
        try known.bind(id, at: 1)
        guard try known.step(), let rule = known.text(0) else { return try known.reset() }
        try known.reset()
        let statement = try connection.statement(
            """
            UPDATE OR IGNORE rejected_record SET rule = ?, message = ?, run_id = ?, event_time = ?, event_id = ?,
            movie_id = ? WHERE rejected_id = ?
            """)
        try statement.bind(rejection.rule.rawValue, at: 1)
        try statement.bind(rejection.message, at: 2)
        try statement.bind(run, at: 3)
        try statement.bind(rejection.identity, at: 4)
        try statement.bind(id, at: 7)
        try statement.run()
        let isMoved = rule != rejection.rule.rawValue
        // Ignored: (source, line, rule, raw) is taken by the same line.
        let isMerged = connection.changes == 0
        if isMerged { try mergeRejected(id, rule: rejection.rule) }
        try countRejected(rejection.rule.rawValue, 1, again: isMerged || !isMoved ? 1 : 0, run: run)
        if isMoved { try countRejected(rule, 0, again: 1, run: run) }
    }

    /// Leaves of a line that is in quarantine for two rules the one for `rule`, open if one of the two is.
    private func mergeRejected(_ id: Int64, rule: CleaningRule) throws {
        let open = try connection.statement(
            """
            UPDATE rejected_record SET cured_run_id = NULL WHERE cured_run_id IS NOT NULL AND rule = ?2
            AND (source, line, raw_hash) = (SELECT source, line, raw_hash FROM rejected_record
                WHERE rejected_id = ?1 AND cured_run_id IS NULL)
            """)
        try open.bind(id, at: 1)
        try open.bind(rule.rawValue, at: 2)
        try open.run()
        let delete = try connection.statement("DELETE FROM rejected_record WHERE rejected_id = ?")
        try delete.bind(id, at: 1)
        try delete.run()
    }

    /// Notes that a run rejected lines that are in quarantine already; see `Warehouse`.
    public func countRejectedAgain(_ lines: [CleaningRule: Int64], run: Int64) throws {
        for (rule, count) in lines { try countRejected(rule.rawValue, count, again: count, run: run) }
    }

    /// Adds to what a run rejected by a rule.
    func countRejected(_ rule: String, _ lines: Int64, again: Int64, run: Int64) throws {
        let statement = try connection.statement(
            """
            INSERT INTO load_run_rule (run_id, rule, rejected, again) VALUES (?, ?, ?, ?)
            ON CONFLICT (run_id, rule) DO UPDATE SET rejected = rejected + excluded.rejected,
            again = again + excluded.again
            """)
        try statement.bind(run, at: 1)
        try statement.bind(rule, at: 2)
        try statement.bind(lines, at: 3)
        try statement.bind(again, at: 4)
        try statement.run()
    }

    /// Marks open lines as cured.
    public func cureRejected(_ ids: [Int64], run: Int64) throws {
        let statement = try connection.statement(
            "UPDATE rejected_record SET cured_run_id = ? WHERE rejected_id = ? AND cured_run_id IS NULL")
        try statement.bind(run, at: 1)
        for id in ids {
            try statement.bind(id, at: 2)
            try statement.run()
        }
    }

    /// Marks as cured what a reading of a source did not find; see `Warehouse`.
    public func cureRejected(
        ofSource source: String, port: SourcePort, before firstRun: Int64, run: Int64
    ) throws -> Int64 {
        let statement = try connection.statement(
            """
            UPDATE rejected_record INDEXED BY rejected_record_open SET cured_run_id = ?
            WHERE cured_run_id IS NULL AND port = ? AND source = ? AND last_run_id < ?
            """)
        try statement.bind(run, at: 1)
        try statement.bind(port.rawValue, at: 2)
        try statement.bind(source, at: 3)
        try statement.bind(firstRun, at: 4)
        try statement.run()
        return connection.changes
    }

    /// How many open lines are looked at before a run ends, however little has arrived.
    private static let linesAlwaysLookedAt: Int64 = 4096

    /// Marks as cured the open lines whose event or movie is in the warehouse now; see `Warehouse`.
    public func cureArrived(run: Int64, isLast: Bool) throws -> Int64 {
        var cured: Int64 = 0
        if let events = arrivals.events {
            let most = isLast ? Int64.max : max(Self.linesAlwaysLookedAt, events.count)
            if let lines = try cureEvents(in: events.times, most: most, run: run) {
                cured += lines
                arrivals.removeEvents()
            }
        }
        if arrivals.movies > 0 {
            let most = isLast ? Int64.max : max(Self.linesAlwaysLookedAt, arrivals.movies)
            if let lines = try cureMovies(most: most, run: run) {
                cured += lines
                arrivals.removeMovies()
            }
        }
        return cured
    }

    /// Nil where more than `most` lines had to be looked at.
    private func cureEvents(in times: ClosedRange<Int64>, most: Int64, run: Int64) throws -> Int64? {
        let open = "cured_run_id IS NULL AND event_id IS NOT NULL AND event_time BETWEEN ?1 AND ?2"
        if most < .max {
            let lines = try connection.integer(
                "SELECT count(*) FROM (SELECT 1 FROM rejected_record WHERE \(open) LIMIT ?3)",
                times.lowerBound, times.upperBound, most + 1)
            if (lines ?? 0) > most { return nil }
        }
        let statement = try connection.statement(
            """
            UPDATE rejected_record INDEXED BY rejected_record_event SET cured_run_id = ?3 WHERE \(open)
            AND EXISTS (SELECT 1 FROM fact_user_event AS fact WHERE fact.event_time = rejected_record.event_time
                AND fact.event_id = rejected_record.event_id)
            """)
        try statement.bind(times.lowerBound, at: 1)
        try statement.bind(times.upperBound, at: 2)
        try statement.bind(run, at: 3)
        try statement.run()
        return connection.changes
    }

    private func cureMovies(most: Int64, run: Int64) throws -> Int64? {
        let open = "cured_run_id IS NULL AND movie_id IS NOT NULL"
        if most < .max {
            let lines = try connection.integer(
                "SELECT count(*) FROM (SELECT 1 FROM rejected_record WHERE \(open) LIMIT ?1)", most + 1)
            if (lines ?? 0) > most { return nil }
        }
        let statement = try connection.statement(
            """
            UPDATE rejected_record INDEXED BY rejected_record_movie SET cured_run_id = ?1 WHERE \(open)
            AND EXISTS (SELECT 1 FROM movie_popularity AS popularity
                WHERE popularity.movie_id = rejected_record.movie_id
                AND popularity.snapshot_date = rejected_record.snapshot_date)
            """)
        try statement.bind(run, at: 1)
        try statement.run()
        return connection.changes
    }

    /// Takes lines out of quarantine, and keeps their counts; see `Warehouse`.
    public func dropRejected(matching filter: RejectedFilter, at now: Int64) throws -> [RejectedCount] {
        let counts = try connection.rejectedSizes(matching: filter)
        if counts.isEmpty { return [] }
        let condition = try RejectedCondition(filter, connection)
        let number = (try connection.integer("SELECT max(drop_id) FROM load_dropped") ?? 0) + 1
        let keep = try connection.statement(
            """
            INSERT INTO load_dropped (run_id, source, rule, was_cured, lines, bytes, drop_id, dropped_at)
            SELECT run_id, source, rule, was_cured, count(*), sum(bytes), ?\(condition.count + 1), ?\(condition.count + 2)
            FROM (
                SELECT run_id, source, rule, cured_run_id IS NOT NULL AS was_cured, length(raw) AS bytes
                FROM rejected_record WHERE \(condition.sql) LIMIT -1
            ) GROUP BY run_id, source, rule, was_cured
            """)
        try condition.bind(to: keep)
        try keep.bind(number, at: condition.count + 1)
        try keep.bind(now, at: condition.count + 2)
        try keep.run()
        let delete = try connection.statement("DELETE FROM rejected_record WHERE \(condition.sql)")
        try condition.bind(to: delete)
        try delete.run()
        return counts
    }
}

extension Statement {
    /// Binds what a line is about to three values: an event's time and id, and a movie's id.
    func bind(_ identity: Rejection.Identity?, at index: Int) throws {
        for offset in 0..<3 { try bind(nil as Int64?, at: index + offset) }
        switch identity {
        case .event(let time, let high, let low):
            try bind(time, at: index)
            let bytes = [high, low].flatMap { word in withUnsafeBytes(of: word.bigEndian) { [UInt8]($0) } }
            try bind(blob: bytes, at: index + 1)
        case .movie(let id): try bind(id, at: index + 2)
        case nil: break
        }
    }
}
