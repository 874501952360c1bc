import Domain

/// Decides whether and when something that failed is tried again. It does no I/O and knows no clock: its user says what
/// the time is.
///
/// ```
/// var schedule = RetrySchedule(total: .seconds(300))
/// switch schedule.failed(error, at: elapsed, jitter: .random(in: 0...1)) {
/// case .again(let delay, let notice): log(notice); wait(delay)
/// case .giveUp(let notice): log(notice); throw error
/// }
/// if let notice = schedule.succeeded(at: elapsed) { log(notice) }   // After each commit.
/// ```
///
/// The time runs from the first failure to the next success. A success is work that lasts, such as a commit. A new
/// connection on which the same statement fails again is not a success.
struct RetrySchedule: Sendable {
    /// What to do after a failure.
    enum Decision: Equatable, Sendable {
        /// Try again after a time. The notice is a sentence for the log.
        case again(after: Duration, notice: String)
        /// Do not try again. The notice is a sentence for the log, if there was an earlier failure.
        case giveUp(notice: String?)
    }

    /// The longest time between two tries.
    static let longestDelay = Duration.seconds(30)
    /// The time before the second try, when the server cannot be reached.
    static let firstDelay = Duration.milliseconds(500)
    /// The time before the second try, when the server refused but can be reached, as after a deadlock.
    static let firstDelayAfterRefusal = Duration.milliseconds(50)

    private let total: Duration
    private var firstFailure: Duration?
    private var failures = 0

    /// A schedule that tries again for at most so long; zero never tries again.
    init(total: Duration) { self.total = total }

    /// Decides after a failure.
    ///
    /// - Parameters:
    ///   - mayRetry: whether an error of this kind is tried again at all.
    ///   - now: the time since any fixed moment.
    ///   - jitter: 0 to 1, at random, so that several programs do not try at the same moment.
    mutating func failed(
        _ error: any ReportedError, mayRetry: Bool, at now: Duration, jitter: Double
    ) -> Decision {
        let start = firstFailure ?? now
        firstFailure = start
        failures += 1
        let (passed, left) = (now - start, total - (now - start))
        guard mayRetry else {
            return .giveUp(notice: failures > 1 ? givingUp(passed, "trying again does not help") : nil)
        }
        guard left > .zero else {
            return .giveUp(notice: failures > 1 ? givingUp(passed, "the time for trying again is over") : nil)
        }
        // Doubled after each failure. The jitter takes off up to a half.
        var delay = error.kind == .unreachable ? Self.firstDelay : Self.firstDelayAfterRefusal
        for _ in 1..<failures where delay < Self.longestDelay { delay *= 2 }
        delay = min(delay, Self.longestDelay)
        delay = min(delay * (0.5 + min(max(jitter, 0), 1) / 2), left)
        let notice = "\(error.message); trying again in \(Self.text(delay)), for at most \(Self.text(left))"
        return .again(after: delay, notice: notice)
    }

    /// Forgets the failures.
    ///
    /// - Returns: a sentence for the log, if there were failures.
    mutating func succeeded(at now: Duration) -> String? {
        guard let start = firstFailure else { return nil }
        defer { (firstFailure, failures) = (nil, 0) }
        return "going on after \(Self.text(now - start)) and \(Self.count(failures))"
    }

    private func givingUp(_ passed: Duration, _ reason: String) -> String {
        "giving up after \(Self.text(passed)) and \(Self.count(failures)): \(reason)"
    }

    private static func count(_ failures: Int) -> String { "\(failures) failure\(failures == 1 ? "" : "s")" }

    /// "0.5 s", "12 s".
    private static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let tenths = (seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 50) / 100
        if tenths >= 100 { return "\((tenths + 5) / 10) s" }
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
