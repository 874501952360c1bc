import Domain

/// How a check came out.
public enum CheckOutcome: Sendable, Equatable {
    /// It found no row.
    case passed
    /// It found rows.
    case found
    /// It was not made, and why.
    case skipped(String)
}

/// What a check found.
public struct CheckResult: Sendable {
    /// The check.
    public var check: Check
    /// How it came out.
    public var outcome: CheckOutcome
    /// The names of the columns.
    public var columns: [String] = []
    /// The first rows that it found.
    public var rows: [[QueryValue]] = []
    /// How many rows it found.
    public var count: Int64 = 0
    /// How long it took, in seconds.
    public var seconds: Double = 0
}

/// What all checks found.
public struct CheckReport: Sendable {
    /// The warehouse's location, without a password.
    public var location: String
    /// The clock of the checking, milliseconds since 1970.
    public var now: Int64
    /// The checks, in order.
    public var results: [CheckResult] = []
    /// How long they took, in seconds.
    public var seconds: Double = 0

    /// The checks of level error that found rows.
    public var failed: [CheckResult] { results.filter { $0.outcome == .found && $0.check.level == .error } }
    /// The checks of level warn that found rows.
    public var warned: [CheckResult] { results.filter { $0.outcome == .found && $0.check.level == .warn } }
    /// The checks that found none.
    public var passed: [CheckResult] { results.filter { $0.outcome == .passed } }
    /// The checks that were not made.
    public var skipped: [CheckResult] {
        results.filter { if case .skipped = $0.outcome { true } else { false } }
    }

    /// The error of a checking that failed; nil when it did not.
    public var failure: CheckFailure? {
        failed.isEmpty ? nil : CheckFailure(location: location, names: failed.map(\.check.name))
    }
}
