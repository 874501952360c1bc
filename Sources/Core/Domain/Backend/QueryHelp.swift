/// What the command says of a database's own SQL: in the hints of wrong queries and in the data dictionary.
public struct QueryHelp: Sendable {
    /// A view of the schema with its columns.
    public struct View: Sendable {
        /// The name of the view.
        public let name: String
        /// The names of the columns, in order.
        public let columns: [String]

        /// A view with its columns.
        public init(name: String, columns: [String]) {
            self.name = name
            self.columns = columns
        }
    }

    /// The database's name: `SQLite`.
    public var database: String
    /// The address of the page that documents its SELECT.
    public var syntax: String
    /// How to change data in spite of `query`, in a sentence.
    public var changes: String
    /// How to query other files or databases together with the warehouse, in a sentence.
    public var otherData: String
    /// The database's own type for a column of a name and a type: `INTEGER`.
    public var storedType: @Sendable (_ name: String, _ type: ColumnType) -> String
    /// The views of the newest schema, in the order of their creation. No warehouse is needed.
    public var views: @Sendable () throws -> [View]

    /// What the command says of a database's own SQL.
    public init(
        database: String, syntax: String, changes: String, otherData: String,
        storedType: @escaping @Sendable (_ name: String, _ type: ColumnType) -> String,
        views: @escaping @Sendable () throws -> [View]
    ) {
        self.database = database
        self.syntax = syntax
        self.changes = changes
        self.otherData = otherData
        self.storedType = storedType
        self.views = views
    }
}
