import Domain

/// Translates a filter of the quarantine to a SQL condition and its parameter values.
struct RejectedCondition {
    /// The condition after WHERE.
    private(set) var sql: String
    /// The values of the condition's parameters, from the first.
    private(set) var values: [RowValue] = []
    /// The expression of the run that cured a line.
    let curedRun: String
    /// The expression of the run that rejected a line last.
    let lastRun: String

    /// Translates a filter for a warehouse, whose schema may be of an older version.
    init(_ filter: RejectedFilter, _ database: any SQLDatabase) throws {
        let isKnown = try Quarantine(database).knowsCuredLines()
        let dialect = database.dialect
        curedRun = isKnown ? "cured_run_id" : "NULL"
        lastRun = isKnown ? "last_run_id" : "run_id"
        switch filter.state {
        case .open: sql = "\(curedRun) IS NULL"
        case .cured: sql = "\(curedRun) IS NOT NULL"
        case .all: sql = "TRUE"
        }
        if let rule = filter.rule { add("rule =", .text(rule), dialect) }
        if let source = filter.source { add("source =", .text(source), dialect) }
        if let id = filter.id { add("rejected_id =", .integer(id), dialect) }
        if let time = filter.foundBefore {
            add("\(lastRun) <=", .integer(try Self.lastRun(before: time, database)), dialect)
        }
    }

    private mutating func add(_ term: String, _ value: RowValue, _ dialect: SQLDialect) {
        values.append(value)
        sql += " AND \(term) \(dialect.parameter(values.count))"
    }

    /// The number of the last run before the first one that began at or after a time.
    private static func lastRun(before time: Int64, _ database: any SQLDatabase) throws -> Int64 {
        let runs = database.dialect.table("load_run")
        let first = try database.integer(
            "SELECT min(run_id) FROM \(runs) WHERE started_at >= \(database.dialect.parameter(1))", .timestamp(time))
        return try first.map { $0 - 1 } ?? database.integer("SELECT max(run_id) FROM \(runs)") ?? 0
    }
}
