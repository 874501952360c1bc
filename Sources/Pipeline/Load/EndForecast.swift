/// Predicts how long a run with a time limit needs to end, and so when it has to stop reading. It does no I/O and knows
/// no clock: its user says what the time is, in seconds since a fixed moment.
///
///     var forecast = EndForecast(deadline: 60)
///     forecast.begin(at: 0)
///     forecast.note(.lines, at: 1)          // The first lines of a transaction, and all others.
///     if forecast.isTimeToEnd(at: 20) { … } // Stop reading.
///     forecast.note(.commitDue, at: 20)
///     forecast.note(.committed, at: 30)     // What commits take is measured.
///
/// The end of a run has three parts:
/// * Writing the open transaction. Its time is proportional to the time that was spent on reading it. The factor is that of
///   all transactions so far, and before the first one is committed it is 1.
/// * What the run did before it read anything and does again after: rows are counted, and facts follow their movies.
/// * Marts, indexes and statistics. They can only be guessed from the time that the run has been reading.
///
/// In addition a step, such as the insert of a group of events, cannot be interrupted.
struct EndForecast: Equatable, Sendable {
    /// What happened.
    enum Event: Equatable, Sendable {
        /// Lines were read.
        case lines
        /// A step ended, such as the insert of a group.
        case step
        /// No more lines come into the transaction.
        case commitDue
        /// The transaction was committed.
        case committed
        /// The transaction was lost or given up.
        case lost
        /// Anything else.
        case other
    }

    /// Until this much time was spent on transactions, the guess that writing one takes as long as reading it counts more
    /// than what was measured, since the time of a short transaction says little about a long one.
    static let guessedSeconds = 0.5
    /// The guess for marts, indexes and statistics after some seconds of reading.
    static func lastSteps(after reading: Double) -> Double { min(reading, 0.3 + reading * 0.08) }

    private let deadline: Double
    private var began: Double?
    /// How long the run took before it read anything.
    private var opening: Double?
    private var hasCommitted = false
    private var hasLines = false
    /// When the first lines of the open transaction were read, and when its commit became due.
    private var firstLines: Double?
    private var due: Double?
    /// The seconds of all committed transactions: from their first lines until their commits were due, and from then on.
    private var reading = 0.0
    private var writing = 0.0
    /// The longest step of late.
    private var longestStep = 0.0
    private var last = 0.0

    /// A forecast for a run that has to end by `deadline`.
    init(deadline: Double) { self.deadline = deadline }

    /// The run begins.
    mutating func begin(at now: Double) { (began, last) = (now, now) }

    /// Notes what happened.
    mutating func note(_ event: Event, at now: Double) {
        defer { last = now }
        if opening == nil, hasCommitted, let began { opening = now - began }
        switch event {
        case .lines:
            hasLines = true
            firstLines = firstLines ?? now
            noteStep(now - last)
        case .step: noteStep(now - last)
        case .commitDue: due = due ?? now
        case .committed:
            hasCommitted = true
            if let firstLines {
                let end = due ?? now
                reading += end - firstLines
                writing += now - end
            }
            (firstLines, due) = (nil, nil)
        case .lost: (firstLines, due) = (nil, nil)
        case .other: break
        }
    }

    /// Whether the run would end after its time if it read on. A run that has read nothing reads on.
    func isTimeToEnd(at now: Double) -> Bool { hasLines && now + remaining(at: now) >= deadline }

    /// How many seconds the run needs to end, if it stops reading now.
    func remaining(at now: Double) -> Double {
        guard let began, let opening else { return 0 }
        let transaction = firstLines.map { (due ?? now) - $0 } ?? 0
        let factor = (writing + Self.guessedSeconds) / (reading + Self.guessedSeconds)
        return longestStep + transaction * factor + opening + Self.lastSteps(after: now - began - opening)
    }

    /// A step that once took long counts less and less.
    private mutating func noteStep(_ seconds: Double) { longestStep = max(seconds, longestStep * 0.9) }
}
