import Domain

/// Does the steps of `PublishMachine`: reads chunks, sends their lines, takes outcomes, stores positions.
final class PublishWork {
    let topic: TopicIdentity
    private let set: any SourceSet
    private let target: any MessageTarget
    private let store: any SentPositionStore
    private let input: PublishedInput
    @exclusivity(unchecked) private var machine: PublishMachine
    private var ledger: SentLedger
    private var rate: SendRate
    /// The chunks that the machine has, by their numbers: the first has the number `machine.finished`.
    @exclusivity(unchecked) private var lines: [PublishedLines] = []
    /// The number of the first of `lines`.
    @exclusivity(unchecked) private var firstChunk = 0
    private var results: PublishResults
    /// How many lines after its positions may have been sent, as the store says.
    private var saysAhead: Int64
    /// Where the topic ended after what earlier calls have sent.
    private let earlierEnds: TopicEnds
    private(set) var isComplete = false

    /// How many messages are sent before outcomes are looked for.
    private static let mostSentAtOnce = 512

    init(
        set: any SourceSet, target: any MessageTarget, store: any SentPositionStore, options: PublishOptions,
        topic: TopicIdentity, positions: SentPositions, mostAhead: Int64
    ) throws {
        self.set = set
        self.target = target
        self.store = store
        self.topic = topic
        machine = PublishMachine(mostAhead: mostAhead)
        ledger = SentLedger(positions.sources)
        rate = SendRate(options.rate)
        saysAhead = positions.linesAhead
        earlierEnds = positions.ends
        results = PublishResults(try set.describe(), earlier: positions)
        let request = SourceRequest(
            snapshotDay: options.snapshotDay, clockDay: options.clockDay, isReload: options.isAgain)
        let ledger = ledger
        let source = try set.open(request) { try ledger.forEachKnown($0) }
        input = PublishedInput(source, port: set.port)
    }

    /// Ends the reading.
    func close() { input.close() }

    /// What has happened so far.
    var progress: PublishProgress { results.progress }

    /// The result.
    func report() -> PublishReport {
        var report = results.report(of: topic)
        report.passedOver = set.passedOver
        report.unreadable = set.unreadable
        report.sentAgain = machine.sentAgain
        report.linesAhead = machine.linesAhead
        return report
    }

    // MARK: Steps

    /// Sends until everything is sent, or until the program is asked to stop.
    ///
    /// - Parameter report: called often; with true when messages were confirmed.
    /// - Throws: `TargetFailure`, `StoreFailure`, errors of the sources.
    func goOn(now: () -> Double, isStopping: () -> Bool, report: (_ isConfirmed: Bool) -> Void) throws {
        while true {
            let time = now()
            if isStopping() { machine.stop(at: time) }
            switch machine.next(at: time) {
            case .end:
                isComplete = machine.hasSentAll
                return
            case .save: try save(at: time)
            case .read: try read(report)
            case .wait: try takeOutcomes(waiting: 50, report)
            case .send(let line): try send(from: line, at: time, report)
            }
        }
    }

    private func read(_ report: (Bool) -> Void) throws {
        // While outcomes are expected, the wait is theirs.
        switch try machine.inFlight > 0 ? input.poll() : input.next() {
        case .output(let next): try add(next)
        case .end: machine.endInput()
        case .nothingYet, .heldBack: try takeOutcomes(waiting: machine.inFlight > 0 ? 5 : 0, report)
        }
    }

    private func add(_ next: PublishedLines) throws {
        // Before the first line is sent, the store has to know that lines after its positions may have been sent.
        if !next.chunk.lines.isEmpty, next.chunk.mark != nil, saysAhead < machine.mostAhead {
            saysAhead = machine.mostAhead
            try write()
        }
        lines.append(next)
        machine.add(lines: next.chunk.lines.count)
        results.began(next.chunk)
        finishChunks()
    }

    /// Sends a line, and those after it as long as nothing else is to be done.
    private func send(from first: PublishMachine.Line, at time: Double, _ report: (Bool) -> Void) throws {
        var step = PublishMachine.Step.send(first)
        var count = 0
        while case .send(let line) = step, count < Self.mostSentAtOnce {
            let delay = rate.delay(at: time)
            if delay > 0 { return try takeOutcomes(waiting: min(50, max(1, Int(delay * 1000))), report) }
            let most = rate.isUnlimited ? Self.mostSentAtOnce - count : 1
            let lines = machine.count(from: line, most: most)
            guard try send(line, count: lines) else { return try takeOutcomes(waiting: 20, report) }
            rate.sent(at: time)
            count += lines
            step = machine.next(at: time)
        }
        try takeOutcomes(waiting: 0, report)
    }

    /// Sends lines of one chunk, or leaves them out.
    ///
    /// - Returns: false when there is no room for one of them now.
    private func send(_ first: PublishMachine.Line, count: Int) throws -> Bool {
        let published = lines[first.chunk - firstChunk]
        let chunk = published.chunk
        // The first of the lines that were sent, and the machine does not know of it.
        var start = first
        var place = first
        defer { machine.sent(start, count: place.index - start.index) }
        while place.index < first.index + count {
            let line = chunk.lines[place.index]
            let refused: UnsentLine
            if line.note >= 0 {
                refused = UnsentLine(line, chunk)
            } else {
                switch try offer(line, id: published.ids[place.index], in: chunk, number: place.number) {
                case .accepted:
                    place.index += 1
                    continue
                case .refused(let refusal): refused = UnsentLine(line, chunk, refusal)
                case .full:
                    guard machine.inFlight > 0 || place != start else {
                        throw PublishError.noRoomForMessage(
                            location: target.location, source: chunk.source.name, line: line.number,
                            bytes: Int(line.span.length))
                    }
                    return false
                }
            }
            machine.sent(start, count: place.index - start.index)
            leaveOut(place, refused)
            place.index += 1
            start = place
        }
        return true
    }

    private func offer(_ line: Line, id: Int64, in chunk: LineChunk, number: UInt) throws -> SendAnswer {
        let day = set.port == .movies ? line.snapshotDay : nil
        let value = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
        do {
            return try MessageKeys.withBytes(id: id, snapshotDay: day) { key in
                var message = OutgoingMessage(value: value, key: key, snapshotDay: day)
                // The chunk is in `lines` until all of its lines are settled.
                message.valueStays = true
                return try target.send(message, number: number)
            }
        } catch {
            throw TargetFailure(cause: error)
        }
    }

    /// What has the bytes of the lines that are not settled.
    var memory: [AnyObject] { lines }

    private func takeOutcomes(waiting milliseconds: Int, _ report: (Bool) -> Void) throws {
        defer {
            let isConfirmed = countConfirmed()
            finishChunks()
            report(isConfirmed)
        }
        do {
            try target.takeOutcomes(waiting: milliseconds) { note($1, of: PublishMachine.Line(number: $0)) }
        } catch {
            throw TargetFailure(cause: error)
        }
    }

    private func note(_ outcome: MessageOutcome, of place: PublishMachine.Line) {
        guard place.chunk >= firstChunk, place.chunk - firstChunk < lines.count, machine.settle(place) else { return }
        let published = lines[place.chunk - firstChunk]
        switch outcome {
        case .confirmed: published.confirm(place.index)
        case .refused(let refusal):
            published.refused += 1
            results.unsent(UnsentLine(published.chunk.lines[place.index], published.chunk, refusal))
        }
    }

    /// Adds what was confirmed of each chunk to the results; false where that is nothing.
    private func countConfirmed() -> Bool {
        var isConfirmed = false
        for published in lines where published.confirmed.count > 0 {
            results.confirmed(published.takeConfirmed(), of: published.chunk.source)
            isConfirmed = true
        }
        return isConfirmed
    }

    private func leaveOut(_ place: PublishMachine.Line, _ line: UnsentLine) {
        lines[place.chunk - firstChunk].refused += 1
        results.unsent(line)
        machine.leaveOut(place)
    }

    /// Moves the positions over the chunks that are finished.
    private func finishChunks() {
        let count = machine.finished - firstChunk
        if count == 0 { return }
        for done in lines.prefix(count) {
            ledger.add(done.chunk, refused: done.refused)
            results.finished(done.chunk)
            input.release()
        }
        lines.removeFirst(count)
        firstChunk = machine.finished
    }

    /// The connection is lost.
    func lose() { machine.lose() }

    // MARK: Positions

    /// Stores how far the lines are sent.
    ///
    /// - Parameter isLast: whether nothing is sent afterwards.
    func save(isLast: Bool = false, at time: Double) throws {
        finishChunks()
        machine.save(at: time)
        let ahead = isLast ? machine.linesAhead : saysAhead
        if !ledger.isChanged, ahead == saysAhead { return }
        saysAhead = ahead
        try write()
    }

    private func write() throws {
        do {
            let ends = earlierEnds.merging(target.confirmedEnds, uniquingKeysWith: max)
            try store.replace(by: SentPositions(sources: ledger.sources(), linesAhead: saysAhead, ends: ends))
        } catch {
            throw StoreFailure(cause: error)
        }
    }
}

extension UnsentLine {
    /// A line that is none of the data: damage, or the start of a file of another kind; or one that is too long.
    fileprivate init(_ line: Line, _ chunk: LineChunk) {
        var bytes = Int64(line.span.length)
        let refusal: MessageRefusal
        switch chunk.notes[Int(line.note)] {
        case .tooLong(let length, _):
            bytes = length
            refusal = .tooLarge(side: MessageRefusal.thisProgram, limit: Int64(maximumLineLength))
        case .damage(let words), .unsupported(let words): refusal = .notTaken(words)
        }
        self.init(source: chunk.source.name, line: line.number, bytes: bytes, refusal: refusal)
    }

    /// A line that is refused.
    fileprivate init(_ line: Line, _ chunk: LineChunk, _ refusal: MessageRefusal) {
        self.init(source: chunk.source.name, line: line.number, bytes: Int64(line.span.length), refusal: refusal)
    }
}
