import Domain

/// The differences in spelling between SQL databases. `SQLWarehouse` writes each statement once, with these words; the
/// texts are made when a warehouse is opened.
///
///     let postgres = SQLDialect.standard(tablePrefix: "reelhouse.", stagePrefix: "new_", parameter: { "$\($0)" })
///     postgres.table("movies")  // "reelhouse.movies"
public struct SQLDialect: Sendable {
    /// Builds the text of an expression from the text of another one.
    public typealias Spelling = @Sendable (_ expression: String) -> String

    /// The text before the name of a table: `main.`, or the schema's name and a dot.
    public var tablePrefix: String
    /// The text before the name of staged rows: `temp.new_`.
    public var stagePrefix: String
    /// The parameter with a number, from 1: `?1` or `$1`.
    public var parameter: @Sendable (Int) -> String
    /// The function that returns the least of its arguments.
    public var least = "least"
    /// The function that returns the greatest of its arguments.
    public var greatest = "greatest"
    /// A join whose left side is read first, if the planner can be told so.
    public var orderedJoin = "JOIN"
    /// Whether a subquery after `JOIN LATERAL` may name what stands before it.
    public var joinsLaterally = true
    /// The end of a subquery that the planner must not flatten into the outer query.
    public var asWritten = "OFFSET 0"
    /// Whether `(a, b) > (c, d)` compares column by column.
    public var comparesRows = true
    /// Converts a number to a 64-bit integer. A number with a fraction may be used only if the fraction is known to be
    /// 0.
    public var integer: Spelling = { "CAST(\($0) AS BIGINT)" }
    /// Converts a number to a double.
    public var real: Spelling = { "CAST(\($0) AS DOUBLE PRECISION)" }
    /// Cuts the fraction off a double, and converts it to a 64-bit integer.
    public var whole: Spelling = { "CAST(trunc(\($0)) AS BIGINT)" }
    /// Converts a date to days since 1970-01-01.
    public var dayNumber: Spelling = { "(\($0) - DATE '1970-01-01')" }
    /// Converts a timestamp from 1970 on to its UTC day, as days since 1970-01-01.
    public var dayNumberOfTimestamp: Spelling = { "((\($0) AT TIME ZONE 'UTC')::date - DATE '1970-01-01')" }
    /// Converts a timestamp from 1970 on to its UTC day, as a date.
    public var dateOfTimestamp: Spelling = { "(\($0) AT TIME ZONE 'UTC')::date" }
    /// The milliseconds from a timestamp to a later one.
    public var milliseconds: @Sendable (_ start: String, _ end: String) -> String = {
        "CAST(round(extract(epoch FROM \($1) - \($0)) * 1000) AS BIGINT)"
    }
    /// The year of a date.
    public var year: Spelling = { "CAST(extract(year FROM \($0)) AS BIGINT)" }
    /// The day before a date.
    public var dayBefore: Spelling = { "(\($0) - 1)" }
    /// A text that is ordered by its code points.
    public var byCodePoint: Spelling = { "\($0) COLLATE \"C\"" }
    /// A text of any length, as a key holds it: the text, or its hash where an index cannot hold a long text.
    public var textInKey: Spelling = { $0 }
    /// The length of a blob in bytes.
    public var byteLength: Spelling = { "length(\($0))" }
    /// Any value of a type. It takes the place of a null where the result no longer depends on it.
    public var placeholder: @Sendable (ColumnType) -> String = SQLDialect.standardPlaceholder
    /// Whether the database groups many rows without sorting them, so that a sum by group is best left to it.
    public var groupsByHash = true
    /// Whether the database knows how many rows a table has without reading all of it, or reads it very quickly.
    public var countsQuickly = false
    /// The text after a table's name that makes the planner use an index; empty where that is not possible.
    public var indexedBy: Spelling = { _ in "" }
    /// The text after a table's name that makes the planner use only the primary key; empty where that is not possible.
    public var notIndexed = ""
    /// The relation of a list of integers that is a statement's first parameter, for the name of its only column; nil
    /// where a list has to be staged.
    public var listParameter: (@Sendable (_ column: String) -> String)?

    /// How statements that are kept in files are spelled.
    public var query = QueryDialect(name: "sql")

    /// The condition on the staged rows that statements read; nil for all of them.
    var stagedCondition: String?

    /// A dialect of standard SQL. Where the standard has no spelling, it uses PostgreSQL's.
    public static func standard(
        tablePrefix: String, stagePrefix: String, parameter: @escaping @Sendable (Int) -> String
    ) -> SQLDialect {
        SQLDialect(tablePrefix: tablePrefix, stagePrefix: stagePrefix, parameter: parameter)
    }

    private init(tablePrefix: String, stagePrefix: String, parameter: @escaping @Sendable (Int) -> String) {
        self.tablePrefix = tablePrefix
        self.stagePrefix = stagePrefix
        self.parameter = parameter
    }

    private static func standardPlaceholder(_ type: ColumnType) -> String {
        switch type {
        case .integer, .real: "0"
        case .boolean: "FALSE"
        case .text: "''"
        case .date: "DATE '1970-01-01'"
        case .timestamp: "TIMESTAMPTZ '1970-01-01 00:00:00Z'"
        case .uuid: "UUID '00000000-0000-0000-0000-000000000000'"
        case .blob: "''::bytea"
        }
    }
}

extension SQLDialect {
    /// The full name of a stored table.
    public func table(_ name: String) -> String { tablePrefix + name }

    /// The full name of a stored table.
    func table(_ table: Table) -> String { tablePrefix + table.name }

    /// The relation of staged rows: their full name, or a subquery.
    public func staged(_ rows: StagedTable) -> String {
        let name = stagePrefix + rows.name
        return stagedCondition.map { "(SELECT * FROM \(name) WHERE \($0))" } ?? name
    }

    /// The relation of a list of integers in `SQLSession.query(_:list:as:)`.
    func list(_ table: Table) -> String {
        listParameter?(table.columns[0].name) ?? staged(StagedTable(table))
    }

    /// A join that looks up rows by a key, one after the other, for each row on its left. A planner that does not know how
    /// few rows are staged would read a whole table instead.
    ///
    /// - Parameters:
    ///   - rows: a table, or a subquery in parentheses.
    ///   - condition: which of its rows belong to the row on the left.
    ///   - keepsUnmatched: whether rows on the left without any stay, as in a left join.
    func lookup(_ rows: String, as alias: String, on condition: String, keepsUnmatched: Bool = false) -> String {
        let join = keepsUnmatched ? "LEFT JOIN" : joinsLaterally ? "JOIN" : orderedJoin
        guard joinsLaterally else { return "\(join) \(rows) AS \(alias) ON \(condition)" }
        return "\(join) LATERAL (SELECT * FROM \(rows) AS \(alias) WHERE \(condition) \(asWritten)) AS \(alias) ON TRUE"
    }

    /// Compares two lists of expressions column by column, from the first.
    ///
    /// - Parameter sign: `<` or `>`.
    func comparison(_ left: [String], _ sign: String, _ right: [String]) -> String {
        if comparesRows { return "(\(left.joined(separator: ", "))) \(sign) (\(right.joined(separator: ", ")))" }
        let terms = zip(left, right).enumerated().map { place, pair in
            let equal = zip(left, right).prefix(place).map { "\($0) = \($1)" }
            return (equal + ["\(pair.0) \(sign) \(pair.1)"]).joined(separator: " AND ")
        }
        return "(\(terms.joined(separator: " OR ")))"
    }
}

extension SQLDialect {
    /// A list of the parameters from 1 to `count`.
    func parameters(_ count: Int) -> String { (1...count).map(parameter).joined(separator: ", ") }
}
