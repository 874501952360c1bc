import Domain

/// How many events of each type a warehouse has, the most frequent first.
///
/// They are the sums of the mart `site_daily`, which is summed in the transaction that inserts the events, so that no event
/// is looked at. Types without a column of their own there come last, together, as "other". A warehouse of an older version has
/// no such mart, or has it empty until its next run: there the events are counted.
struct EventCounts {
    /// What the types without a column are called together.
    static let other = "other"

    /// The counts; types without an event are not among them.
    let types: [(name: String, count: Int64)]

    init(_ reader: any WarehouseReader) throws {
        types = try reader.atOneMoment { try Self.ofMart(reader) ?? Self.ofFacts(reader) }
    }

    /// The sums of the mart; nil where it has none.
    private static func ofMart(_ reader: any WarehouseReader) throws -> [(name: String, count: Int64)]? {
        guard try reader.columnNames(of: MartTables.siteDaily.name).contains("events") else { return nil }
        let columns = ["events"] + MartTables.counters.map(\.column)
        let sums = columns.map { "CAST(sum(\($0)) AS BIGINT)" }.joined(separator: ", ")
        var counts: [Int64] = []
        try reader.query("SELECT \(sums) FROM \(MartTables.siteDaily.name)", header: { _ in }) { row in
            counts = row.compactMap(count)
        }
        guard counts.count == columns.count, let all = counts.first else { return nil }
        let own = zip(MartTables.counters.map(\.type.name), counts.dropFirst()).map { (name: $0, count: $1) }
        let rest = (name: other, count: all - own.reduce(0) { $0 + $1.count })
        return (sorted(own) + [rest]).filter { $0.count > 0 }
    }

    private static func ofFacts(_ reader: any WarehouseReader) throws -> [(name: String, count: Int64)] {
        var types: [(name: String, count: Int64)] = []
        try reader.query(
            "SELECT event_type, count(*) FROM fact_user_event GROUP BY event_type", header: { _ in }
        ) { row in
            if case .text(let name) = row[0], let count = count(row[1]) { types.append((name, count)) }
        }
        return sorted(types)
    }

    private static func sorted(_ types: [(name: String, count: Int64)]) -> [(name: String, count: Int64)] {
        types.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }

    /// An integer of a row; nil where it is null.
    private static func count(_ value: QueryValue) -> Int64? {
        switch value {
        case .integer(let integer): integer
        case .decimal(let digits): Int64(digits)
        default: nil
        }
    }
}
