import Domain

/// The program was asked to stop before it could use the warehouse or a source, such as while it waited for a server.
public struct StoppedBeforeWork: ReportedError {
    /// Why the program was asked to stop.
    public let reason: StopSignal.Reason
    /// Why the work could not begin.
    public let cause: any Error

    /// An error of a program that was asked to stop.
    public init(reason: StopSignal.Reason, cause: any Error) {
        self.reason = reason
        self.cause = cause
    }

    /// Says what the program waited for.
    public var message: String { "stopped before the work began: \(cause)" }
    /// Says that the command can be run again.
    public var hint: String { "Nothing was changed. Run the same command again." }
    /// A command that a signal stopped has the exit status of that signal; otherwise a server could not be reached.
    public var kind: FailureKind { .unreachable }
    /// False: the program was asked to stop.
    public var mayRetry: Bool { false }
}
