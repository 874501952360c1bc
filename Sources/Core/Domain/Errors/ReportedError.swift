/// An error that the command shows to its user. Each error has its own message and hint, so that the command can report
/// it without knowing the backend that threw it:
///
/// ```
/// error: the warehouse warehouse.db is in use by another run
///
/// hint: Wait for that run to end, or name another warehouse with --warehouse.
/// ```
public protocol ReportedError: Error, CustomStringConvertible {
    /// What failed and where, on one line and without a full stop. It contains no password.
    var message: String { get }
    /// What to do next, in sentences that end in a full stop.
    var hint: String { get }
    /// The kind of failure. It decides the exit status.
    var kind: FailureKind { get }
    /// Whether the same call may succeed later without any change by the user.
    var mayRetry: Bool { get }
    /// Whether a server answered that it will take work soon: it is starting, or a standby that may become the primary.
    /// A program that has just begun waits for such a server, and for no other.
    var isServerStarting: Bool { get }
    /// Whether stored bytes are damaged, so that reading the others may succeed.
    var isDamage: Bool { get }
}

extension ReportedError {
    /// What failed and where.
    public var description: String { message }
    /// `.failed` by default.
    public var kind: FailureKind { .failed }
    /// True by default for `.inUse` and `.unreachable`.
    public var mayRetry: Bool { kind == .inUse || kind == .unreachable }
    /// False by default.
    public var isServerStarting: Bool { false }
    /// False by default.
    public var isDamage: Bool { false }
}

/// The kinds of failure that have an exit status or a handling of their own.
public enum FailureKind: Sendable, CaseIterable {
    /// The command failed (exit status 1).
    case failed
    /// There is no room left: a disk is full, or a quota or a limit on the size of files is reached (exit status 1).
    /// The committed part stays, and the same command continues from there.
    case noRoom
    /// The command line asks for something that cannot be done (exit status 2).
    case usage
    /// Another run uses the warehouse (exit status 4).
    case inUse
    /// A server cannot be reached, or does not answer (exit status 5).
    case unreachable
}
