/// What became of a task of a nightly batch.
public enum NightlyOutcome: String, Sendable, CaseIterable {
    /// It has not begun yet.
    case waiting
    /// It is under way, or the program was killed meanwhile.
    case running
    /// It is done.
    case completed
    /// It is done, but not all was taken (exit status 3).
    case partial
    /// It was tried as often as it may be, and failed.
    case failed
    /// A task that it needs has failed.
    case blocked
    /// There is nothing for it to do, or the command line left it out.
    case skipped
    /// A signal stopped it.
    case stopped

    /// Whether a nightly that goes on leaves the task as it is.
    public var isDone: Bool { self == .completed || self == .partial || self == .skipped }
}

/// A task of a nightly batch: a row of `load_task`.
public struct NightlyTaskRecord: Sendable, Equatable {
    /// Its name: `fetch`, `movies`, ….
    public var task: String
    /// What became of it.
    public var outcome: NightlyOutcome
    /// When its last try began, in milliseconds since 1970.
    public var startedAt: Int64?
    /// When its last try ended.
    public var finishedAt: Int64?
    /// How many rows it made; nil where it does not count any.
    public var rows: Int64?
    /// How many bytes it wrote; nil where it does not count any.
    public var bytes: Int64?
    /// How often it was tried.
    public var tries: Int64
    /// Why it failed, was blocked or was skipped.
    public var error: String?

    /// A task that waits.
    public init(_ task: String, _ outcome: NightlyOutcome = .waiting) {
        self.task = task
        self.outcome = outcome
        tries = 0
    }

    /// How long the last try took, in seconds; nil where it has not ended.
    public var seconds: Double? {
        guard let startedAt, let finishedAt else { return nil }
        return Double(finishedAt - startedAt) / 1000
    }
}

/// A nightly batch.
public struct NightlyRecord: Sendable, Equatable {
    /// Its number, from 1; 0 before it is stored.
    public var id: Int64
    /// The date that it is for, as days since 1970-01-01.
    public var day: Int32
    /// Its tasks, in their order.
    public var tasks: [NightlyTaskRecord]

    /// A nightly batch.
    public init(id: Int64 = 0, day: Int32, tasks: [NightlyTaskRecord]) {
        self.id = id
        self.day = day
        self.tasks = tasks
    }

    /// Whether no task is left to do.
    public var isDone: Bool { tasks.allSatisfy(\.outcome.isDone) }
}
