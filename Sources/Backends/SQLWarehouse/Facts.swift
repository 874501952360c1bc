import Domain

/// The events of a group that were inserted.
public struct InsertedFacts: Sendable {
    /// The indices of the group's candidates that are rows of `fact_user_event` now.
    public var accepted: [UInt32]
    /// How many of them are rows of `watch_history` too.
    public var watches: Int64

    /// Describes what was inserted.
    public init(accepted: [UInt32], watches: Int64) {
        self.accepted = accepted
        self.watches = watches
    }
}

/// The statements that insert events.
public struct FactStatements {
    /// The time of the newest fact.
    let newest: String
    /// The ordinals of the staged events whose identity is stored already, with the content hash of the stored fact.
    let standing: String
    /// The content hash of the fact of a time and an id.
    let contentHash: String
    /// The part of the insert into `fact_user_event` after the table's name, for staged events.
    public let insertFacts: String
    /// The part of the insert into `watch_history` after the table's name, for staged watch events.
    public let insertWatches: String

    /// The statements of a dialect.
    public init(_ dialect: SQLDialect) { self.init(dialect, Enrichment(dialect)) }

    init(_ dialect: SQLDialect, _ enrichment: Enrichment) {
        let staged = dialect.staged(.events)
        newest = "SELECT max(event_time) FROM \(dialect.table("fact_user_event"))"
        standing = """
            SELECT new.ordinal, fact.content_hash FROM \(staged) AS new
            \(dialect.orderedJoin) \(dialect.table("fact_user_event")) AS fact
            ON fact.event_time = new.event_time AND fact.event_id = new.event_id
            """
        contentHash = """
            SELECT content_hash FROM \(dialect.table("fact_user_event"))
            WHERE event_time = \(dialect.parameter(1)) AND event_id = \(dialect.parameter(2))
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
        let inserted = try session.insertFacts(group) ?? insertStagedFacts(group)
        arrivals.add(inserted.accepted, of: group)
        let counts = RowCounts(session)
        if !inserted.accepted.isEmpty { try counts.add(Int64(inserted.accepted.count), to: BehaviourTables.facts) }
        if inserted.watches > 0 { try counts.add(inserted.watches, to: BehaviourTables.watchHistory) }
        session.didInsertGroup()
    }

    /// Inserts a group's events by statements that read staged rows.
    private func insertStagedFacts(_ group: EventGroup) throws -> InsertedFacts {
        defer { session.unstage(.events) }
        try markStanding(in: group)
        let accepted = group.accepted
        try insert(accepted, of: group, into: BehaviourTables.facts, facts.insertFacts)
        let watches = accepted.filter { group.candidate(Int($0)).row.pointee.type == .watch }
        try insert(watches, of: group, into: BehaviourTables.watchHistory, facts.insertWatches)
        return InsertedFacts(accepted: accepted, watches: Int64(watches.count))
    }

    private func insert(_ events: [UInt32], of group: EventGroup, into table: Table, _ rest: String) throws {
        if events.isEmpty { return }
        try session.stage(EventRows(group, order: events), as: .events)
        try session.run(session.insertOfNewRows(into: table.name) + rest, [])
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
