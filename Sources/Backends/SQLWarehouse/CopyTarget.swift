import Domain

/// How a database takes the rows of a copy. It lives from before the transaction of the copy to its end.
public protocol SQLCopyWriter: AnyObject {
    /// Groups of months whose partitions have to be made before the transaction of the copy, each group in a
    /// transaction of its own, because one transaction cannot make all of them. Called in a transaction in which the
    /// tables exist. Empty for a database without partitions.
    ///
    /// - Parameter months: the first days of the months.
    func monthsAhead(_ months: [Int32]) throws -> [[Int32]]
    /// Makes the partitions of months that `monthsAhead` returned.
    func make(_ months: [Int32]) throws
    /// Prepares the tables for the rows. Called at the start of the transaction of the copy, when the tables exist.
    func begin(_ outline: CopyOutline) throws
    /// Inserts rows. Batches of a table come in the order of its key, one table after the other.
    func insert(_ rows: RowSet) throws
    /// Does what is left after the last row, but for the declared indexes.
    func finish(_ outline: CopyOutline) throws
}

/// The connection that a warehouse is copied into.
public protocol SQLCopySession: SQLSession {
    /// The timestamps that the database can store, in milliseconds since 1970.
    var copyTimes: ClosedRange<Int64> { get }
    /// A text that no other warehouse has; see `CopyTarget`.
    func identity() throws -> String
    /// Makes what inserts the rows. Called as the writer and outside of a transaction.
    func makeCopyWriter() throws -> any SQLCopyWriter
}

/// A warehouse in an SQL database that another one is copied into, in one transaction.
public final class SQLCopyTarget: CopyTarget {
    private let session: any SQLCopySession
    private let warehouse: SQLWarehouse
    private var writer: (any SQLCopyWriter)?
    private var outline = CopyOutline()

    /// Creates a target on an open connection.
    public init(_ session: any SQLCopySession) {
        self.session = session
        warehouse = SQLWarehouse(session)
    }

    /// The location without its password.
    public var location: String { session.location }
    /// The timestamps that it can store.
    public var times: ClosedRange<Int64> { session.copyTimes }

    /// A text that no other warehouse has.
    public func identity() throws -> String { try session.identity() }

    /// Takes the writer's place, begins the transaction and creates the tables.
    public func begin(_ outline: CopyOutline, at now: Int64) throws {
        self.outline = outline
        try session.takePlace(for: .run(.bounded))
        let writer = try session.makeCopyWriter()
        self.writer = writer
        try beginEmpty(at: now)
        let ahead = try writer.monthsAhead(outline.months)
        if !ahead.isEmpty {
            // Makes the tables first, and partitions in them.
            try warehouse.commit()
            for months in ahead {
                try warehouse.begin()
                try writer.make(months)
                try warehouse.commit()
            }
            try beginEmpty(at: now)
        }
        try writer.begin(outline)
    }

    /// Begins a transaction in which the tables exist and are empty.
    private func beginEmpty(at now: Int64) throws {
        try warehouse.begin()
        try session.checkAdditions()
        _ = try Migrator(session: session).apply(at: now)
        for table in CopyTables.all
        where try session.boolean("SELECT EXISTS (SELECT 1 FROM \(session.dialect.table(table)))") {
            throw CopyError.notEmpty(location: location, table: table.name)
        }
    }

    /// Inserts rows.
    public func insert(_ rows: RowSet) throws { try begun().insert(rows) }

    /// Creates the indexes and updates the statistics.
    public func finish() throws {
        try begun().finish(outline)
        let there = try session.declaredIndexes()
        for index in outline.indexes where index.isOnRequest && !there.contains(index) { try session.create(index) }
        try warehouse.prepareForQuestions()
    }

    /// The digest of a table as it would be committed.
    public func digest(of table: Table) throws -> TableDigest {
        try WarehouseDigest(database: session).digest(of: table)
    }

    /// Makes everything visible and durable.
    public func commit() throws {
        try warehouse.commit()
        session.didMigrate()
    }

    /// Rolls back what was not committed, and releases the writer's place.
    public func end() {
        guard session.isInPlace else { return }
        // After an error of the copy, that one is the error to report.
        try? warehouse.rollback()
        writer = nil
        warehouse.endRun()
    }

    private func begun() -> any SQLCopyWriter {
        guard let writer else { preconditionFailure("rows are inserted after begin") }
        return writer
    }
}
