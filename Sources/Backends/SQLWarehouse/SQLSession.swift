import Domain
import Schema

/// The rows of a query's result, read one after the other.
///
///     let rows = try database.query("SELECT movie_id, title FROM movies", [])
///     while try rows.next() { print(rows.integer(0), rows.text(1) ?? "") }
///
/// Columns are numbered from 0. The accessor must fit the column's type. For a null it returns 0, false, no bytes or
/// nil.
public protocol SQLRows: AnyObject {
    /// Moves to the next row; false after the last one.
    func next() throws -> Bool
    /// Whether a column's value is null.
    func isNull(_ column: Int) -> Bool
    /// The value as an integer of any width.
    func integer(_ column: Int) -> Int64
    /// The value as a double.
    func real(_ column: Int) -> Double
    /// The value as a boolean.
    func boolean(_ column: Int) -> Bool
    /// The value as days since 1970-01-01; nil for a null and for a text that is not a date.
    func date(_ column: Int) -> Int32?
    /// The value as a timestamp in milliseconds since 1970.
    func timestamp(_ column: Int) -> Int64
    /// The higher and lower 8 bytes of a UUID.
    func uuid(_ column: Int) -> (high: UInt64, low: UInt64)
    /// The bytes of a blob, or of a text in UTF-8; valid until the next row.
    func bytes(_ column: Int) -> UnsafeRawBufferPointer
}

extension SQLRows {
    /// The value as text; nil for a null.
    func text(_ column: Int) -> String? { isNull(column) ? nil : String(decoding: bytes(column), as: UTF8.self) }
    /// The value as an integer; nil for a null.
    func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
    /// The value as a timestamp; nil for a null.
    func optionalTimestamp(_ column: Int) -> Int64? { isNull(column) ? nil : timestamp(column) }
}

/// A database that answers queries: what the sessions of a reader and of a writer have in common. It is used by one
/// thread at a time.
public protocol SQLDatabase: AnyObject {
    /// The location without its password.
    var location: String { get }
    /// The database's dialect.
    var dialect: SQLDialect { get }
    /// The migrations that this program knows, in order.
    var migrations: [Schema.Migration] { get }

    /// Runs a query. The database may keep the compiled statement for the next use of the same text.
    ///
    /// - Parameter values: the values of the parameters, from the first.
    func query(_ sql: String, _ values: [RowValue]) throws -> any SQLRows
    /// The names of a table's columns; none when there is no such table.
    func columns(of table: String) throws -> Set<String>
    /// The declared indexes that exist.
    func declaredIndexes() throws -> [TableIndex]
}

extension SQLDatabase {
    /// The first column of the first row as an integer; nil for a null, and when there is no row.
    func integer(_ sql: String, _ values: RowValue...) throws -> Int64? {
        let rows = try query(sql, values)
        return try rows.next() ? rows.optionalInteger(0) : nil
    }

    /// The first column of the first row as a boolean.
    func boolean(_ sql: String, _ values: RowValue...) throws -> Bool {
        let rows = try query(sql, values)
        return try rows.next() && rows.boolean(0)
    }

    /// The first column of the first row as a timestamp; nil for a null, and when there is no row.
    func timestamp(_ sql: String, _ values: RowValue...) throws -> Int64? {
        let rows = try query(sql, values)
        return try rows.next() ? rows.optionalTimestamp(0) : nil
    }
}

/// The connection of a warehouse's writer. A database implements it; `SQLWarehouse` adds all rules on top.
public protocol SQLSession: SQLDatabase {
    // MARK: Statements

    /// Runs a statement.
    ///
    /// - Returns: how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: [RowValue]) throws -> Int64
    /// Runs the statements of a script, which are separated by semicolons.
    func runScript(_ sql: String) throws
    /// Makes rows readable as `dialect.staged(table)`, until other rows are staged under the same name or `unstage` is
    /// called. The rows have the table's columns in its order. A database may read the rows in place or copy them.
    func stage(_ rows: RowSource, as table: StagedTable) throws
    /// Releases staged rows.
    func unstage(_ table: StagedTable)
    /// Runs a query on a list of integers, which it reads as `dialect.list(table)`. By default, the list is staged.
    func query(_ sql: String, list: [Int64], as table: Table) throws -> any SQLRows
    /// The start of an INSERT whose rows have no stored key: `INSERT INTO` and the table's name, or a faster form if
    /// the database has one.
    func insertOfNewRows(into table: String) throws -> String
    /// Inserts a group's events into `fact_user_event` and `watch_history` in a way that only this database has. It
    /// notes in the group which events are stored already and which ones the database refuses.
    ///
    /// - Returns: what was inserted; nil when the database has no such way, so that the rows are to be staged and
    ///   inserted by statements. That is the default.
    func insertFacts(_ group: EventGroup) throws -> InsertedFacts?
    /// Called before a statement that reads or changes `fact_user_event` or `watch_history` and is not part of
    /// `insertFacts`. Does nothing by default.
    func willUseFacts() throws
    /// Inserts rows into the stored table of their name without staging them. It is faster where none of them has a stored
    /// key.
    ///
    /// - Parameter onlyIfEmpty: whether nothing is to be done when the table has rows.
    /// - Returns: whether the rows were inserted; none is when the key of one is stored, or where staging costs no more.
    func insertDirectly(_ rows: RowSource, into table: StagedTable, onlyIfEmpty: Bool) throws -> Bool
    /// Called when a statement that merges or inserts staged rows changed fewer rows than were staged. Throws when the
    /// database left rows out without an error, as a user's trigger may have it do. Does nothing by default.
    ///
    /// - Parameter isLacking: a query that is true when a staged row is neither stored nor beaten by a stored one; nil
    ///   when each staged row has to change a row.
    func checkMerge(into table: Table, isLacking: String?) throws
    /// Called before rows of some tables are looked up by their keys. Does nothing by default.
    func willLookUp(in tables: [Table]) throws
    /// Runs statements that write rows, and undoes them when the database refuses a value of a row, so that the
    /// transaction can be used further.
    ///
    /// - Returns: why a row is refused; nil when `body` has succeeded. A database that cannot undo a part of a
    ///   transaction throws the error instead, which is the default.
    func attempt(_ body: () throws -> Void) throws -> Refusal?
    /// Stages numbered rows, and writes all of them except those that the database refuses.
    ///
    /// - Returns: the numbers of the refused rows, in order, and why each is refused; nil where the database has no way to do
    ///   this by itself, which is the default.
    func writeAccepted(_ rows: AcceptedRows) throws -> [(row: Int, words: String)]?
    /// Called before a statement that may change very many rows.
    func willChangeManyRows() throws
    /// Called after a group of rows was inserted.
    func didInsertGroup()

    // MARK: Transactions

    /// Begins a transaction.
    func begin() throws
    /// Called in each transaction just before its commit. Throws when this process is no longer the writer.
    func checkFence() throws
    /// Commits the transaction, and makes it durable.
    func commit() throws
    /// Rolls the transaction back; does nothing when none is open.
    func rollback() throws
    /// Whether `recover` can make this session usable again.
    var canRecover: Bool { get }
    /// Makes the session usable again after an error; see `Warehouse.recover`.
    func recover(isStopRequested: @escaping @Sendable () -> Bool) throws -> Recovery

    // MARK: The writer's place

    /// Whether this process is the writer.
    var isInPlace: Bool { get }
    /// Makes this process the only writer.
    ///
    /// - Throws: an error that says so when another process is the writer.
    func takePlace(for work: SQLWriterWork) throws
    /// Lets other processes become the writer.
    func releasePlace()
    /// Tells other processes that this one is still the writer; see `Warehouse.keepLock`.
    func keepPlace() throws
    /// Called at the end of each run, before `releasePlace`.
    func willEndRun()
    /// Called with the row of a run before it is committed.
    func note(_ run: RunRecord)

    // MARK: The schema

    /// Called before the first migration, in the same transaction.
    ///
    /// - Throws: an error when an object that a user added has a name that a migration needs.
    func willApply(_ migrations: [Schema.Migration]) throws
    /// Called when `migrate` has updated the schema.
    func didMigrate()
    /// Called in a transaction at the start of each run.
    ///
    /// - Throws: an error when an object that a user added would falsify the run's results.
    func checkAdditions() throws
    /// The kind of the object with a name, which an index is to get: `table`, `view`, `index`; nil when the name is
    /// free.
    func kind(of name: String) throws -> String?
    /// Creates an index.
    func create(_ index: TableIndex) throws
    /// Removes an index.
    func remove(_ index: TableIndex) throws
    /// Updates the statistics that the query planner uses.
    func updateStatistics() throws
}

extension SQLSession {
    /// Stages the list.
    public func query(_ sql: String, list: [Int64], as table: Table) throws -> any SQLRows {
        try stage(list.lazy.map { [.integer($0)] }, as: table)
        return try query(sql, [])
    }
    /// Throws the error of a refused row.
    public func attempt(_ body: () throws -> Void) throws -> Refusal? {
        try body()
        return nil
    }
    /// Writes nothing: refused rows are found by attempts.
    public func writeAccepted(_ rows: AcceptedRows) throws -> [(row: Int, words: String)]? { nil }
    /// Does nothing.
    public func willLookUp(in tables: [Table]) throws {}
    /// Does nothing.
    public func checkMerge(into table: Table, isLacking: String?) throws {}
    /// Nothing but statements on staged rows.
    public func insertFacts(_ group: EventGroup) throws -> InsertedFacts? { nil }
    /// Nothing to do.
    public func willUseFacts() throws {}
    /// Inserts nothing: the rows are staged.
    public func insertDirectly(_ rows: RowSource, into table: StagedTable, onlyIfEmpty: Bool) throws -> Bool { false }
    /// False by default.
    public var canRecover: Bool { false }
    /// Rolls back by default.
    public func recover(isStopRequested: @escaping @Sendable () -> Bool) throws -> Recovery {
        try rollback()
        return .rolledBack
    }
    /// Does nothing by default.
    public func keepPlace() throws {}
}

/// The purpose for which a process becomes the writer.
public enum SQLWriterWork: Sendable {
    /// A run.
    case run(RunKind)
    /// A change of the schema or of the indexes.
    case change
}

/// The connection of a warehouse's reader.
public protocol SQLReadSession: SQLDatabase {
    /// Reads something; reads it again when the file was changed in the meantime and the result may be wrong.
    func consistently<Answer>(_ read: () throws -> Answer) throws -> Answer
    /// Reads something in several queries that all see the same commit.
    func atOneMoment<Answer>(_ read: () throws -> Answer) throws -> Answer
    /// Whether a process is the writer now; true also when that is unknown.
    func isBeingWritten() -> Bool
    /// The size in bytes.
    func size() throws -> Int64
    /// The size of an index in bytes; nil when it is unknown.
    func size(of index: TableIndex) throws -> Int64?
    /// The faults that the database finds in its own storage, in words.
    func faults() throws -> [String]
    /// Whether a user took rows out of the tables whose rows are counted, such as a detached partition, so that the kept
    /// counts differ from the rows.
    func mayLackRows() throws -> Bool
    /// Runs one statement that a user wrote; see `WarehouseReader.query`.
    func runQuery(
        _ sql: String, header: ([String]) throws -> Void, row: ([QueryValue]) throws -> Void
    ) throws
}

extension SQLReadSession {
    /// False by default: only what this program wrote is counted.
    public func mayLackRows() throws -> Bool { false }
}
