import Domain

/// Another program kept the warehouse from doing its work, by locks or by changes of the same rows, for as long or as often
/// as was tried again. Like a server that stays away it is for a later try (exit status 5).
struct RetriesEnded: ReportedError {
    /// The error of the last try.
    let cause: any ReportedError
    /// Why it is not tried again.
    var reason = RetrySchedule.GiveUpReason.timeIsOver

    var message: String { "\(cause.message), and \(reason.words)" }
    var hint: String { cause.hint + (reason == .timeIsOver ? " A longer --retry-for waits longer." : "") }
    var kind: FailureKind { .unreachable }
    var mayRetry: Bool { true }
}
