import Domain

/// The words in which a database spells what all SQL databases can do. Statements are written once, with a dialect; a
/// statement's text is made once a warehouse is opened, and kept.
///
///     let postgres = SQLDialect.standard(tablePrefix: "reelhouse.", stagePrefix: "new_", parameter: { "$\($0)" })
public struct SQLDialect: Sendable {
    /// Spells something that is made of an expression.
    public typealias Spelling = @Sendable (_ expression: String) -> String

    /// What stands before the name of a table: `main.`, or the schema's name and a dot.
    public var tablePrefix: String
    /// What stands before the name of staged rows: `temp.new_`.
    public var stagePrefix: String
    /// The parameter of a number, from 1: `?1` or `$1`.
    public var parameter: @Sendable (Int) -> String
    /// The function that gives the least of its arguments.
    public var least = "least"
    /// The function that gives the greatest of its arguments.
    public var greatest = "greatest"
    /// A join of which the left side is to be read first, where the planner can be told so.
    public var orderedJoin = "JOIN"
    /// The end of a subquery that is to be computed as it is written, and gives all its rows.
    public var asWritten = "OFFSET 0"
    /// Whether `(a, b) > (c, d)` compares column by column.
    public var comparesRows = true
    /// A number as a 64-bit integer; one with a fraction only where it is known to have none.
    public var integer: Spelling = { "CAST(\($0) AS BIGINT)" }
    /// A number as a double.
    public var real: Spelling = { "CAST(\($0) AS DOUBLE PRECISION)" }
    /// A double without its fraction, as a 64-bit integer.
    public var whole: Spelling = { "CAST(trunc(\($0)) AS BIGINT)" }
    /// A date as days since 1970-01-01.
    public var dayNumber: Spelling = { "(\($0) - DATE '1970-01-01')" }
    /// The UTC day of a timestamp from 1970 on, as days since 1970-01-01.
    public var dayNumberOfTimestamp: Spelling = { "((\($0) AT TIME ZONE 'UTC')::date - DATE '1970-01-01')" }
    /// The year of a date.
    public var year: Spelling = { "CAST(extract(year FROM \($0)) AS BIGINT)" }
    /// The date before a date.
    public var dayBefore: Spelling = { "(\($0) - 1)" }
    /// Text, to be ordered by its code points.
    public var byCodePoint: Spelling = { "\($0) COLLATE \"C\"" }
    /// Text of any length as it stands in a key: itself, or its hash where an index cannot hold it.
    public var textInKey: Spelling = { $0 }
    /// How many bytes a blob has.
    public var byteLength: Spelling = { "length(\($0))" }
    /// Some value of a type: it stands in the place of a null where the null is already decided on.
    public var placeholder: @Sendable (ColumnType) -> String = SQLDialect.standardPlaceholder
    /// What follows a table's name where an index is to be used; nothing where the planner cannot be told so.
    public var indexedBy: Spelling = { _ in "" }
    /// What follows a table's name where only its key is to be used; nothing where the planner cannot be told so.
    public var notIndexed = ""

    /// A dialect of standard SQL, in PostgreSQL's spelling where the standard has none.
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
    /// The name of a stored table.
    public func table(_ name: String) -> String { tablePrefix + name }

    /// The name of a stored table.
    func table(_ table: Table) -> String { tablePrefix + table.name }

    /// The name of staged rows.
    public func staged(_ rows: StagedTable) -> String { stagePrefix + rows.name }

    /// Compares two lists of expressions, the first of which decides first.
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
    /// The parameters from 1 to a number, as a list.
    func parameters(_ count: Int) -> String { (1...count).map(parameter).joined(separator: ", ") }
}
