import Domain
import Logging

/// Sends the movie documents that a run accepts to a topic. What is committed in the warehouse is in the topic before.
/// After a kill, or when a transaction is repeated, documents are sent again, which changes nothing for who loads them.
/// Used by the thread that loads.
///
///     let backup = try MovieBackup(to: topic, retryFor: .seconds(300), clock: { seconds })
///     let loader = Loader(warehouse: warehouse, rawStore: nil, options: options, backup: backup, …)
///     let report = try loader.run(movies: movies, events: nil)
///     print(report.backup?.confirmed)
public final class MovieBackup {
    private let target: any MessageTarget
    private let topic: TopicIdentity
    private let stop: StopSignal
    private let clock: () -> Double
    private var queue: BackupQueue
    private var retries: TargetRetries
    private var report: BackupReport
    /// The report as of the last commit.
    private var committed: BackupReport
    /// Since when the program is asked to stop and nothing was confirmed.
    private var stoppingSince: Double?

    /// How many documents are sent before outcomes are looked for.
    private static let mostSentAtOnce = 64
    /// For how many seconds outcomes are waited for when a signal asked for a stop and none comes.
    private static let secondsToStop = 5.0

    /// Connects, and checks that the topic exists.
    ///
    /// - Parameters:
    ///   - total: how long to try again after the connection is lost, each time.
    ///   - clock: seconds since a fixed moment.
    /// - Throws: the error of the target.
    public convenience init(
        to target: any MessageTarget, retryFor total: Duration, stop: StopSignal = StopSignal(),
        logger: Logger = .silent, clock: @escaping () -> Double
    ) throws {
        try self.init(to: target, retryFor: total, stop: stop, logger: logger, clock: clock, queue: BackupQueue())
    }

    init(
        to target: any MessageTarget, retryFor total: Duration, stop: StopSignal, logger: Logger = .silent,
        clock: @escaping () -> Double, queue: BackupQueue
    ) throws {
        self.target = target
        self.stop = stop
        self.clock = clock
        self.queue = queue
        topic = try target.open()
        retries = TargetRetries(for: total, stop: stop, logger: logger, clock: clock)
        report = BackupReport(location: target.location)
        committed = report
    }

    /// What was sent, of the transactions that were committed.
    var result: BackupReport {
        var result = committed
        result.sentAgain = queue.sentAgain
        return result
    }

    /// Ends the connection.
    func close() { target.close() }

    // MARK: Documents

    /// Begins to send a document. Waits while too many have no outcome.
    ///
    /// - Throws: `BackupFailure`; `BackupStopped`.
    func add(_ document: MovieDocument, of batch: MovieBatch) throws {
        let line = batch.chunk.lines[document.line]
        let bytes = batch.chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
        while !queue.hasRoom(for: bytes.count) { try goOn(waiting: 20) }
        queue.add(
            BackupQueue.Document(
                value: [UInt8](bytes), movieID: document.movieID, day: document.rank.snapshotDay,
                source: batch.chunk.source.name, line: line.number))
    }

    /// Sends what was added, as far as there is room for it.
    ///
    /// - Throws: `BackupFailure`; `BackupStopped`.
    func sendAdded() throws { try goOn(waiting: 0) }

    /// Waits until all documents are confirmed, or refused for good.
    ///
    /// - Throws: `BackupFailure`; `BackupStopped`.
    func confirm() throws {
        while !queue.isEmpty { try goOn(waiting: 50) }
    }

    /// The transaction was committed.
    func didCommit() { committed = report }

    /// The transaction was rolled back: its documents come again.
    func didRollBack() {
        queue.removeAll()
        report = committed
    }

    // MARK: Sending

    /// Sends and takes outcomes; opens the target anew where the connection is lost.
    private func goOn(waiting milliseconds: Int) throws {
        do {
            try checkStop()
            try send()
            try takeOutcomes(waiting: milliseconds)
        } catch let error as TargetFailure {
            do {
                // Messages of a backup are copied when they are sent.
                let isOpen = try retries.open(target, after: error.cause, topic: topic, keeping: [])
                guard isOpen else { throw BackupStopped() }
            } catch let error as any ReportedError {
                throw BackupFailure(cause: error)
            }
            queue.lose()
        }
    }

    /// Gives up when a signal asked for a stop and nothing is confirmed any more.
    private func checkStop() throws {
        guard stop.reason?.isSignal == true else { return }
        let now = clock()
        let since = stoppingSince ?? now
        stoppingSince = since
        if now - since > Self.secondsToStop { throw BackupStopped() }
    }

    private func send() throws {
        var count = 0
        while let (number, document) = queue.next() {
            switch try offer(document, number: number) {
            case .accepted: queue.sent(number)
            case .refused(let refusal): settle(number, .refused(refusal))
            case .full:
                guard queue.inFlight > 0 else {
                    throw BackupFailure(
                        cause: PublishError.noRoomForMessage(
                            location: target.location, source: document.source, line: document.line,
                            bytes: document.value.count))
                }
                return try takeOutcomes(waiting: 20)
            }
            count += 1
            if count % Self.mostSentAtOnce == 0 { try takeOutcomes(waiting: 0) }
        }
    }

    private func offer(_ document: BackupQueue.Document, number: UInt) throws -> SendAnswer {
        var key = MessageKeys.text(id: document.movieID, snapshotDay: document.day)
        do {
            return try document.value.withUnsafeBytes { value in
                try key.withUTF8 { key in
                    try target.send(
                        OutgoingMessage(value: value, key: UnsafeRawBufferPointer(key), snapshotDay: document.day),
                        number: number)
                }
            }
        } catch {
            throw TargetFailure(cause: error)
        }
    }

    private func takeOutcomes(waiting milliseconds: Int) throws {
        do {
            try target.takeOutcomes(waiting: milliseconds) { number, outcome in settle(number, outcome) }
        } catch {
            throw TargetFailure(cause: error)
        }
    }

    private func settle(_ number: UInt, _ outcome: MessageOutcome) {
        guard let document = queue.settle(number) else { return }
        switch outcome {
        case .confirmed:
            report.confirmed += 1
            stoppingSince = nil
            retries.succeeded()
        case .refused(let refusal):
            report.unsentCount += 1
            guard report.unsent.count < PublishReport.mostUnsentLines else { return }
            report.unsent.append(
                UnsentLine(
                    source: document.source, line: document.line, bytes: Int64(document.value.count), refusal: refusal))
        }
    }
}
