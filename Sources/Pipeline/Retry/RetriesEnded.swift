import Domain

/// Another program kept the warehouse from doing its work, by locks or by changes of the same rows, for as long as was
/// tried again. Like a server that stays away it is for a later try (exit status 5).
struct RetriesEnded: ReportedError {
    /// The error of the last try.
    let cause: any ReportedError

    var message: String { "\(cause.message), and the time for trying again is over" }
    var hint: String { "\(cause.hint) A longer --retry-for waits longer." }
    var kind: FailureKind { .unreachable }
    var mayRetry: Bool { true }
}
