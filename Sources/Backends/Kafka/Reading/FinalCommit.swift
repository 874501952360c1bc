/// Decides for how long the end of a reading waits until the group's offsets are committed. It does no I/O.
///
///     let wait = FinalCommit(hasFailed: false, at: seconds)
///     while true { switch wait.step(pending: 1, refusal: nil, at: seconds) { case .wait: …, … } }
struct FinalCommit {
    /// What is to be done.
    enum Step: Equatable {
        /// An answer is missing, and is waited for.
        case wait
        /// What failed is sent again after a moment.
        case again
        /// An answer is missing, and is waited for no longer.
        case giveUp
        /// Nothing more.
        case end
    }

    /// For how long, in seconds. The first commit of all makes a cluster create its topic of offsets, and a coordinator that
    /// has just become one reads that topic first; both say so, and a busy cluster takes some seconds for them.
    static let patience = 20.0
    /// The same after a reading that has failed, whose brokers may be away.
    static let patienceAfterFailure = 5.0

    private let limit: Double

    /// A wait that begins now.
    ///
    /// - Parameters:
    ///   - hasFailed: whether the reading ended with an error.
    ///   - now: in seconds of a clock.
    init(hasFailed: Bool, at now: Double) {
        limit = now + (hasFailed ? FinalCommit.patienceAfterFailure : FinalCommit.patience)
    }

    /// What is to be done now.
    ///
    /// - Parameters:
    ///   - pending: how many answers are missing.
    ///   - refusal: why the last commit failed; nil when it did not.
    func step(pending: Int, refusal: KafkaError?, at now: Double) -> Step {
        if pending > 0 { return now < limit ? .wait : .giveUp }
        guard let refusal, refusal.mayRetry, now < limit else { return .end }
        return .again
    }
}
