/// Whether the marts are up to date with the tables that they are computed from.
public struct MartState: Sendable, Equatable {
    /// The run that refreshed the marts last; nil when no run did, or when it is not known which.
    public var run: Int64?
    /// Whether rows were loaded since then that the marts do not include yet.
    public var isStale = false
    /// Whether the warehouse has neither movies nor events.
    public var isEmpty = false

    /// A state; by default the marts are up to date.
    public init(run: Int64? = nil, isStale: Bool = false, isEmpty: Bool = false) {
        self.run = run
        self.isStale = isStale
        self.isEmpty = isEmpty
    }
}

/// A value in a row of a query's result.
public enum QueryValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case real(Double)
    /// Not a number, or an infinity, in the database's words: `NaN`, `Infinity`.
    case notFinite(String)
    /// A decimal number that no double equals, by its digits: `12345678901234567890.5`.
    case decimal(String)
    case text(String)
    case blob([UInt8])
}

/// The reading side of the warehouse port. A reader changes nothing, and never waits for a load that is under way.
public protocol WarehouseReader: AnyObject {
    /// The warehouse's location, without a password.
    var location: String { get }
    /// The last `limit` runs, the newest first, as the ledger has them. See `judgedRuns`.
    func runs(limit: Int) throws -> [RunRecord]
    /// Whether a run is writing now; true also where the backend cannot tell.
    func isBeingWritten() -> Bool
    /// The checkpoints of the sources, the last updated first.
    func checkpoints(limit: Int) throws -> [Checkpoint]
    /// How many checkpoints there are.
    func checkpointCount() throws -> Int
    /// The number of rows of each table.
    func rowCounts() throws -> [(table: String, rows: Int64)]
    /// An order-independent hash of each table's content.
    func digest() throws -> [(table: String, digest: TableDigest)]
    /// The number of matching lines in quarantine by rule and source, the largest number first.
    func rejectedCounts(matching filter: RejectedFilter) throws -> [RejectedCount]
    /// The same as `rejectedCounts`, with the size of the lines in bytes. This reads every matching line.
    func rejectedSizes(matching filter: RejectedFilter) throws -> [RejectedCount]
    /// How many lines are in quarantine, and how many were dropped from it.
    func quarantineTotals() throws -> QuarantineTotals
    /// How many open lines of the quarantine were rejected for an event time that was out of range under the clock of
    /// their run, and is not under this one: `quarantine retry` takes them, unless they break another rule.
    func linesInTime(under clock: RunClock) throws -> Int64
    /// One page of the matching lines in quarantine, in the order of their numbers.
    ///
    /// - Parameters:
    ///   - id: the page begins after the line of this number.
    ///   - limit: the most lines of a page; a page of long lines has fewer.
    /// - Returns: an empty page when there are no more lines.
    func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord]
    /// The time of the newest event, milliseconds since 1970; nil when there is none.
    func newestEventTime() throws -> Int64?
    /// The newest snapshot date of a movie, as days since 1970-01-01; nil when there is none.
    func newestSnapshotDay() throws -> Int32?
    /// Whether the marts are up to date with the tables that they are computed from.
    func martState() throws -> MartState
    /// The warehouse's size in bytes.
    func size() throws -> Int64
    /// The number of the last migration that was applied, and of the last one that this program knows.
    func schemaVersion() throws -> (applied: Int, known: Int)
    /// Faults of the stored data (damage, dangling references), each described in words; empty when there are none.
    func faults() throws -> [String]

    /// The declared indexes that exist, with their size in bytes where the backend can tell it.
    func indexes() throws -> [(index: TableIndex, bytes: Int64?)]

    /// How statements for several databases are spelled for this one.
    var queryDialect: QueryDialect { get }

    /// The names of a table's or view's columns; none when there is no such table.
    func columnNames(of table: String) throws -> Set<String>

    /// Reads something in several calls that all see the same commit, while loads go on.
    ///
    /// - Parameter read: called again from its beginning when the warehouse was changed without a lock meanwhile.
    func atOneMoment<Answer>(_ read: () throws -> Answer) throws -> Answer

    /// Runs one statement that only reads.
    ///
    /// - Parameters:
    ///   - header: called once, with the columns' names.
    ///   - row: called for each row.
    func query(
        _ sql: String, header: ([String]) throws -> Void, row: ([QueryValue]) throws -> Void
    ) throws
}

extension WarehouseReader {
    /// The last `limit` runs, the newest first. The ledger still says `running` of a run that was killed, until the
    /// next run begins; here such a run is interrupted already.
    public func judgedRuns(limit: Int) throws -> [RunRecord] {
        let stored = try runs(limit: limit)
        guard stored.contains(where: { $0.outcome == .running }), !isBeingWritten() else { return stored }
        // A run may have ended after the first query: its row has its outcome by now.
        return try runs(limit: limit).map { run in
            guard run.outcome == .running else { return run }
            var killed = run
            killed.outcome = .interrupted
            killed.error = RunRecord.killed
            return killed
        }
    }
}
