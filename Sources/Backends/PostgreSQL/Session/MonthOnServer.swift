import Schema

/// How a month stands on the server, and what to do where its events cannot be loaded.
struct MonthOnServer: Equatable {
    let month: Month
    let state: MonthState
    /// The partitioned tables that have no partition for it.
    let tables: [String]
    /// The qualified and quoted name of what is in the way, when it is `taken` or `overlapped`.
    let relation: String

    /// Whether neither table has a partition, and both may get one.
    var isAbsent: Bool { state == .absent && tables.count == MonthPartitions.tables.count }
    /// The tables that lack a partition which another table has; nil for any other month.
    var tablesToAdd: [String]? { state == .absent && !isAbsent ? tables : nil }

    /// What is wrong, and why it matters.
    var fault: String {
        let name = month.firstDay.prefix(month.firstDay.utf8.count - 3)
        let partitions = tables.map { MonthPartitions.name(of: month, table: $0) }.joined(separator: ", ")
        switch state {
        case .attached, .absent: return "The month \(name) has what it needs"
        case .detached:
            return
                "The month \(name) is detached (\(partitions)), so it is not known whether the event was loaded before"
        case .taken:
            return "The month \(name) cannot be made, since the name \(relation) belongs to something else"
        case .overlapped:
            return "The month \(name) cannot be used, since the partition \(relation) covers only a part of it"
        }
    }

    /// What to do, for the schema's quoted name.
    func remedy(in schema: String) -> String {
        switch state {
        case .attached, .absent: return ""
        case .detached:
            let attach = tables.map { table in
                MonthPartitions.attach(month, to: table, in: schema).split(separator: "\n").joined(separator: " ")
            }
            return "Attach it again (\(attach.joined(separator: "; ")))"
        case .taken: return "Rename it (ALTER … \(relation) RENAME TO …)"
        case .overlapped:
            return "Detach it (ALTER TABLE \(schema).\(tables.first ?? "") DETACH PARTITION \(relation)), or attach "
                + "partitions for the rest of the month"
        }
    }

    /// The message of an event that goes to quarantine.
    func message(in schema: String) -> String {
        "\(fault). \(remedy(in: schema)), then run `reelhouse quarantine retry`"
    }
}

extension PostgresConnection {
    /// How months stand.
    func months(_ months: [Month]) throws(PostgresError) -> [Month: MonthOnServer] {
        if months.isEmpty { return [:] }
        let found = try readMonths(MonthPartitions.states(of: months.sorted(), in: quotedSchema))
        return Dictionary(found.map { ($0.month, $0) }) { first, _ in first }
    }

    /// The months that events may not be loaded into.
    func unusableMonths() throws(PostgresError) -> [MonthOnServer] {
        try readMonths(MonthPartitions.statesOfAll(in: quotedSchema)).filter {
            $0.state != .attached && $0.state != .absent
        }
    }

    private var quotedSchema: String { PostgresLocation.quoted(location.schema) }

    private func readMonths(_ sql: String) throws(PostgresError) -> [MonthOnServer] {
        let rows = try query(sql)
        var months: [MonthOnServer] = []
        while try rows.next() {
            let numbers = (rows.text(0) ?? "").split(separator: "-").compactMap { Int($0) }
            guard numbers.count == 3, let state = rows.text(1).flatMap(MonthState.init(rawValue:)) else { continue }
            let tables = (rows.text(2) ?? "").split(separator: ",").map { String($0) }
            months.append(
                MonthOnServer(
                    month: Month(year: numbers[0], number: numbers[1]), state: state, tables: tables,
                    relation: rows.text(3) ?? ""))
        }
        return months
    }
}
