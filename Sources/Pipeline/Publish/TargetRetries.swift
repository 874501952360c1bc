import Domain
import Logging

/// Opens a target anew after an error, as `RetrySchedule` says, and logs each failure and their end.
struct TargetRetries {
    private let stop: StopSignal
    /// Where the failures are logged.
    var logger: Logger
    private let clock: () -> Double
    private let pause = WakeUp()
    private var schedule: RetrySchedule
    private var hasFailed = false

    init(for total: Duration, stop: StopSignal, logger: Logger, clock: @escaping () -> Double) {
        self.stop = stop
        self.logger = logger
        self.clock = clock
        schedule = RetrySchedule(total: total)
    }

    private var now: Duration { .seconds(clock()) }

    /// Waits and opens the target anew.
    ///
    /// - Parameter memory: what has the bytes of the messages without an outcome.
    /// - Returns: false when the program was asked to stop.
    /// - Throws: the error, or a later one, when it is not to be tried again.
    mutating func open(
        _ target: any MessageTarget, after error: any Error, topic: TopicIdentity, keeping memory: [AnyObject]
    ) throws -> Bool {
        var failure = error
        while true {
            target.close(keeping: memory)
            guard let reported = failure as? any ReportedError else { throw failure }
            if stop.reason != nil { return false }
            hasFailed = true
            switch schedule.failed(reported, mayRetry: reported.mayRetry, at: now, jitter: .random(in: 0...1)) {
            case .giveUp(let notice, let reason):
                if let notice { logger.warning(notice) }
                let isRepeatable = reported.mayRetry && reported.kind == .failed
                throw isRepeatable ? RetriesEnded(cause: reported, reason: reason) : failure
            case .again(let delay, let notice):
                logger.warning(notice)
                let end = now + delay
                while stop.reason == nil, now < end { _ = pause.wait(milliseconds: 25) }
            }
            if stop.reason != nil { return false }
            do {
                let found = try target.open()
                guard found == topic else {
                    throw PublishError.otherCluster(
                        location: target.location, was: topic.cluster, now: found.cluster)
                }
                schedule.answered(at: now)
                return true
            } catch {
                failure = error
            }
        }
    }

    /// A message was confirmed.
    mutating func succeeded() {
        guard hasFailed else { return }
        hasFailed = false
        if let notice = schedule.succeeded(at: now) { logger.warning(notice) }
    }
}
