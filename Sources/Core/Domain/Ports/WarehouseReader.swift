/// How the marts stand to the tables that they follow from.
public struct MartState: Sendable, Equatable {
    /// The run that brought them up to date last; nil when none did, or it is not known.
    public var run: Int64?
    /// Whether something was loaded since then that they do not show yet.
    public var isStale = false
    /// Whether the warehouse has neither movies nor events.
    public var isEmpty = false

    /// Up to date, unless told.
    public init(run: Int64? = nil, isStale: Bool = false, isEmpty: Bool = false) {
        self.run = run
        self.isStale = isStale
        self.isEmpty = isEmpty
    }
}

/// A value of a query's row.
public enum QueryValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// The reading side of the warehouse port: never waits for a load that is under way, and changes nothing.
public protocol WarehouseReader: AnyObject {
    /// Where it is, without a password.
    var location: String { get }
    /// The last runs, the newest first.
    func runs(limit: Int) throws -> [RunRecord]
    /// Whether a run is writing; true also where that cannot be told.
    func isBeingWritten() -> Bool
    /// How far each source is loaded, those touched last first.
    func checkpoints(limit: Int) throws -> [Checkpoint]
    /// How many checkpoints there are.
    func checkpointCount() throws -> Int
    /// How many rows each table has, by its name.
    func rowCounts() throws -> [(table: String, rows: Int64)]
    /// An order-independent hash of each table's content.
    func digest() throws -> [(table: String, digest: TableDigest)]
    /// Lines in quarantine that match, by rule and source, the most first.
    func rejectedCounts(matching filter: RejectedFilter) throws -> [RejectedCount]
    /// The same, with the bytes that they take, which has to look at each of them.
    func rejectedSizes(matching filter: RejectedFilter) throws -> [RejectedCount]
    /// How many lines are in quarantine, and how many were dropped from it.
    func quarantineTotals() throws -> QuarantineTotals
    /// Lines in quarantine in the order of their numbers, from the one after `id`: at most `limit`, fewer where they
    /// are long, none when there are no more.
    func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord]
    /// The time of the newest event, milliseconds since 1970; nil when there is none.
    func newestEventTime() throws -> Int64?
    /// The newest snapshot date of a movie, as days since 1970-01-01; nil when there is none.
    func newestSnapshotDay() throws -> Int32?
    /// How the marts stand to the tables that they follow from.
    func martState() throws -> MartState
    /// The size in bytes.
    func size() throws -> Int64
    /// The number of the schema's last migration, and of the last that this program knows.
    func schemaVersion() throws -> (applied: Int, known: Int)
    /// What is wrong with the stored data itself (damage, dangling references), in words; none when all is well.
    func faults() throws -> [String]

    /// The declared indexes that are there, with their size in bytes where it can be told.
    func indexes() throws -> [(index: TableIndex, bytes: Int64?)]

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
    /// The last runs, the newest first. One that was killed, and that no later run has found yet, is told as interrupted.
    public func judgedRuns(limit: Int) throws -> [RunRecord] {
        let stored = try runs(limit: limit)
        guard stored.contains(where: { $0.outcome == .running }), !isBeingWritten() else { return stored }
        // What ended between the two looks has its outcome by now.
        return try runs(limit: limit).map { run in
            guard run.outcome == .running else { return run }
            var killed = run
            killed.outcome = .interrupted
            killed.error = RunRecord.killed
            return killed
        }
    }
}
