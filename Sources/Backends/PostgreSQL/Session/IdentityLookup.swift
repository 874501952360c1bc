import Domain
import Schema

/// Events of one month whose identities are looked up in its table by its primary key.
struct IdentityLookup {
    /// The indices of the events in their group, one after the other.
    let candidates: Range<Int>
    /// The month.
    let month: Month
    /// Whether the month's table is no partition yet.
    let isApart: Bool

    /// Looks up events, and marks those that are stored in their group.
    static func mark(_ lookups: [IdentityLookup], of group: EventGroup, on connection: PostgresConnection) throws {
        for start in stride(from: 0, to: lookups.count, by: LoadedMonths.monthsAQuery) {
            let part = lookups[start..<min(start + LoadedMonths.monthsAQuery, lookups.count)]
            var (branches, values): ([String], [PostgresValue]) = ([], [])
            for lookup in part {
                branches.append(lookup.sql(schema: connection.location.schema, parameter: values.count + 1))
                values += lookup.values(group)
            }
            let rows = try connection.query(branches.joined(separator: "\nUNION ALL\n"), values)
            while try rows.next() {
                group.markStanding(
                    candidate: Int(rows.integer(0)), contentHash: UInt64(bitPattern: rows.integer(1)))
            }
        }
    }

    /// The query for the stored events: index in the group, and content hash. Its two parameters are the arrays of times
    /// and ids.
    ///
    /// `OFFSET 0` keeps the planner from joining the two in another way than by one look into the index a row: it knows
    /// nothing of the arrays, and would read the whole partition. The bounds let it leave out all other partitions.
    private func sql(schema: String, parameter: Int) -> String {
        let parent = BehaviourTables.facts.name
        let table = isApart ? MonthPartitions.name(of: month, table: parent) : parent
        return """
            SELECT new.ordinal + \(candidates.lowerBound - 1), stored.content_hash
            FROM unnest($\(parameter)::timestamptz[], $\(parameter + 1)::uuid[]) WITH ORDINALITY
                AS new(event_time, event_id, ordinal)
            CROSS JOIN LATERAL (SELECT fact.content_hash FROM \(PostgresLocation.quoted(schema)).\(table) AS fact
                WHERE fact.event_time = new.event_time AND fact.event_id = new.event_id
                AND fact.event_time >= '\(month.start)' AND fact.event_time < '\(month.next.start)' OFFSET 0) AS stored
            """
    }

    private func values(_ group: EventGroup) -> [PostgresValue] {
        let rows = candidates.map { group.candidate($0).row }
        return [
            .timestamps(rows.map(\.pointee.time)),
            .uuids(high: rows.map(\.pointee.idHigh), low: rows.map(\.pointee.idLow)),
        ]
    }
}
