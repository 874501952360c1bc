import Domain

/// The statements that compute `site_daily`.
struct SiteDailyStatements {
    /// Of the staged users: who is new, whose first event is earlier now, and who had events from the time in the first
    /// parameter on, with their times before.
    let users: String
    /// The staged sessions that are new or longer now, with their times before.
    let sessions: String
    /// The staged days that are stored.
    let stored: String
    /// Computes the means of the staged days.
    let means: String
    /// Whether active users of a day are to be counted.
    let isUncounted: String
    /// The days whose active users are to be counted.
    let uncounted: String
    /// Counts the active users of the day in the first parameter, which begins and ends at the second and third one.
    let count: String
    /// Whether there are facts and no days, as in a warehouse of an older version.
    let isMissing: String
    /// Computes all days anew from the tables.
    let rebuild: String

    init(_ dialect: SQLDialect) {
        let (users, sessions) = (BehaviourTables.users, BehaviourTables.sessions)
        func lookup(_ table: Table) -> String {
            dialect.lookup(
                dialect.table(table), as: "old", on: "old.\(table.key[0]) = new.\(table.key[0])", keepsUnmatched: true)
        }
        self.users = """
            SELECT new.user_id, new.first_seen, old.first_seen, old.last_seen
            FROM \(dialect.staged(StagedTable(users))) AS new \(lookup(users))
            WHERE old.user_id IS NULL OR new.first_seen < old.first_seen OR old.last_seen >= \(dialect.parameter(1))
            """
        self.sessions = """
            SELECT new.started_at, new.ended_at, old.started_at, old.ended_at
            FROM \(dialect.staged(StagedTable(sessions))) AS new \(lookup(sessions))
            WHERE old.session_id IS NULL OR new.started_at < old.started_at OR new.ended_at > old.ended_at
            """
        let (site, facts) = (dialect.table(MartTables.siteDaily), dialect.table(BehaviourTables.facts))
        let staged = dialect.staged(StagedTable(MartTables.siteDaily))
        stored = "SELECT day FROM \(site) WHERE day IN (SELECT day FROM \(staged))"
        let (seconds, score) = SiteDailyStatements.means(dialect)
        means = """
            UPDATE \(site) SET mean_session_seconds = \(seconds), mean_score = \(score)
            WHERE day IN (SELECT day FROM \(staged))
            """
        uncounted = "SELECT day FROM \(site) WHERE active_users IS NULL ORDER BY day"
        isUncounted = "SELECT EXISTS (\(uncounted))"
        count = """
            UPDATE \(site) SET active_users = (
                SELECT count(DISTINCT user_id) FROM \(facts)
                WHERE event_time >= \(dialect.parameter(2)) AND event_time < \(dialect.parameter(3)))
            WHERE day = \(dialect.parameter(1))
            """
        isMissing = "SELECT NOT EXISTS (SELECT 1 FROM \(site)) AND EXISTS (SELECT 1 FROM \(facts))"
        rebuild = SiteDailyStatements.rebuild(dialect)
    }

    /// The means of a day's sums: all is computed with integers up to the last step, so that every database gives the same
    /// digits.
    private static func means(_ dialect: SQLDialect) -> (seconds: String, score: String) {
        func mean(_ sum: String, _ count: String) -> String {
            "CASE WHEN \(count) > 0 THEN \(dialect.real(sum)) / \(dialect.real(count)) / 1000.0 END"
        }
        return (mean("session_milliseconds", "sessions"), mean("score_thousandths", "scores"))
    }

    private static func rebuild(_ dialect: SQLDialect) -> String {
        let site = dialect.table(MartTables.siteDaily)
        func count(_ condition: String, _ name: String) -> String {
            "\(dialect.integer("sum(CASE WHEN \(condition) THEN 1 ELSE 0 END)")) AS \(name)"
        }
        let counters = MartTables.counters.map { count("event_type = '\($0.type.name)'", $0.column) }
        let isScore = "event_type = '\(EventType.rate.name)' AND score IS NOT NULL"
        let sums =
            counters + [
                "count(DISTINCT user_id) AS active_users", count(isScore, "scores"),
                dialect.integer("sum(CASE WHEN \(isScore) THEN \(dialect.whole("score * 1000")) ELSE 0 END)")
                    + " AS score_thousandths",
            ]
        let names = MartTables.siteDaily.columns.map(\.name).filter { !$0.hasPrefix("mean_") }
        let (seconds, score) = means(dialect)
        return """
            DELETE FROM \(site);
            INSERT INTO \(site) (\(names.joined(separator: ", ")), mean_session_seconds, mean_score)
            WITH fact AS (
                SELECT day, count(*) AS events, \(sums.joined(separator: ",\n        "))
                FROM (SELECT \(dialect.dateOfTimestamp("event_time")) AS day, event_type, user_id, score
                    FROM \(dialect.table(BehaviourTables.facts))) AS event
                GROUP BY day
            ), arrived AS (
                SELECT day, count(*) AS users
                FROM (SELECT \(dialect.dateOfTimestamp("first_seen")) AS day FROM \(dialect.table(BehaviourTables.users)))
                    AS arrival
                GROUP BY day
            ), visited AS (
                SELECT day, count(*) AS sessions, \(dialect.integer("sum(milliseconds)")) AS session_milliseconds
                FROM (SELECT \(dialect.dateOfTimestamp("started_at")) AS day,
                        \(dialect.milliseconds("started_at", "ended_at")) AS milliseconds
                    FROM \(dialect.table(BehaviourTables.sessions))) AS visit
                GROUP BY day
            ), site AS (
                SELECT fact.*, coalesce(arrived.users, 0) AS new_users, coalesce(visited.sessions, 0) AS sessions,
                    coalesce(visited.session_milliseconds, 0) AS session_milliseconds
                FROM fact LEFT JOIN arrived ON arrived.day = fact.day LEFT JOIN visited ON visited.day = fact.day
            )
            SELECT \(names.joined(separator: ", ")), \(seconds), \(score) FROM site
            """
    }
}

/// What the days of `site_daily` gain and lose by the users and sessions that a transaction merges.
struct SiteChanges {
    private struct Change {
        let day: Int32
        var newUsers: Int64 = 0
        var sessions: Int64 = 0
        var milliseconds: Int64 = 0
    }

    private var changes: ContiguousArray<Change> = []
    private var places = DayPlaces()
    /// The users that had events before.
    var earlier = EarlierUsers()

    /// Adds rows of users or sessions that are new; rows of other tables change nothing.
    ///
    /// - Parameter order: the indices of the rows.
    mutating func add(new rows: RowSet, _ order: [UInt32]) {
        let table = rows.table
        if table.name == BehaviourTables.users.name {
            let cell = table.cells[table.index(of: "first_seen")]
            for index in order { addUser(rows[Int(index)].integer(cell), 1) }
        } else if table.name == BehaviourTables.sessions.name {
            let (start, end) = (table.cells[table.index(of: "started_at")], table.cells[table.index(of: "ended_at")])
            for index in order {
                let row = rows[Int(index)]
                addSession(from: row.integer(start), to: row.integer(end), 1)
            }
        }
    }

    /// Adds a user's first event to its day, or takes it away.
    mutating func addUser(_ firstSeen: Int64, _ sign: Int64) {
        changes[place(of: firstSeen)].newUsers += sign
    }

    /// Adds a session to its day, or takes it away.
    mutating func addSession(from start: Int64, to end: Int64, _ sign: Int64) {
        let place = place(of: start)
        changes[place].sessions += sign
        changes[place].milliseconds += sign * (end - start)
    }

    /// Removes all changes.
    mutating func removeAll() {
        if !changes.isEmpty { self = SiteChanges() }
        earlier.removeAll()
    }

    /// Adds the changes to sums of days.
    func add(to rows: MergeTable) {
        let table = rows.table
        let set = { (name: String, value: Int64) in
            let column = table.index(of: name)
            rows.scratch.set(value, column: column, cell: table.cells[column])
        }
        for change in changes {
            MartTables.clearSiteDay(rows.scratch)
            set("day", Int64(change.day))
            set("new_users", change.newUsers)
            set("sessions", change.sessions)
            set("session_milliseconds", change.milliseconds)
            rows.merge(text: UnsafeRawPointer(rows.scratch.cells))
        }
    }

    private mutating func place(of time: Int64) -> Int {
        let day = CivilDate.day(ofMilliseconds: time)
        if let known = places[day] { return known }
        changes.append(Change(day: day))
        places[day] = changes.count - 1
        return changes.count - 1
    }
}

extension SQLWarehouse {
    /// Computes `site_daily` in a warehouse of an older version, which has facts and no such days.
    func fillSiteDaily() throws {
        guard try session.boolean(siteDaily.isMissing) else { return }
        try session.willUseFacts()
        try session.runScript(siteDaily.rebuild)
    }

    /// Notes what days gain and lose by staged rows of users or sessions, before these are merged.
    func noteSiteChanges(by rows: RowSet, _ order: [UInt32]) throws {
        let table = rows.table
        if table.name == BehaviourTables.users.name {
            let cell = table.cells[table.index(of: "first_seen")]
            let first = order.reduce(Int64.max) { min($0, rows[Int($1)].integer(cell)) }
            try noteUsers(from: Int64(CivilDate.day(ofMilliseconds: first)) * CivilDate.millisecondsPerDay)
        } else if table.name == BehaviourTables.sessions.name {
            try noteSessions()
        }
    }

    private func noteUsers(from start: Int64) throws {
        let rows = try session.query(siteDaily.users, [.timestamp(start)])
        while try rows.next() {
            let first = rows.timestamp(1)
            guard let before = rows.optionalTimestamp(2) else {
                siteChanges.addUser(first, 1)
                continue
            }
            siteChanges.earlier.add(rows.integer(0), firstSeen: before, lastSeen: rows.timestamp(3))
            guard first < before else { continue }
            siteChanges.addUser(before, -1)
            siteChanges.addUser(first, 1)
        }
    }

    private func noteSessions() throws {
        let rows = try session.query(siteDaily.sessions, [])
        while try rows.next() {
            let (start, end) = (rows.timestamp(0), rows.timestamp(1))
            guard let startBefore = rows.optionalTimestamp(2) else {
                siteChanges.addSession(from: start, to: end, 1)
                continue
            }
            let endBefore = rows.timestamp(3)
            siteChanges.addSession(from: startBefore, to: endBefore, -1)
            siteChanges.addSession(from: min(start, startBefore), to: max(end, endBefore), 1)
        }
    }

    /// Adds to the days of `site_daily`; see `Warehouse`.
    public func merge(_ days: SiteDays) throws {
        defer { siteChanges.removeAll() }
        let sums = MergeTable(MartTables.siteDaily)
        for index in 0..<days.rows.rows.count {
            sums.merge(days.rows.rows[index], text: UnsafeRawPointer(sums.scratch.cells))
        }
        siteChanges.add(to: sums)
        let count = sums.rows.count
        guard count > 0, let statements = merges[MartTables.siteDaily.name] else { return }
        let staged = StagedTable(MartTables.siteDaily)
        defer { session.unstage(staged) }
        try session.stage(PackedRows(sums.rows), as: staged)
        let stored = try storedSiteDays()
        setActiveUsers(of: days, in: sums, stored: stored)
        try session.stage(PackedRows(sums.rows, order: sums.orderByKey()), as: staged)
        let changed = try session.run(statements.upsert, [])
        if changed < count { try session.checkMerge(into: MartTables.siteDaily, isLacking: nil) }
        try session.run(siteDaily.means, [])
    }

    /// Sets how many active users each day gains; null where that is to be counted.
    private func setActiveUsers(of days: SiteDays, in sums: MergeTable, stored: Set<Int32>) {
        let table = MartTables.siteDaily
        let (day, active) = (table.cells[table.index(of: "day")], table.index(of: "active_users"))
        for index in days.users.indices {
            let row = sums.rows[index]
            let number = Int32(truncatingIfNeeded: row.integer(day))
            let gain = siteChanges.earlier.gain(of: days.users[index], on: number, isNew: !stored.contains(number))
            if let gain {
                row.set(gain, column: active, cell: table.cells[active])
            } else {
                row.setNull(column: active)
            }
        }
    }

    private func storedSiteDays() throws -> Set<Int32> {
        let rows = try session.query(siteDaily.stored, [])
        var days: Set<Int32> = []
        while try rows.next() {
            if let day = rows.date(0) { days.insert(day) }
        }
        return days
    }

    /// Counts the active users of the days that late events have made unknown.
    ///
    /// - Returns: how many days were counted.
    func countActiveUsers() throws -> Int64 {
        var days: [Int32] = []
        let rows = try session.query(siteDaily.uncounted, [])
        while try rows.next() {
            if let day = rows.date(0) { days.append(day) }
        }
        if days.isEmpty { return 0 }
        try session.willUseFacts()
        for day in days {
            let start = Int64(day) * CivilDate.millisecondsPerDay
            try session.run(
                siteDaily.count,
                [.date(day), .timestamp(start), .timestamp(start + CivilDate.millisecondsPerDay)])
        }
        return Int64(days.count)
    }
}
