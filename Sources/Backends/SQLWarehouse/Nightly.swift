import Domain

extension SQLWarehouse: NightlyLedger {
    private static let columns = [
        "nightly_id", "task", "day", "outcome", "started_at", "finished_at", "rows", "bytes", "tries", "error",
    ]

    /// The last nightly of a date; see `NightlyHistory`.
    public func lastNightly(of day: Int32) throws -> NightlyRecord? { try session.lastNightly(of: day) }

    /// The newest date for which a task was done; see `NightlyHistory`.
    public func lastDay(of task: String) throws -> Int32? { try session.lastDay(of: task) }

    /// The nightly with the greatest number; see `NightlyHistory`.
    public func newestNightly() throws -> NightlyRecord? { try session.newestNightly() }

    /// When each task was last done; see `NightlyHistory`.
    public func lastSuccesses() throws -> [String: Int64] { try session.lastSuccesses() }

    /// Stores a nightly; see `NightlyLedger`.
    public func save(_ nightly: NightlyRecord, at now: Int64) throws -> Int64 {
        try withPlace {
            try inTransaction {
                _ = try Migrator(session: session).apply(at: now)
                let (table, dialect) = (session.dialect.table("load_task"), session.dialect)
                var nightly = nightly
                if nightly.id == 0 {
                    nightly.id = (try session.integer("SELECT max(nightly_id) FROM \(table)") ?? 0) + 1
                }
                let sets = Self.columns.dropFirst(2).map { "\($0) = excluded.\($0)" }
                let sql = """
                    INSERT INTO \(table) (\(Self.columns.joined(separator: ", ")))
                    VALUES (\((1...Self.columns.count).map(dialect.parameter).joined(separator: ", ")))
                    ON CONFLICT (nightly_id, task) DO UPDATE SET \(sets.joined(separator: ", "))
                    """
                for task in nightly.tasks {
                    try session.run(sql, nightly.values(of: task))
                }
                return nightly.id
            }
        }
    }
}

extension NightlyRecord {
    fileprivate func values(of task: NightlyTaskRecord) -> [RowValue] {
        [
            .integer(id), .text(task.task), .date(day), .text(task.outcome.rawValue),
            task.startedAt.map { .timestamp($0) } ?? .null, task.finishedAt.map { .timestamp($0) } ?? .null,
            task.rows.map { .integer($0) } ?? .null, task.bytes.map { .integer($0) } ?? .null, .integer(task.tries),
            .optional(task.error),
        ]
    }
}

extension SQLWarehouseReader: NightlyHistory {
    /// The last nightly of a date; see `NightlyHistory`.
    public func lastNightly(of day: Int32) throws -> NightlyRecord? {
        try session.consistently { try session.lastNightly(of: day) }
    }

    /// The newest date for which a task was done; see `NightlyHistory`.
    public func lastDay(of task: String) throws -> Int32? {
        try session.consistently { try session.lastDay(of: task) }
    }

    /// The nightly with the greatest number; see `NightlyHistory`.
    public func newestNightly() throws -> NightlyRecord? {
        try session.consistently { try session.newestNightly() }
    }

    /// When each task was last done; see `NightlyHistory`.
    public func lastSuccesses() throws -> [String: Int64] {
        try session.consistently { try session.lastSuccesses() }
    }
}

/// What is stored of nightlies. A warehouse that an older version has made has no such table.
extension SQLDatabase {
    private func hasNightlies() throws -> Bool { try !columns(of: "load_task").isEmpty }

    fileprivate func lastNightly(of day: Int32) throws -> NightlyRecord? {
        try nightly("WHERE day = \(dialect.parameter(1))", [.date(day)])
    }

    fileprivate func newestNightly() throws -> NightlyRecord? { try nightly("", []) }

    /// The nightly with the greatest number of those that match.
    private func nightly(_ condition: String, _ values: [RowValue]) throws -> NightlyRecord? {
        guard try hasNightlies() else { return nil }
        let table = dialect.table("load_task")
        let rows = try query(
            """
            SELECT nightly_id, task, outcome, started_at, finished_at, rows, bytes, tries, error, day FROM \(table)
            WHERE nightly_id = (SELECT max(nightly_id) FROM \(table) \(condition))
            """, values)
        var found: NightlyRecord?
        while try rows.next() {
            var task = NightlyTaskRecord(
                rows.text(1) ?? "", NightlyOutcome(rawValue: rows.text(2) ?? "") ?? .waiting)
            (task.startedAt, task.finishedAt) = (rows.optionalTimestamp(3), rows.optionalTimestamp(4))
            (task.rows, task.bytes) = (rows.optionalInteger(5), rows.optionalInteger(6))
            (task.tries, task.error) = (rows.integer(7), rows.text(8))
            found = found ?? NightlyRecord(id: rows.integer(0), day: rows.date(9) ?? 0, tasks: [])
            found?.tasks.append(task)
        }
        return found
    }

    fileprivate func lastDay(of task: String) throws -> Int32? {
        guard try hasNightlies() else { return nil }
        let rows = try query(
            """
            SELECT max(day) FROM \(dialect.table("load_task"))
            WHERE task = \(dialect.parameter(1)) AND outcome IN ('completed', 'partial')
            """, [.text(task)])
        return try rows.next() ? rows.date(0) : nil
    }

    fileprivate func lastSuccesses() throws -> [String: Int64] {
        guard try hasNightlies() else { return [:] }
        let rows = try query(
            """
            SELECT task, max(finished_at) FROM \(dialect.table("load_task"))
            WHERE outcome IN ('completed', 'partial') GROUP BY task
            """, [])
        var times: [String: Int64] = [:]
        while try rows.next() { times[rows.text(0) ?? ""] = rows.optionalTimestamp(1) }
        return times
    }
}
