import Domain

/// The program was asked to stop before it could use the warehouse, such as while it waited for a server.
public struct StoppedBeforeWork: ReportedError {
    /// Why the program was asked to stop.
    public let reason: StopSignal.Reason
    /// Why the warehouse could not be used.
    public let cause: any Error

    /// Says what the program waited for.
    public var message: String { "stopped before the work began; the warehouse could not be used yet: \(cause)" }
    /// Says that the command can be run again.
    public var hint: String { "Nothing was changed. Run the same command again." }
    /// A command that a signal stopped has the exit status of that signal; otherwise the warehouse could not be reached.
    public var kind: FailureKind { .unreachable }
    /// False: the program was asked to stop.
    public var mayRetry: Bool { false }
}
