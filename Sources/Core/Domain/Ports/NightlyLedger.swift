import enum Logging.Redaction

/// What became of the tasks of nightly batches, to read.
public protocol NightlyHistory: AnyObject {
    /// The last nightly of a date; nil when there was none.
    func lastNightly(of day: Int32) throws -> NightlyRecord?
    /// The newest date for which a task was done; nil when there is none.
    func lastDay(of task: String) throws -> Int32?
    /// The nightly with the greatest number; nil when there is none.
    func newestNightly() throws -> NightlyRecord?
    /// When each task was last done, in milliseconds since 1970; without those that never were.
    func lastSuccesses() throws -> [String: Int64]
}

/// Where a warehouse keeps what became of the tasks of nightly batches.
public protocol NightlyLedger: NightlyHistory {
    /// Stores a nightly with its tasks, and makes it durable. One with the number 0 gets the next one.
    ///
    /// - Parameter now: milliseconds since 1970, for `schema_migration` where the schema is brought up to date.
    /// - Returns: its number.
    func save(_ nightly: NightlyRecord, at now: Int64) throws -> Int64
}

/// Another process does a nightly batch for the same warehouse.
public struct NightlyInUse: ReportedError, Equatable {
    /// The warehouse, without a password.
    public let location: String

    /// An error for a warehouse.
    public init(location: String) { self.location = location }

    /// What failed, and where.
    public var message: String { Redaction.text("another nightly is at work on \(location)") }
    /// What to do next.
    public var hint: String { "Nothing was done. Wait for its end; `reelhouse nightly --plan` shows how far it is." }
    /// The warehouse is in use.
    public var kind: FailureKind { .inUse }
}
