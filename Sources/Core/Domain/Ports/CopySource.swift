/// What is known of a warehouse before its rows are copied.
public struct CopyOutline: Sendable, Equatable {
    /// The first day of each month of UTC in which events happened, as days since 1970-01-01, in order.
    public var months: [Int32] = []
    /// The declared indexes that exist.
    public var indexes: [TableIndex] = []
    /// The greatest number that was ever given to a line in quarantine; 0 when there was none.
    public var lastRejectedID: Int64 = 0
    /// About how many rows will be copied: the rows of the content tables and the lines in quarantine.
    public var rows: Int64 = 0

    /// The outline of an empty warehouse.
    public init() {}
}

/// The rows of a warehouse as of one commit. Used by one thread, inside of `CopySource.read`.
public protocol CopyContents: AnyObject {
    /// What is known before the rows are read.
    var outline: CopyOutline { get }

    /// Reads all rows of a table in the order of its key, in batches of limited size.
    ///
    /// - Parameters:
    ///   - times: the timestamps that the target can store. A nullable timestamp outside of them is read as null.
    ///   - body: called with each batch; the rows are valid until it returns.
    /// - Returns: the digest of the rows that were read.
    /// - Throws: `CopyError.wrongValue` for a stored value that is not of its column's type, and what `body` throws.
    func forEachBatch(
        of table: Table, times: ClosedRange<Int64>, _ body: (RowSet) throws -> Void
    ) throws -> TableDigest
}

/// A warehouse that is copied from.
///
///     try source.read { contents in
///         for table in CopyTables.all {
///             _ = try contents.forEachBatch(of: table, times: target.times) { try target.insert($0) }
///         }
///     }
public protocol CopySource: AnyObject {
    /// The warehouse's location, without a password.
    var location: String { get }
    /// A text that no other warehouse has: where it really is, whatever its location is called.
    func identity() throws -> String
    /// The size of a log that grows while the warehouse is read and loaded at the same time; nil where there is none.
    var logBytes: Int64? { get }

    /// Reads the warehouse as of one commit. A load that is under way changes nothing of what is read.
    ///
    /// - Parameter body: called once.
    /// - Throws: `CopyError.older` when the schema lacks migrations, `WarehouseError.newerSchema`, and what `body`
    ///   throws. When the rows may be wrong because the warehouse was changed without a lock, it throws after `body` has
    ///   returned; so nothing of them may be committed before `read` returns.
    func read(_ body: (any CopyContents) throws -> Void) throws
}

extension CopySource {
    /// Nil by default.
    public var logBytes: Int64? { nil }
}

/// The tables that a copy takes over.
public enum CopyTables {
    /// All tables but `schema_migration`, which describes the schema and not its content. A table comes after the tables
    /// that it refers to.
    public static let all =
        AllTables.content + OperationTables.all.filter { $0.name != OperationTables.migrations.name }
}
