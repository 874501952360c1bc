/// Decides whether and when something that failed is tried again. It does no I/O and knows no clock: who uses it says
/// what the time is.
///
/// ```
/// var schedule = RetrySchedule(total: .seconds(300))
/// switch schedule.failed(error, at: elapsed, jitter: .random(in: 0...1)) {
/// case .again(let delay, let notice): log(notice); wait(delay)
/// case .giveUp(let notice): log(notice); throw error
/// }
/// if let notice = schedule.succeeded(at: elapsed) { log(notice) }   // after each commit
/// ```
///
/// The time runs from the first failure to the next success. A success is work that lasts, such as a commit: a
/// connection that can be made, and fails again at the same statement, is none.
public struct RetrySchedule: Sendable {
    /// What to do after a failure.
    public enum Decision: Equatable, Sendable {
        /// Try again after a time; with a sentence for the log.
        case again(after: Duration, notice: String)
        /// Do not try again; with a sentence for the log, where something was tried again before.
        case giveUp(notice: String?)
    }

    /// The longest time between two tries.
    public static let longestDelay = Duration.seconds(30)
    /// The time before the second try, where a new connection has to be made.
    public static let firstDelay = Duration.milliseconds(500)
    /// The same, where the transaction can begin anew at once.
    public static let firstDelayOnSameConnection = Duration.milliseconds(50)

    private let total: Duration
    private var firstFailure: Duration?
    private var failures = 0

    /// A schedule that tries again for at most so long.
    public init(total: Duration) { self.total = total }

    /// Decides after a failure.
    ///
    /// - Parameters:
    ///   - error: one without a remedy is not tried again.
    ///   - now: the time since any fixed moment.
    ///   - jitter: 0 to 1, at random, so that several programs do not come at the same moment.
    public mutating func failed(_ error: PostgresError, at now: Duration, jitter: Double) -> Decision {
        let start = firstFailure ?? now
        firstFailure = start
        failures += 1
        let (passed, left) = (now - start, total - (now - start))
        let first: Duration
        switch error.remedy {
        case .none:
            return .giveUp(notice: failures > 1 ? afterTries(passed, "the last failure is one that stays") : nil)
        case .reconnect: first = RetrySchedule.firstDelay
        case .beginAnew: first = RetrySchedule.firstDelayOnSameConnection
        }
        guard left > .zero else {
            return .giveUp(notice: failures > 1 ? afterTries(passed, "the time for it is over") : nil)
        }
        // Doubled each time; from half of that to all of it.
        var delay = first
        for _ in 1..<failures where delay < RetrySchedule.longestDelay { delay *= 2 }
        delay = min(delay, RetrySchedule.longestDelay)
        delay = min(delay * (0.5 + min(max(jitter, 0), 1) / 2), left)
        let notice =
            "\(error.message); trying again in \(RetrySchedule.text(delay)), for at most \(RetrySchedule.text(left))"
        return .again(after: delay, notice: notice)
    }

    /// Begins anew after a success.
    ///
    /// - Returns: a sentence for the log, where something had failed before.
    public mutating func succeeded(at now: Duration) -> String? {
        guard let start = firstFailure else { return nil }
        defer { (firstFailure, failures) = (nil, 0) }
        return "going on, after \(RetrySchedule.text(now - start)) and \(RetrySchedule.count(failures, "failure"))"
    }

    private func afterTries(_ passed: Duration, _ reason: String) -> String {
        "giving up after \(RetrySchedule.text(passed)) and \(RetrySchedule.count(failures, "failure")): \(reason)"
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// "0.5 s", "12 s".
    private static func text(_ duration: Duration) -> String {
        let tenths = (duration.inMilliseconds + 50) / 100
        if tenths >= 100 { return "\((tenths + 5) / 10) s" }
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
