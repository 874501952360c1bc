import Domain

/// A filter of the quarantine as the condition of a statement, with its values.
struct RejectedCondition {
    private enum Value {
        case text(String)
        case integer(Int64)
    }

    /// What stands after WHERE.
    private(set) var sql: String
    private var values: [Value] = []
    /// What gives the run that cured a line.
    let curedRun: String
    /// What gives the run that found a line last.
    let lastRun: String

    /// A filter's condition on the warehouse that a connection is to, which an older version may have left.
    init(_ filter: RejectedFilter, _ connection: Connection) throws {
        let isKnown = try connection.knowsCuredLines()
        curedRun = isKnown ? "cured_run_id" : "NULL"
        lastRun = isKnown ? "last_run_id" : "run_id"
        switch filter.state {
        case .open: sql = "\(curedRun) IS NULL"
        case .cured: sql = "\(curedRun) IS NOT NULL"
        case .all: sql = "TRUE"
        }
        if let rule = filter.rule { add("rule =", .text(rule)) }
        if let source = filter.source { add("source =", .text(source)) }
        if let id = filter.id { add("rejected_id =", .integer(id)) }
        if let time = filter.foundBefore {
            add("\(lastRun) <=", .integer(try Self.lastRun(before: time, connection)))
        }
    }

    private mutating func add(_ term: String, _ value: Value) {
        values.append(value)
        sql += " AND \(term) ?\(values.count)"
    }

    /// The last run of those that all began before a time.
    private static func lastRun(before time: Int64, _ connection: Connection) throws -> Int64 {
        let first = try connection.integer("SELECT min(run_id) FROM load_run WHERE started_at >= ?", time)
        return try first.map { $0 - 1 } ?? connection.integer("SELECT max(run_id) FROM load_run") ?? 0
    }

    /// Binds the values to a statement: they are its parameters from 1 to `count`.
    func bind(to statement: Statement) throws {
        for (index, value) in values.enumerated() {
            switch value {
            case .text(let text): try statement.bind(text, at: index + 1)
            case .integer(let integer): try statement.bind(integer, at: index + 1)
            }
        }
    }

    /// How many values there are.
    var count: Int { values.count }
}

extension Connection {
    /// Whether the warehouse notes which lines are cured: one that an older version left does not.
    func knowsCuredLines() throws -> Bool {
        try integer("SELECT count(*) FROM pragma_table_info('rejected_record') WHERE name = 'cured_run_id'") == 1
    }
}
