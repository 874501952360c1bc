import Domain
import SQLWarehouse

extension SQLDialect {
    /// SQLite's dialect. Times are integers, dates texts, booleans 0 and 1, UUIDs blobs.
    static let sqlite: SQLDialect = {
        // Staged rows are in the connection's `temp` schema, so no object in the file can replace them.
        var dialect = SQLDialect.standard(tablePrefix: "main.", stagePrefix: "temp.new_", parameter: { "?\($0)" })
        dialect.least = "min"
        dialect.greatest = "max"
        dialect.orderedJoin = "CROSS JOIN"
        dialect.joinsLaterally = false
        dialect.asWritten = "LIMIT -1"
        dialect.integer = { "CAST(\($0) AS INTEGER)" }
        dialect.real = { "CAST(\($0) AS REAL)" }
        dialect.whole = { "CAST(\($0) AS INTEGER)" }
        dialect.dayNumber = { "CAST(julianday(\($0)) - 2440587.5 AS INTEGER)" }
        dialect.dayNumberOfTimestamp = { "\($0) / \(CivilDate.millisecondsPerDay)" }
        dialect.dateOfTimestamp = { "date(\($0) / 1000, 'unixepoch')" }
        dialect.milliseconds = { "(\($1) - \($0))" }
        dialect.year = { "CAST(substr(\($0), 1, 4) AS INTEGER)" }
        dialect.dayBefore = { "date(\($0), '-1 day')" }
        dialect.byCodePoint = { $0 }
        dialect.placeholder = { type in
            switch type {
            case .integer, .real, .boolean, .timestamp: "0"
            case .text, .date: "''"
            case .uuid, .blob: "x''"
            }
        }
        dialect.groupsByHash = false
        dialect.countsQuickly = true
        dialect.indexedBy = { "INDEXED BY \($0)" }
        dialect.notIndexed = "NOT INDEXED"
        dialect.query = QueryDialect(
            name: "sqlite", time: { "\($0)" }, duration: { "\($0)" },
            timeText: { "strftime('%Y-%m-%dT%H:%M:%fZ', (\($0)) / 1000.0, 'unixepoch')" },
            idText: { id in
                let digits = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)].map { "substr(hex(\(id)), \($0), \($1))" }
                return "lower(\(digits.joined(separator: " || '-' || ")))"
            },
            day: { "date((\($0)) / 1000, 'unixepoch')" })
        return dialect
    }()
}
