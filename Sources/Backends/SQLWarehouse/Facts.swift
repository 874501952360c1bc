import Domain

/// The statements that insert events.
struct FactStatements {
    /// The time of the newest fact.
    let newest: String
    /// The ordinals of the staged events whose identity is stored already, with the content hash of the stored fact.
    let standing: String
    /// The part of the insert into `fact_user_event` after the table's name, for staged events.
    let insertFacts: String
    /// The part of the insert into `watch_history` after the table's name, for staged watch events.
    let insertWatches: String

    init(_ dialect: SQLDialect, _ enrichment: Enrichment) {
        let staged = dialect.staged(.events)
        newest = "SELECT max(event_time) FROM \(dialect.table("fact_user_event"))"
        standing = """
            SELECT new.ordinal, fact.content_hash FROM \(staged) AS new
            \(dialect.orderedJoin) \(dialect.table("fact_user_event")) AS fact
            ON fact.event_time = new.event_time AND fact.event_id = new.event_id
            """
        let names = BehaviourTables.facts.columns.map(\.name)
        let values = names.map {
            $0 == "days_since_release" ? enrichment.daysSinceRelease("new.event_time", "new.release_day") : "new.\($0)"
        }
        insertFacts = """
             (\(names.joined(separator: ", "))) SELECT \(values.joined(separator: ", ")) FROM \(staged) AS new
            """
        insertWatches = """
             (event_time, event_id, user_id, movie_id, watched_seconds)
            SELECT event_time, event_id, user_id, movie_id, seconds FROM \(staged)
            """
    }
}

extension SQLWarehouse {
    /// Inserts a group's events; see `Warehouse`. Stored identities are looked up first, so that the insert meets none.
    public func insertFacts(_ group: EventGroup) throws {
        defer { session.unstage(.events) }
        try markStanding(in: group)
        let accepted = group.accepted
        arrivals.add(accepted, of: group)
        try insert(accepted, of: group, into: BehaviourTables.facts, facts.insertFacts)
        let watches = accepted.filter { group.candidate(Int($0)).row.pointee.type == .watch }
        try insert(watches, of: group, into: BehaviourTables.watchHistory, facts.insertWatches)
        session.didInsertGroup()
    }

    private func insert(_ events: [UInt32], of group: EventGroup, into table: Table, _ rest: String) throws {
        if events.isEmpty { return }
        try session.stage(EventRows(group, order: events), as: .events)
        let inserted = try session.run(session.insertOfNewRows(into: table.name) + rest, [])
        try RowCounts(session).add(inserted, to: table)
    }

    /// Looks up which candidates are stored already. Those that are newer than all facts cannot be.
    private func markStanding(in group: EventGroup) throws {
        guard let newest = try session.timestamp(facts.newest) else { return }
        let looked = group.candidateCount(notAfter: newest)
        guard looked > 0 else { return }
        try session.stage(EventRows(group, order: Array(0..<UInt32(looked))), as: .events)
        let standing = try session.query(facts.standing, [])
        while try standing.next() {
            group.markStanding(
                candidate: Int(standing.integer(0)), contentHash: UInt64(bitPattern: standing.integer(1)))
        }
    }
}
