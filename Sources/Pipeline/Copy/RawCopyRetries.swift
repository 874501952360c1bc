import Domain
import Logging

/// Tries again what a raw store has failed to do, as `RetrySchedule` says, and logs each failure and their end.
///
/// A store that has never answered is not waited for, since a wrong location should be told at once.
///
///     var retries = RawCopyRetries(for: .seconds(300), stop: stop, logger: logger)
///     let ranks = try retries.attempt { try target.ranks(ofMovies: ids) }
struct RawCopyRetries {
    private var wait: RetryWait
    private var hasAnswered = false

    /// - Parameters:
    ///   - total: how long is tried again after a failure; zero never tries again.
    ///   - stop: ends the waiting.
    init(for total: Duration, stop: StopSignal, logger: Logger) { wait = RetryWait(for: total, stop, logger) }

    /// Does something that may be repeated, until it succeeds.
    ///
    /// - Throws: the error of damage as it is; `RawCopyFailure` with any other that is not to be tried again;
    ///   `RawCopyStopped` when the program is asked to stop while it waits.
    mutating func attempt<Answer>(_ body: () throws -> Answer) throws -> Answer {
        while true {
            do {
                let answer = try body()
                succeeded()
                return answer
            } catch {
                try failed(error)
            }
        }
    }

    /// Something was done.
    mutating func succeeded() {
        hasAnswered = true
        wait.succeeded()
    }

    /// Waits after an error, so that the same may be tried again.
    ///
    /// - Throws: as `attempt`.
    mutating func failed(_ error: any Error) throws {
        if error is RawCopyFailure || error is RawCopyStopped { throw error }
        guard let reported = error as? any ReportedError else { throw RawCopyFailure(cause: error) }
        if reported.isDamage { throw error }
        do {
            try wait.wait(because: error) { $0.mayRetry && hasAnswered }
        } catch {
            throw RawCopyFailure(cause: error)
        }
        if wait.stop.reason != nil { throw RawCopyStopped() }
    }
}

/// An error that ends a copy.
struct RawCopyFailure: Error {
    /// The error to report.
    let cause: any Error
}

/// The program was asked to stop.
struct RawCopyStopped: Error {}
