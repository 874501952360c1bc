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
/// schedule.answered(at: elapsed)                                    // The server can be used again.
/// if let notice = schedule.worked(at: elapsed) { log(notice) }      // After each statement that wrote rows.
/// if let notice = schedule.succeeded(at: elapsed) { log(notice) }   // After each commit.
/// ```
///
/// The failures of one outage are counted together. Its time runs from its first failure. It ends with a success, which
/// is work that lasts, such as a commit; or when rows have been written for some seconds since the server answered. A new
/// connection on which the same statement fails again does not end it. So that a transaction that never gets through ends
/// at last, there is a limit to the outages without a success between them.
struct RetrySchedule: Sendable {
    /// What to do after a failure.
    enum Decision: Equatable, Sendable {
        /// Try again after a time. The notice is a sentence for the log.
        case again(after: Duration, notice: String)
        /// Do not try again. The notice is a sentence for the log, if there was an earlier failure.
        case giveUp(notice: String?, reason: GiveUpReason)
    }

    /// Why it is not tried again.
    enum GiveUpReason: Equatable, Sendable {
        /// The error is of a kind that comes again.
        case useless
        /// The time of the outage is over.
        case timeIsOver
        /// There were too many outages without a success between them.
        case tooManyOutages

        /// The reason as a part of a sentence.
        var words: String {
            switch self {
            case .useless: "trying again does not help"
            case .timeIsOver: "the time for trying again is over"
            case .tooManyOutages:
                "the work was interrupted \(RetrySchedule.mostOutages + 1) times without a commit between"
            }
        }
    }

    /// The longest time between two tries.
    static let longestDelay = Duration.seconds(30)
    /// The time before the second try, when the server cannot be reached.
    static let firstDelay = Duration.milliseconds(500)
    /// The time before the second try, when the server refused but can be reached, as after a deadlock.
    static let firstDelayAfterRefusal = Duration.milliseconds(50)

    /// How long rows have to be written after the server answered, for the outage to be over without a commit.
    static let workThatEndsAnOutage = Duration.seconds(3)
    /// The most outages without a success between them.
    static let mostOutages = 10

    private let total: Duration
    /// The outages since the last success, the present one included.
    private var outages = 0
    /// The present outage: its first failure, how many there were, and when the server answered after the last of them.
    private var firstFailure: Duration?
    private var failures = 0
    private var answer: Duration?

    /// A schedule that tries again for at most so long in each outage; zero never tries again.
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
        if firstFailure == nil { outages += 1 }
        firstFailure = start
        failures += 1
        answer = nil
        let (passed, left) = (now - start, total - (now - start))
        guard mayRetry else { return givingUp(passed, .useless) }
        guard left > .zero else { return givingUp(passed, .timeIsOver) }
        guard outages <= Self.mostOutages else { return givingUp(passed, .tooManyOutages) }
        // Doubled after each failure. The jitter takes off up to a half.
        var delay = error.kind == .unreachable ? Self.firstDelay : Self.firstDelayAfterRefusal
        for _ in 1..<failures where delay < Self.longestDelay { delay *= 2 }
        delay = min(delay, Self.longestDelay)
        delay = min(delay * (0.5 + min(max(jitter, 0), 1) / 2), left)
        let notice = "\(error.message); trying again in \(Self.text(delay)), for at most \(Self.text(left))"
        return .again(after: delay, notice: notice)
    }

    /// The server can be used again after a failure.
    mutating func answered(at now: Duration) {
        if firstFailure != nil { answer = now }
    }

    /// Rows were written, although nothing is committed yet.
    ///
    /// - Returns: a sentence for the log, if that ends an outage.
    mutating func worked(at now: Duration) -> String? {
        guard let answer, now - answer >= Self.workThatEndsAnOutage else { return nil }
        return outageEnded(at: answer)
    }

    /// Forgets the failures.
    ///
    /// - Returns: a sentence for the log, if that ends an outage.
    mutating func succeeded(at now: Duration) -> String? {
        outages = 0
        return outageEnded(at: answer ?? now)
    }

    private mutating func outageEnded(at now: Duration) -> String? {
        guard let start = firstFailure else { return nil }
        defer { (firstFailure, failures, answer) = (nil, 0, nil) }
        return "going on after \(Self.text(now - start)) and \(Self.count(failures))"
    }

    private func givingUp(_ passed: Duration, _ reason: GiveUpReason) -> Decision {
        let notice = "giving up after \(Self.text(passed)) and \(Self.count(failures)): \(reason.words)"
        return .giveUp(notice: failures > 1 || reason == .tooManyOutages ? notice : nil, reason: reason)
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
