import Domain
import Schema

/// The rows that a query gives, one after the other.
///
///     let rows = try database.query("SELECT movie_id, title FROM movies", [])
///     while try rows.next() { print(rows.integer(0), rows.text(1) ?? "") }
///
/// Columns are counted from 0. An accessor is asked for the type that the column has; of a null it gives 0, false,
/// no bytes or nil.
public protocol SQLRows: AnyObject {
    /// Stands on the next row; false when there is none.
    func next() throws -> Bool
    /// Whether the value is null.
    func isNull(_ column: Int) -> Bool
    /// An integer of any width.
    func integer(_ column: Int) -> Int64
    /// A double.
    func real(_ column: Int) -> Double
    /// A boolean.
    func boolean(_ column: Int) -> Bool
    /// A date as days since 1970-01-01; nil for a null, and for what is no date.
    func date(_ column: Int) -> Int32?
    /// A timestamp in milliseconds since 1970.
    func timestamp(_ column: Int) -> Int64
    /// A UUID by its higher and lower 8 bytes.
    func uuid(_ column: Int) -> (high: UInt64, low: UInt64)
    /// The bytes of a blob, or of a text in UTF-8; valid until the next row.
    func bytes(_ column: Int) -> UnsafeRawBufferPointer
}

extension SQLRows {
    /// A text; nil for a null.
    func text(_ column: Int) -> String? { isNull(column) ? nil : String(decoding: bytes(column), as: UTF8.self) }
    /// An integer; nil for a null.
    func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
    /// A timestamp; nil for a null.
    func optionalTimestamp(_ column: Int) -> Int64? { isNull(column) ? nil : timestamp(column) }
}

/// A database to ask: what a reader and a writer have in common. Used by one thread at a time.
public protocol SQLDatabase: AnyObject {
    /// Where it is, without a password.
    var location: String { get }
    /// How it spells.
    var dialect: SQLDialect { get }
    /// The migrations that this program knows, in order.
    var migrations: [Schema.Migration] { get }

    /// Runs a query. Whether its compiled form is kept, by its text, is the database's own matter.
    ///
    /// - Parameter values: those of the parameters, from the first.
    func query(_ sql: String, _ values: [RowValue]) throws -> any SQLRows
    /// The names of a table's columns; none when there is no such table.
    func columns(of table: String) throws -> Set<String>
    /// The declared indexes that are there.
    func declaredIndexes() throws -> [TableIndex]
}

extension SQLDatabase {
    /// The first column of the first row, as an integer; nil for a null, and when there is no row.
    func integer(_ sql: String, _ values: RowValue...) throws -> Int64? {
        let rows = try query(sql, values)
        return try rows.next() ? rows.optionalInteger(0) : nil
    }

    /// The first column of the first row, as a boolean.
    func boolean(_ sql: String, _ values: RowValue...) throws -> Bool {
        let rows = try query(sql, values)
        return try rows.next() && rows.boolean(0)
    }

    /// The first column of the first row, as a timestamp; nil for a null, and when there is no row.
    func timestamp(_ sql: String, _ values: RowValue...) throws -> Int64? {
        let rows = try query(sql, values)
        return try rows.next() ? rows.optionalTimestamp(0) : nil
    }
}

/// The database of a warehouse's writer: what it has to do for `SQLWarehouse`, which knows all the rules.
public protocol SQLSession: SQLDatabase {
    // MARK: Statements

    /// Runs a statement.
    ///
    /// - Returns: how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: [RowValue]) throws -> Int64
    /// Runs the statements of a script, which are parted by semicolons.
    func runScript(_ sql: String) throws
    /// Makes rows readable as `dialect.staged(table)`, until other rows are staged there or `unstage` is called. They
    /// have the table's columns, in its order. A database may read them in place, or copy them to its own.
    func stage(_ rows: RowSource, as table: StagedTable) throws
    /// Lets go of staged rows.
    func unstage(_ table: StagedTable)
    /// The beginning of an INSERT that is known to meet no row of the same key: `INSERT INTO` and the table, unless the
    /// database can make use of that.
    func insertOfNewRows(into table: String) throws -> String
    /// Called before a statement that may change very many rows.
    func willChangeManyRows() throws
    /// Called after rows were inserted, a group of them at a time.
    func didInsertGroup()

    // MARK: Transactions

    /// Begins a transaction.
    func begin() throws
    /// Called in each transaction just before it is committed: throws where this writer has lost its place.
    func checkFence() throws
    /// Makes the transaction visible and durable.
    func commit() throws
    /// Forgets the transaction; does nothing when none is open.
    func rollback() throws

    // MARK: The writer's place

    /// Whether this is the one writer.
    var isInPlace: Bool { get }
    /// Becomes the one writer.
    ///
    /// - Throws: an error that says so when another one is; the place is not taken then.
    func takePlace(for work: SQLWriterWork) throws
    /// Lets another one write.
    func releasePlace()
    /// Called at the end of each run, before the place is released.
    func willEndRun()
    /// Called with the row of a run before it is committed.
    func note(_ run: RunRecord)

    // MARK: The schema

    /// Called in the transaction that applies migrations, before the first of them.
    ///
    /// - Throws: an error that says so where something that a person made is in their way.
    func willApply(_ migrations: [Schema.Migration]) throws
    /// Called when `migrate` has brought the schema up to date.
    func didMigrate()
    /// Called in a transaction at the start of each run.
    ///
    /// - Throws: an error that says so where something that a person made would spoil it.
    func checkAdditions() throws
    /// What has a name that an index is to get: `table`, `view`, `index`; nil when nothing has it.
    func kind(of name: String) throws -> String?
    /// Makes an index.
    func create(_ index: TableIndex) throws
    /// Removes an index.
    func remove(_ index: TableIndex) throws
    /// Brings up to date what the database knows of its tables to plan queries by.
    func updateStatistics() throws
}

/// What a writer takes its place for.
public enum SQLWriterWork: Sendable {
    /// A run.
    case run(RunKind)
    /// A change of the schema or of the indexes.
    case change
}

/// The database of a warehouse's reader.
public protocol SQLReadSession: SQLDatabase {
    /// Reads something, and reads it again where what was read cannot be trusted.
    func consistently<Answer>(_ read: () throws -> Answer) throws -> Answer
    /// Reads something by several queries that all see the same commit.
    func atOneMoment<Answer>(_ read: () throws -> Answer) throws -> Answer
    /// Whether a writer is in its place; true also where that cannot be told.
    func isBeingWritten() -> Bool
    /// The size in bytes.
    func size() throws -> Int64
    /// The sizes in bytes of indexes; nil where it cannot be told.
    func size(of index: TableIndex) throws -> Int64?
    /// What the database itself finds wrong with what it stores, in words.
    func faults() throws -> [String]
    /// Runs one statement that a person wrote; see `WarehouseReader.query`.
    func runQuery(
        _ sql: String, header: ([String]) throws -> Void, row: ([QueryValue]) throws -> Void
    ) throws
}
