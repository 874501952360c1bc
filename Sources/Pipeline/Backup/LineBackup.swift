import Domain
import Logging

/// Sends the movie documents or the event lines that a run accepts to a topic or another place. What is committed in the
/// warehouse is there before. After a kill, or when a transaction is repeated, lines are sent again, which changes nothing
/// for who loads them. Used by the thread that loads.
///
///     let backup = try LineBackup(of: .movies, to: topic, retryFor: .seconds(300), clock: { seconds })
///     let loader = Loader(warehouse: warehouse, rawStore: nil, options: options, backups: [backup], …)
///     let report = try loader.run(movies: movies, events: nil)
///     print(report.backups.first?.confirmed)
public final class LineBackup {
    /// Whose lines are sent.
    public let port: SourcePort
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

    /// How many lines are sent before outcomes are looked for.
    private static let mostSentAtOnce = 64
    /// For how many seconds outcomes are waited for when a signal asked for a stop and none comes.
    private static let secondsToStop = 5.0

    /// Connects, and checks that the target exists.
    ///
    /// - Parameters:
    ///   - port: whose lines are sent.
    ///   - total: how long to try again after the connection is lost, each time.
    ///   - clock: seconds since a fixed moment.
    /// - Throws: the error of the target.
    public convenience init(
        of port: SourcePort, to target: any MessageTarget, retryFor total: Duration, stop: StopSignal = StopSignal(),
        logger: Logger = .silent, clock: @escaping () -> Double
    ) throws {
        try self.init(
            of: port, to: target, retryFor: total, stop: stop, logger: logger, clock: clock, queue: BackupQueue())
    }

    init(
        of port: SourcePort, to target: any MessageTarget, retryFor total: Duration, stop: StopSignal,
        logger: Logger = .silent,
        clock: @escaping () -> Double, queue: BackupQueue
    ) throws {
        self.port = port
        self.target = target
        self.stop = stop
        self.clock = clock
        self.queue = queue
        topic = try target.open()
        retries = TargetRetries(for: total, stop: stop, logger: logger, clock: clock)
        report = BackupReport(port: port, location: target.location)
        committed = report
    }

    /// What was sent, of the transactions that were committed.
    var result: BackupReport {
        var result = committed
        result.sentAgain = queue.sentAgain
        return result
    }

    /// Where the failures are logged.
    var logger: Logger {
        get { retries.logger }
        set { retries.logger = newValue }
    }

    /// Ends the connection.
    func close() { target.close() }

    // MARK: Lines

    /// Begins to send a line of a chunk. Waits while too many have no outcome.
    ///
    /// - Parameters:
    ///   - index: the line's place in the chunk.
    ///   - id: the movie of a document, the user of an event.
    ///   - day: the snapshot date of a movie document, as days since 1970-01-01; nil for an event.
    /// - Throws: `BackupFailure`; `BackupStopped`.
    func add(_ index: Int, of chunk: LineChunk, id: Int64, day: Int32?) throws {
        let line = chunk.lines[index]
        let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
        while !queue.hasRoom(for: bytes.count) { try goOn(waiting: 20) }
        queue.add(
            BackupQueue.Line(
                value: [UInt8](bytes), id: id, day: day, source: chunk.source.name, number: line.number))
    }

    /// Sends what was added, as far as there is room for it.
    ///
    /// - Throws: `BackupFailure`; `BackupStopped`.
    func sendAdded() throws { try goOn(waiting: 0) }

    /// Waits until all lines are confirmed, or refused for good.
    ///
    /// - Throws: `BackupFailure`; `BackupStopped`.
    func confirm() throws {
        while !queue.isEmpty { try goOn(waiting: 50) }
    }

    /// The transaction was committed.
    func didCommit() { committed = report }

    /// The transaction was rolled back: its lines come again.
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
        while let (number, line) = queue.next() {
            switch try offer(line, number: number) {
            case .accepted: queue.sent(number)
            case .refused(let refusal): settle(number, .refused(refusal))
            case .full:
                guard queue.inFlight > 0 else {
                    throw BackupFailure(
                        cause: PublishError.noRoomForMessage(
                            location: target.location, source: line.source, line: line.number,
                            bytes: line.value.count))
                }
                return try takeOutcomes(waiting: 20)
            }
            count += 1
            if count % Self.mostSentAtOnce == 0 { try takeOutcomes(waiting: 0) }
        }
    }

    private func offer(_ line: BackupQueue.Line, number: UInt) throws -> SendAnswer {
        do {
            return try line.value.withUnsafeBytes { value in
                try MessageKeys.withBytes(id: line.id, snapshotDay: line.day) { key in
                    try target.send(
                        OutgoingMessage(value: value, key: key, snapshotDay: line.day), number: number)
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
        guard let line = queue.settle(number) else { return }
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
                    source: line.source, line: line.number, bytes: Int64(line.value.count), refusal: refusal))
        }
    }
}
