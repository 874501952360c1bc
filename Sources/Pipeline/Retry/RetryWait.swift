import Domain
import Logging

/// The failures of an outage, and the waiting after each.
struct RetryWait {
    /// Ends the waiting.
    let stop: StopSignal
    /// Where the failures are logged.
    var logger: Logger
    private let pause = WakeUp()
    private var schedule: RetrySchedule
    /// Whether an outage is not over yet.
    private(set) var isFailing = false
    /// Whether there was an outage since the last success.
    private var hasFailed = false

    /// - Parameters:
    ///   - total: how long is tried again in each outage; zero never tries again.
    ///   - stop: ends the waiting.
    init(for total: Duration, _ stop: StopSignal, _ logger: Logger) {
        self.stop = stop
        self.logger = logger
        schedule = RetrySchedule(total: total)
    }

    /// Waits after a failure, but not longer than until a stop is asked for.
    ///
    /// - Throws: the error, when it is not to be tried again; `RetriesEnded` when another program stood in the way to the
    ///   end of the time.
    mutating func wait(because error: any Error, if mayRetry: (any ReportedError) -> Bool) throws {
        guard let reported = error as? any ReportedError else { throw error }
        let mayRetry = mayRetry(reported)
        switch schedule.failed(reported, mayRetry: mayRetry, at: Self.now, jitter: .random(in: 0...1)) {
        case .giveUp(let notice, let reason):
            if let notice { logger.warning(notice) }
            throw mayRetry && reported.kind == .failed ? RetriesEnded(cause: reported, reason: reason) : error
        case .again(let delay, let notice):
            (isFailing, hasFailed) = (true, true)
            logger.warning(notice)
            let end = Self.now + delay
            while stop.reason == nil, Self.now < end { _ = pause.wait(milliseconds: 25) }
        }
    }

    /// The server can be used again.
    mutating func answered() { schedule.answered(at: Self.now) }

    /// Something was done that does not last yet.
    mutating func worked() {
        guard isFailing, let notice = schedule.worked(at: Self.now) else { return }
        isFailing = false
        logger.warning(notice)
    }

    /// Something was done that lasts.
    mutating func succeeded() {
        guard hasFailed else { return }
        (isFailing, hasFailed) = (false, false)
        if let notice = schedule.succeeded(at: Self.now) { logger.warning(notice) }
    }

    /// The time since a fixed moment.
    private static var now: Duration { .seconds(StageTime.monotonicSeconds) }
}
