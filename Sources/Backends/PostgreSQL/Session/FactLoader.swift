import Domain
import SQLWarehouse
import Schema

/// Loads groups of events into `fact_user_event` and `watch_history`.
///
/// For each group:
/// 1. The months of the events are made where they are missing. Events of months that are detached
///    or cannot be made are refused.
/// 2. Events that are not newer than the newest one of their month are looked up. Those that are stored already are
///    marked as such in the group.
/// 3. The others are copied by COPY into the parent tables, or into the tables of months that this transaction has made
///    (`LoadedMonths.Place.apart`). As long as those have no index, the identities in them are kept in memory.
/// 4. When the server refuses a row, the COPY is undone by a savepoint, and `RefusedEvents` finds the refused rows.
struct FactLoader {
    /// The most identities that are kept in memory, some 40 bytes each. With more, tables apart get their keys.
    static let recentLimit = 700_000

    /// How many events were inserted since the planner's statistics were updated.
    var insertedSinceAnalysis: Int64 = 0

    private let connection: PostgresConnection
    private let refusals: RefusedEvents
    private var months: LoadedMonths
    private var recent = RecentIdentities()

    init(_ connection: PostgresConnection, _ settings: TransactionSettings, _ dialect: SQLDialect) {
        self.connection = connection
        refusals = RefusedEvents(connection, FactStatements(dialect))
        months = LoadedMonths(connection, settings)
    }

    // MARK: Transactions

    /// Called when the writer's place was taken.
    ///
    /// - Parameter commits: whether anything will be committed in it.
    mutating func didTakePlace(commits: Bool) {
        months.forgetAll()
        months.mayCommitApart = commits
    }

    /// Makes the parents complete: called before other statements use them, and before the commit.
    mutating func attachMonths() throws {
        try months.attach()
        recent.removeAll()
    }

    /// The transaction has ended.
    mutating func didEnd(committed: Bool) {
        months.didEnd(committed: committed)
        recent.removeAll()
    }

    // MARK: A group

    /// Inserts a group's events.
    mutating func insert(_ group: EventGroup, staging: inout StagingTables) throws -> InsertedFacts {
        let ranges = group.monthRanges()
        try prepare(ranges, of: group)
        try markStored(ranges, of: group)
        let accepted = group.accepted
        let inserted: InsertedFacts
        if let watches = try copy(targets(accepted, ranges), of: group) {
            inserted = InsertedFacts(accepted: accepted, watches: watches)
        } else {
            // A month may have been detached since it was looked at.
            months.forgetAttached()
            try prepare(ranges, of: group)
            try refusals.insert(targets(group.accepted, ranges), of: group, staging: &staging)
            inserted = noteInserted(targets(group.accepted, ranges), of: group)
        }
        try didInsert(inserted.accepted, of: group, ranges)
        return inserted
    }

    /// Makes the months, and refuses the events of those that cannot be used.
    private mutating func prepare(_ ranges: [MonthRange], of group: EventGroup) throws {
        let unusable = try months.prepare(ranges.map(\.month))
        if unusable.isEmpty { return }
        for range in ranges {
            guard let month = unusable[range.month] else { continue }
            let message = month.message(in: PostgresLocation.quoted(connection.location.schema))
            for candidate in range.candidates { group.refuse(candidate: candidate, message: message) }
        }
    }

    /// Copies events, and notes their identities where they have to be known.
    ///
    /// - Returns: how many of them are watch events; nil when the server refused a row, and nothing is copied.
    private mutating func copy(_ targets: [FactTarget], of group: EventGroup) throws -> Int64? {
        let copy = FactCopy(connection, group)
        let known = recent.count
        var watches: Int64 = 0
        try connection.execute("SAVEPOINT facts")
        do throws(PostgresError) {
            for target in targets {
                let isNoted = isNoted(target)
                // What is done for each row here is done while the server stores the rows before it.
                var watched: [UInt32] = []
                try copy.copyFacts(target.candidates, into: target.facts) { candidate, row in
                    if row.pointee.type == .watch { watched.append(candidate) }
                    if isNoted { recent.add(row) }
                }
                try copy.copyWatches(watched, into: target.watches)
                watches += Int64(watched.count)
            }
        } catch {
            guard RefusedEvents.isRefusal(error) || error.areRowsLeftOut else { throw error }
            try connection.execute("ROLLBACK TO SAVEPOINT facts; RELEASE SAVEPOINT facts")
            recent.removeLast(to: known)
            return nil
        }
        try connection.execute("RELEASE SAVEPOINT facts")
        return watches
    }

    /// Whether the identities of a table's events are kept in memory.
    private func isNoted(_ target: FactTarget) -> Bool {
        target.month.map { months.place(of: $0) } == .apart(isIndexed: false)
    }

    /// Notes the identities of events that were inserted in another way than by `copy`.
    private mutating func noteInserted(_ targets: [FactTarget], of group: EventGroup) -> InsertedFacts {
        var inserted = InsertedFacts(accepted: group.accepted, watches: 0)
        for target in targets {
            for candidate in target.candidates {
                let row = group.candidate(Int(candidate)).row
                if row.pointee.type == .watch { inserted.watches += 1 }
                if isNoted(target) { recent.add(row) }
            }
        }
        return inserted
    }

    /// The tables that accepted events go to.
    ///
    /// - Parameter accepted: their indices in the group, in order.
    private func targets(_ accepted: [UInt32], _ ranges: [MonthRange]) -> [FactTarget] {
        var (targets, attached): ([FactTarget], [UInt32]) = ([], [])
        var start = 0
        for range in ranges {
            let end = accepted[start...].partitioningIndex { $0 >= range.candidates.upperBound }
            if months.place(of: range.month) == .attached {
                attached += accepted[start..<end]
            } else if start < end {
                targets.append(FactTarget(month: range.month, candidates: Array(accepted[start..<end])))
            }
            start = end
        }
        return attached.isEmpty ? targets : targets + [FactTarget(month: nil, candidates: attached)]
    }

    /// Notes the newest events of the months, and gives tables apart their keys when too many identities are in memory.
    ///
    /// - Parameter accepted: the indices of the inserted events, in order.
    private mutating func didInsert(_ accepted: [UInt32], of group: EventGroup, _ ranges: [MonthRange]) throws {
        insertedSinceAnalysis += Int64(accepted.count)
        var start = 0
        for range in ranges {
            let end = accepted[start...].partitioningIndex { $0 >= range.candidates.upperBound }
            if end > start {
                let newest = group.candidate(Int(accepted[end - 1])).row.pointee.time
                months.didInsert(into: range.month, newest: newest)
            }
            start = end
        }
        if recent.count > Self.recentLimit {
            try months.addKeys()
            recent.removeAll()
        }
    }

    // MARK: Stored identities

    /// Marks the events that are stored already. Those that are newer than all of their month cannot be.
    private func markStored(_ ranges: [MonthRange], of group: EventGroup) throws {
        var lookups: [IdentityLookup] = []
        for range in ranges {
            let end = min(group.candidateCount(notAfter: months.newest(of: range.month)), range.candidates.upperBound)
            guard end > range.candidates.lowerBound else { continue }
            let candidates = range.candidates.lowerBound..<end
            switch months.place(of: range.month) {
            case .attached: lookups.append(IdentityLookup(candidates: candidates, month: range.month, isApart: false))
            case .apart(isIndexed: true):
                lookups.append(IdentityLookup(candidates: candidates, month: range.month, isApart: true))
            case .apart(isIndexed: false):
                for candidate in candidates {
                    let row = group.candidate(candidate).row
                    if let hash = recent.contentHash(of: row) {
                        group.markStanding(candidate: candidate, contentHash: hash)
                    }
                }
            }
        }
        try IdentityLookup.mark(lookups, of: group, on: connection)
    }
}

/// The tables that some events of a group go to.
struct FactTarget {
    /// The month, for the tables of a month that is not attached; nil for the parents.
    let month: Month?
    /// The indices of the events in the group.
    let candidates: [UInt32]

    /// The table that takes their rows of `fact_user_event`.
    var facts: String { name(BehaviourTables.facts.name) }
    /// The table that takes their rows of `watch_history`.
    var watches: String { name(BehaviourTables.watchHistory.name) }

    private func name(_ parent: String) -> String {
        month.map { MonthPartitions.name(of: $0, table: parent) } ?? parent
    }
}

extension RecentIdentities {
    fileprivate mutating func add(_ row: UnsafeMutablePointer<EventRow>) {
        add(
            time: row.pointee.time, idHigh: row.pointee.idHigh, idLow: row.pointee.idLow,
            contentHash: row.pointee.contentHash)
    }

    fileprivate func contentHash(of row: UnsafeMutablePointer<EventRow>) -> UInt64? {
        contentHash(time: row.pointee.time, idHigh: row.pointee.idHigh, idLow: row.pointee.idLow)
    }
}

extension ArraySlice {
    /// The index of the first element that a condition holds for, where it holds for all elements after that one.
    fileprivate func partitioningIndex(where condition: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if condition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
