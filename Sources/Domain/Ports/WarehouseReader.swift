/// A line in quarantine.
public struct RejectedRecord: Sendable {
    /// Its number in the quarantine.
    public var id: Int64
    /// What was rejected, and why.
    public var rejection: Rejection
    /// The run that put it there.
    public var run: Int64

    /// A line in quarantine.
    public init(id: Int64, rejection: Rejection, run: Int64) {
        self.id = id
        self.rejection = rejection
        self.run = run
    }
}

/// Which lines of the quarantine are meant: those that match all that is given.
public struct RejectedFilter: Sendable {
    /// The rule that they broke.
    public var rule: String?
    /// The source that they came from.
    public var source: String?
    /// Their number in the quarantine.
    public var id: Int64?

    /// All lines, unless told.
    public init(rule: String? = nil, source: String? = nil, id: Int64? = nil) {
        self.rule = rule
        self.source = source
        self.id = id
    }
}

/// How many lines a source has in quarantine for a rule.
public struct RejectedCount: Sendable {
    /// The rule that they broke.
    public var rule: String
    /// The source that they came from.
    public var source: String
    /// How many.
    public var lines: Int64

    /// A count.
    public init(rule: String, source: String, lines: Int64) {
        self.rule = rule
        self.source = source
        self.lines = lines
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

/// The port that people look at a warehouse by; never waits for a load that is under way, and changes nothing.
public protocol WarehouseReader: AnyObject {
    /// Where it is, without a password.
    var location: String { get }
    /// The last runs, the newest first.
    func runs(limit: Int) throws -> [RunRecord]
    /// Whether a run is writing; true also where that cannot be told.
    func isBeingWritten() -> Bool
    /// How far each source is loaded, those touched last first.
    func checkpoints(limit: Int) throws -> [Checkpoint]
    /// How many rows each table has, by its name.
    func rowCounts() throws -> [(table: String, rows: Int64)]
    /// An order-independent hash of each table's content.
    func digest() throws -> [(table: String, digest: TableDigest)]
    /// Lines in quarantine by rule and source, the most first.
    func rejectedCounts() throws -> [RejectedCount]
    /// Lines in quarantine in the order of their numbers, from the one after `id`: at most `limit`, fewer where they
    /// are long, none when there are no more.
    func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord]
    /// The time of the newest event, milliseconds since 1970; nil when there is none.
    func newestEventTime() throws -> Int64?
    /// The newest snapshot date of a movie, as days since 1970-01-01; nil when there is none.
    func newestSnapshotDay() throws -> Int32?
    /// The size in bytes.
    func size() throws -> Int64
    /// The number of the schema's last migration, and of the last that this program knows.
    func schemaVersion() throws -> (applied: Int, known: Int)
    /// What is wrong with the stored data itself (damage, dangling references), in words; none when all is well.
    func faults() throws -> [String]

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
