/// A database as a test looks at it and changes it: by the database's own program or library, without any of the
/// project's code. Tests that are written against it use SQL that SQLite and PostgreSQL read alike.
public protocol TestDatabase: AnyObject {
    /// The rows of a query, each as the text of its columns with `|` between them, and `NULL` for null.
    func rows(_ sql: String) throws -> [String]
    /// Runs statements, separated by semicolons.
    func execute(_ sql: String) throws
    /// The names of the warehouse's tables, sorted; without views and the database's own tables.
    func tables() throws -> [String]
    /// The definitions of all that is in the warehouse's schema, in any form and order.
    func definitions() throws -> [String]
    /// The rows of a table (or of a subquery with a name of its own), each as `column=literal` for all columns but
    /// some. Equal rows have equal texts, and others have others.
    func literals(of table: String, without left: [String]) throws -> [String]
    /// The SQL literal of bytes.
    func literal(_ bytes: [UInt8]) -> String
    /// The SQL literal of a time, given as milliseconds since 1970.
    func literal(time: Int64) -> String
}

extension TestDatabase {
    /// The rows of a table, each as `column=literal` for all columns.
    public func literals(of table: String) throws -> [String] { try literals(of: table, without: []) }

    /// Whatever can be read of the warehouse: its definitions and the rows of all tables, the loader's own too.
    public func everything() throws -> [String] {
        try definitions() + tables().flatMap { name in try literals(of: name).sorted().map { "\(name) \($0)" } }
    }

    /// The first column of the first row, as an integer; 0 when there is none.
    public func integer(_ sql: String) throws -> Int64 { Int64(try rows(sql).first ?? "") ?? 0 }
}

/// What a database said when it refused.
public struct DatabaseFailure: Error {
    /// Its words.
    public var message: String

    /// A failure.
    public init(message: String) { self.message = message }
}
