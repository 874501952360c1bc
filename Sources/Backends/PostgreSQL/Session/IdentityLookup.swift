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
    /// and ids as text.
    ///
    /// `OFFSET 0` keeps the planner from joining the two in another way than by one look into the index a row: it knows
    /// nothing of the arrays, and would read the whole partition. The bounds let it leave out all other partitions.
    private func sql(schema: String, parameter: Int) -> String {
        let parent = BehaviourTables.facts.name
        let table = isApart ? MonthPartitions.name(of: month, table: parent) : parent
        return """
            SELECT new.place + \(candidates.lowerBound - 1), stored.content_hash
            FROM unnest($\(parameter)::text::bigint[], $\(parameter + 1)::text::uuid[]) WITH ORDINALITY
                AS new(milliseconds, id, place)
            CROSS JOIN LATERAL (SELECT fact.content_hash FROM \(PostgresLocation.quoted(schema)).\(table) AS fact
                WHERE fact.event_time = timestamptz 'epoch' + new.milliseconds * interval '1 millisecond'
                AND fact.event_id = new.id
                AND fact.event_time >= '\(month.start)' AND fact.event_time < '\(month.next.start)' OFFSET 0) AS stored
            """
    }

    private func values(_ group: EventGroup) -> [PostgresValue] {
        var (times, ids): ([UInt8], [UInt8]) = ([], [])
        times.reserveCapacity(candidates.count * 14 + 2)
        ids.reserveCapacity(candidates.count * 33 + 2)
        for candidate in candidates {
            let row = group.candidate(candidate).row
            let mark = candidate == candidates.lowerBound ? UInt8(ascii: "{") : UInt8(ascii: ",")
            times.append(mark)
            times.append(contentsOf: String(row.pointee.time).utf8)
            ids.append(mark)
            ids.appendDigits(of: row.pointee.idHigh)
            ids.appendDigits(of: row.pointee.idLow)
        }
        times.append(UInt8(ascii: "}"))
        ids.append(UInt8(ascii: "}"))
        return [.text(String(decoding: times, as: UTF8.self)), .text(String(decoding: ids, as: UTF8.self))]
    }
}

extension [UInt8] {
    /// Appends the 16 hexadecimal digits of a word.
    fileprivate mutating func appendDigits(of word: UInt64) {
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15
            append(digit < 10 ? digit + 0x30 : digit + 0x57)
        }
    }
}
