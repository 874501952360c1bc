import Domain
import Logging

/// What `Publisher` is asked to do.
public struct PublishOptions: Sendable {
    /// The snapshot date of all movie documents, as days since 1970-01-01; nil for that of each file.
    public var snapshotDay: Int32?
    /// The snapshot date of documents that have no other.
    public var clockDay: Int32
    /// Whether what was sent before is sent again.
    public var isAgain = false
    /// The most messages a second; nil for no limit.
    public var rate: Double?
    /// How long to try again after the connection is lost.
    public var retryFor: Duration

    /// Options.
    public init(clockDay: Int32, retryFor: Duration) {
        self.clockDay = clockDay
        self.retryFor = retryFor
    }
}

/// Sends the lines of sources to a topic, each as one message, and remembers how far it came.
///
/// Each line is sent at least once. After a kill, at most `mostLinesAhead` lines are sent a second time; they are duplicates
/// for who loads them. Which line is sent next is decided by `PublishMachine`.
///
///     let publisher = Publisher(from: files, to: topic, positions: store, options: options, logger: logger, …)
///     let report = try publisher.run()
///     print(report.confirmed, report.failure)
public final class Publisher {
    /// How many lines may be sent after the stored position, without a limit on the rate.
    public static let mostLinesAhead: Int64 = 100_000

    private let set: any SourceSet
    private let target: any MessageTarget
    private let store: any SentPositionStore
    private let options: PublishOptions
    private let stop: StopSignal
    private let logger: Logger
    private let clock: () -> Double
    private let progress: (PublishProgress) -> Void
    private let mostAhead: Int64

    /// - Parameters:
    ///   - stop: ends the publishing at a confirmed line, within seconds.
    ///   - clock: seconds since a fixed moment.
    ///   - progress: called often, on the thread that calls `run`.
    public init(
        from set: any SourceSet, to target: any MessageTarget, positions store: any SentPositionStore,
        options: PublishOptions, stop: StopSignal = StopSignal(), logger: Logger = .silent,
        clock: @escaping () -> Double, progress: @escaping (PublishProgress) -> Void = { _ in }
    ) {
        self.set = set
        self.target = target
        self.store = store
        self.options = options
        self.stop = stop
        self.logger = logger
        self.clock = clock
        self.progress = progress
        // Two seconds of a slow rate: outcomes and the next saving come sooner.
        let slow = options.rate.map { Int64(min($0 * 2, Double(Self.mostLinesAhead))) }
        mostAhead = max(1000, slow ?? Self.mostLinesAhead)
    }

    /// Publishes.
    ///
    /// - Returns: what was sent. An error that came after something could be sent is its `failure`.
    /// - Throws: the errors of the target, the sources and the store before anything is sent.
    public func run() throws -> PublishReport {
        let start = clock()
        let topic = try target.open()
        var work: PublishWork?
        defer { target.close(keeping: work?.memory ?? []) }
        var positions = try store.read(set.port, of: topic)
        if try !target.reaches(positions.ends) {
            logger.warning(
                "\(target.location) ends before messages that it had confirmed: it was deleted and made anew, or has lost "
                    + "them. All files are sent again.")
            positions = SentPositions()
        }
        let begun = try PublishWork(
            set: set, target: target, store: store, options: options, topic: topic, positions: positions,
            mostAhead: mostAhead)
        work = begun
        let failure = publish(begun)
        var report = begun.report()
        report.failure = failure
        report.stopped = failure == nil && !begun.isComplete ? stop.reason : nil
        report.seconds = clock() - start
        return report
    }

    private func publish(_ work: PublishWork) -> (any ReportedError)? {
        defer { work.close() }
        do {
            var retries = TargetRetries(for: options.retryFor, stop: stop, logger: logger, clock: clock)
            while true {
                do {
                    try work.goOn(now: clock, isStopping: { self.stop.reason != nil }) { settled in
                        if settled { retries.succeeded() }
                        progress(work.progress)
                    }
                    try work.save(isLast: true, at: clock())
                    return nil
                } catch let error as TargetFailure {
                    guard try retries.open(target, after: error.cause, topic: work.topic, keeping: work.memory)
                    else {
                        try work.save(isLast: true, at: clock())
                        return nil
                    }
                    work.lose()
                }
            }
        } catch {
            // What is confirmed is remembered; if that fails too, the first error says why.
            if !(error is StoreFailure) { try? work.save(isLast: true, at: clock()) }
            let cause = (error as? StoreFailure)?.cause ?? error
            return cause as? any ReportedError ?? UnexpectedFailure(cause: cause)
        }
    }
}

/// An error of the target while lines were sent, after which it may be opened anew.
struct TargetFailure: Error {
    let cause: any Error
}

/// An error of the place where positions are kept.
struct StoreFailure: Error {
    let cause: any Error
}

/// An error that has no words of its own for users.
struct UnexpectedFailure: ReportedError {
    let cause: any Error
    var message: String { "\(cause)" }
    var hint: String { "Run `reelhouse doctor` to check the installation." }
    var mayRetry: Bool { false }
}
