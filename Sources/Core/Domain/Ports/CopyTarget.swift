/// A warehouse that another one is copied into, all of it in one transaction. Used by one thread.
///
///     try target.begin(outline, at: now)
///     defer { target.end() }
///     for rows in batches { try target.insert(rows) }
///     try target.finish()
///     guard try target.digest(of: table) == expected else { … }
///     try target.commit()
public protocol CopyTarget: AnyObject {
    /// The warehouse's location, without a password.
    var location: String { get }
    /// The timestamps that it can store, in milliseconds since 1970.
    var times: ClosedRange<Int64> { get }
    /// A text that no other warehouse has: where it really is, whatever its location is called.
    func identity() throws -> String

    /// Takes the writer's place, begins the transaction and creates the tables.
    ///
    /// - Parameter now: milliseconds since 1970, stored in `schema_migration`.
    /// - Throws: `CopyError.notEmpty` when the warehouse has rows; an error of kind `.inUse` when another run is writing.
    func begin(_ outline: CopyOutline, at now: Int64) throws
    /// Inserts rows of one of `CopyTables.all`. Batches of a table come in the order of its key.
    func insert(_ rows: RowSet) throws
    /// Does what is left after the last row: creates the indexes and updates the statistics.
    func finish() throws
    /// The digest of a table as it would be committed.
    func digest(of table: Table) throws -> TableDigest
    /// Makes everything visible and durable.
    func commit() throws
    /// Rolls back what was not committed, and releases the writer's place. Does nothing when `begin` was not called.
    func end()
}
