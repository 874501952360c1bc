/// An error that a person may get to read. It says itself what failed and what to do next, so that the command needs
/// to know no backend to report it:
///
/// ```
/// error: the warehouse warehouse.db is in use by another run
///
/// hint: Wait for that run to end (see `reelhouse status`), or name another warehouse with --warehouse.
/// ```
public protocol ReportedError: Error, CustomStringConvertible {
    /// What failed and where, on one line and without a full stop. A location in it is without its password.
    var message: String { get }
    /// What to do next, in sentences that end in a full stop.
    var hint: String { get }
    /// What kind of failure it is, which decides the exit status.
    var kind: FailureKind { get }
    /// Whether the same call may succeed later although nobody changes anything meanwhile.
    var mayRetry: Bool { get }
}

extension ReportedError {
    /// What failed and where.
    public var description: String { message }
    /// A failure, unless an error says more.
    public var kind: FailureKind { .failed }
    /// As for its kind, unless an error says more.
    public var mayRetry: Bool { kind == .inUse || kind == .unreachable }
}

/// The kinds of failure that a caller has to tell apart.
public enum FailureKind: Sendable, CaseIterable {
    /// The command failed (exit status 1).
    case failed
    /// There is no room left: a disk is full, or a quota or a limit on the size of files is reached (exit status 1). What
    /// was committed stays, and the same command goes on from there.
    case noRoom
    /// The command line asks for something that cannot be done (exit status 2).
    case usage
    /// Another run uses the warehouse (exit status 4).
    case inUse
    /// A server cannot be reached, or does not answer (exit status 5).
    case unreachable
}
