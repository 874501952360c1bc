/// Decides which line is sent next, which lines count as sent, and which are sent again after an error. It does no I/O and
/// knows no clock.
///
/// "Sent" is an unbroken run of settled lines from the start: a line is settled when it is confirmed, or refused for good.
/// The run ends at the end of a chunk, because that is where a source can be continued.
///
///     var machine = PublishMachine(mostAhead: 100_000)
///     while true {
///         switch machine.next(at: seconds) {
///         case .read: machine.add(lines: chunk.lines.count)      // or `endInput`, or `wait`
///         case .send(let line): machine.sent(line)                // or `settle`, when the line is refused
///         case .save: machine.save(at: seconds)                   // the position after `machine.finished` chunks
///         case .wait: _ = machine.settle(confirmed)
///         case .end: return
///         }
///     }
struct PublishMachine {
    /// A line: its chunk's number, counted from 0, and its index in the chunk.
    struct Line: Hashable, Sendable {
        var chunk: Int
        var index: Int

        /// The line in one number.
        var number: UInt { UInt(bitPattern: chunk) << Line.bits | UInt(bitPattern: index) }

        init(chunk: Int, index: Int) { (self.chunk, self.index) = (chunk, index) }

        /// The line of a number.
        init(number: UInt) {
            self.init(chunk: Int(number >> Line.bits), index: Int(number & ((1 << Line.bits) - 1)))
        }

        /// A chunk has fewer lines than a number of so many bits can count.
        private static let bits: UInt = 20
    }

    /// What is to be done next.
    enum Step: Equatable, Sendable {
        /// Add the next chunk, or say that there is none.
        case read
        /// Send this line.
        case send(Line)
        /// Store how far the unbroken run of settled lines goes.
        case save
        /// Wait for outcomes, or for time to pass.
        case wait
        /// Nothing is left to be done.
        case end
    }

    private struct Chunk {
        let count: Int
        /// How many lines all chunks before have.
        let first: Int64
        private var bits: [UInt64]
        private(set) var settled = 0

        init(count: Int, first: Int64) {
            self.count = count
            self.first = first
            bits = [UInt64](repeating: 0, count: (count + 63) / 64)
        }

        func isSettled(_ index: Int) -> Bool { bits[index >> 6] & (1 << UInt64(index & 63)) != 0 }

        /// Settles a line; false if it is settled already.
        mutating func settle(_ index: Int) -> Bool {
            if isSettled(index) { return false }
            bits[index >> 6] |= 1 << UInt64(index & 63)
            settled += 1
            return true
        }
    }

    /// How many lines may be sent after the saved position, which a kill can cause to be sent twice. A chunk that has
    /// more lines is sent whole.
    let mostAhead: Int64
    /// How long settled lines may be unsaved, in seconds.
    static let secondsUnsaved = 1.0
    /// After a request to stop: for how long the chunk that was begun is sent, and how long outcomes are waited for.
    static let secondsToStop = (sending: 2.0, waiting: 5.0)

    /// The chunks that are not finished.
    private var chunks: [Chunk] = []
    /// The number of the first of them: how many chunks are finished.
    private(set) var finished = 0
    /// How many lines the finished chunks have.
    private var finishedLines: Int64 = 0
    private var saved = (chunks: 0, lines: Int64(0), at: 0.0)
    /// The next line to be sent.
    private var cursor = Line(chunk: 0, index: 0)
    /// How many lines were added, and up to which of them lines were sent at least once.
    private var added: Int64 = 0
    private var reached: Int64 = 0
    /// How many lines were sent and have no outcome.
    private(set) var inFlight = 0
    /// How many times a line was sent that had been sent before.
    private(set) var sentAgain: Int64 = 0
    private var hasEnded = false
    private var stoppedAt: Double?

    /// A machine without lines.
    init(mostAhead: Int64) { self.mostAhead = max(1, mostAhead) }

    /// Whether all lines of all chunks are settled.
    var hasSentAll: Bool { hasEnded && chunks.isEmpty }

    /// How many lines after the saved position were sent.
    var linesAhead: Int64 { max(0, reached - saved.lines) }

    // MARK: The next step

    /// What is to be done next.
    ///
    /// - Parameter now: seconds since a fixed moment.
    mutating func next(at now: Double) -> Step {
        if isSavingDue(at: now) { return .save }
        if let stoppedAt { return stoppingStep(after: now - stoppedAt) }
        guard let line = nextLine() else {
            if !hasEnded { return .read }
            if !chunks.isEmpty { return .wait }
            return hasUnsaved ? .save : .end
        }
        if mayBeSent(line) { return .send(line) }
        return hasUnsaved ? .save : .wait
    }

    private mutating func stoppingStep(after seconds: Double) -> Step {
        // A chunk that is sent whole can be continued after its end.
        if cursor.index > 0, seconds < Self.secondsToStop.sending, let line = nextLine(), line.index > 0 {
            if mayBeSent(line) { return .send(line) }
            return hasUnsaved ? .save : .wait
        }
        if inFlight > 0, seconds < Self.secondsToStop.waiting { return .wait }
        return hasUnsaved ? .save : .end
    }

    private var hasUnsaved: Bool { finished > saved.chunks }

    private func isSavingDue(at now: Double) -> Bool {
        hasUnsaved && (now - saved.at >= Self.secondsUnsaved || (finishedLines - saved.lines) * 4 >= mostAhead)
    }

    /// The chunk after the saved position may always be sent whole, since no other position can be saved before.
    private func mayBeSent(_ line: Line) -> Bool {
        line.chunk == saved.chunks || chunks[line.chunk - finished].first + Int64(line.index) - saved.lines < mostAhead
    }

    /// The next line that is not settled; nil when all lines that were added are sent.
    private mutating func nextLine() -> Line? {
        while cursor.chunk - finished < chunks.count {
            let chunk = chunks[cursor.chunk - finished]
            while cursor.index < chunk.count, chunk.isSettled(cursor.index) { cursor.index += 1 }
            if cursor.index < chunk.count { return cursor }
            cursor = Line(chunk: cursor.chunk + 1, index: 0)
        }
        return nil
    }

    /// How many lines may be sent at once, instead of the one that `next` has named; at least 1.
    func count(from line: Line, most: Int) -> Int {
        let chunk = chunks[line.chunk - finished]
        var end = min(chunk.count, line.index + most)
        if line.chunk != saved.chunks {
            let room = mostAhead - (chunk.first + Int64(line.index) - saved.lines)
            end = min(end, line.index + Int(clamping: room))
        }
        var index = line.index + 1
        while index < end, !chunk.isSettled(index) { index += 1 }
        return index - line.index
    }

    // MARK: What happened

    /// Adds the next chunk of lines; there may be none in it.
    mutating func add(lines count: Int) {
        chunks.append(Chunk(count: count, first: added))
        added += Int64(count)
        finishChunks()
    }

    /// There are no more chunks.
    mutating func endInput() { hasEnded = true }

    /// A line was sent, or several of one chunk from that one on.
    mutating func sent(_ line: Line, count: Int = 1) {
        if count == 0 { return }
        cursor = Line(chunk: line.chunk, index: line.index + count)
        let first = chunks[line.chunk - finished].first + Int64(line.index)
        sentAgain += min(Int64(count), max(0, reached - first))
        reached = max(reached, first + Int64(count))
        inFlight += count
    }

    /// A line is not sent, because it is refused or is no line of the data.
    mutating func leaveOut(_ line: Line) {
        advance(after: line)
        reached = max(reached, chunks[line.chunk - finished].first + Int64(line.index) + 1)
        _ = chunks[line.chunk - finished].settle(line.index)
        finishChunks()
    }

    /// A line that was sent has its outcome.
    ///
    /// - Returns: whether it is the first one.
    mutating func settle(_ line: Line) -> Bool {
        let index = line.chunk - finished
        guard index >= 0, index < chunks.count, chunks[index].settle(line.index) else { return false }
        inFlight -= 1
        if index == 0 { finishChunks() }
        return true
    }

    /// The connection is lost: all lines without an outcome are sent again.
    mutating func lose() {
        inFlight = 0
        cursor = Line(chunk: finished, index: 0)
    }

    /// The position after the first `finished` chunks was stored.
    mutating func save(at now: Double) { saved = (finished, finishedLines, now) }

    /// The program is asked to stop.
    mutating func stop(at now: Double) { stoppedAt = stoppedAt ?? now }

    private mutating func advance(after line: Line) { cursor = Line(chunk: line.chunk, index: line.index + 1) }

    /// Takes the chunks away that are settled from the first one on.
    private mutating func finishChunks() {
        var count = 0
        while count < chunks.count, chunks[count].settled == chunks[count].count {
            finishedLines += Int64(chunks[count].count)
            count += 1
        }
        if count == 0 { return }
        chunks.removeFirst(count)
        finished += count
        if cursor.chunk < finished { cursor = Line(chunk: finished, index: 0) }
    }
}
