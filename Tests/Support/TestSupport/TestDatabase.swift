/// A database that a test reads and changes with the database's own program or library, without the project's code.
/// Tests that use this protocol write SQL that both SQLite and PostgreSQL understand.
public protocol TestDatabase: AnyObject {
    /// The rows of a query. Each row is the text of its columns with `|` between them, and `NULL` for null.
    func rows(_ sql: String) throws -> [String]
    /// Runs statements, which are separated by semicolons.
    func execute(_ sql: String) throws
    /// The sorted names of the warehouse's tables, without views and without the database's own tables.
    func tables() throws -> [String]
    /// The definitions of everything in the warehouse's schema, in any form and order.
    func definitions() throws -> [String]
    /// The rows of a table, or of a subquery with a name, as `column=literal` for all columns except `left`. Two rows
    /// have the same text only if they are equal.
    func literals(of table: String, without left: [String]) throws -> [String]
    /// The SQL literal of bytes.
    func literal(_ bytes: [UInt8]) -> String
    /// The SQL literal of a time, given as milliseconds since 1970.
    func literal(time: Int64) -> String
}

extension TestDatabase {
    /// The rows of a table, each as `column=literal` for all columns.
    public func literals(of table: String) throws -> [String] { try literals(of: table, without: []) }

    /// Everything that can be read of the warehouse: the definitions, and the rows of all tables, including the
    /// loader's own.
    public func everything() throws -> [String] {
        try definitions().sorted()
            + tables().flatMap { name in try literals(of: name).sorted().map { "\(name) \($0)" } }
    }

    /// The first column of the first row as an integer; 0 when there is no row.
    public func integer(_ sql: String) throws -> Int64 { Int64(try rows(sql).first ?? "") ?? 0 }
}

/// An error of a database.
public struct DatabaseFailure: Error {
    /// The database's message.
    public var message: String

    /// Creates an error.
    public init(message: String) { self.message = message }
}
