import Domain

/// What it means that a check finds rows.
public enum CheckLevel: String, Sendable, CaseIterable {
    /// Something is wrong: the checking fails.
    case error
    /// Somebody should look at it.
    case warn
}

/// A check of a warehouse: a query that gives the rows that are wrong.
public struct Check: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// What it means that it finds rows.
    public var level = CheckLevel.error
    /// Whether it reads so much that `--quick` leaves it out.
    public var isSlow = false
    /// The tables, or columns as `table.column`, without which it is skipped.
    public var needs: [String] = []
    /// What a row means and what to do, in sentences.
    public var meaning = ""
    /// The file that declares it.
    public var file: String
    /// The line of its name in that file, from 1.
    public var line: Int
    /// Its queries with the lines on which they begin: one for every database under the name "", or one for each.
    public var queries: [String: Query] = [:]

    /// A query in a file.
    public struct Query: Sendable, Equatable {
        /// The line on which it begins.
        public var line: Int
        /// The query.
        public var statement: CheckStatement
    }

    /// A check without a query yet.
    public init(name: String, file: String, line: Int) {
        self.name = name
        self.file = file
        self.line = line
    }

    /// The query for a database; nil when there is none for it.
    public func query(for dialect: QueryDialect) -> Query? { queries[dialect.name] ?? queries[""] }
}

/// A number that the queries of checks name, and that a user may set.
public struct CheckParameter: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Its value.
    public var value: CheckValue
    /// What it says.
    public var meaning: String

    /// A parameter.
    public init(name: String, value: CheckValue, meaning: String) {
        self.name = name
        self.value = value
        self.meaning = meaning
    }
}
