import Fixtures
import Testing

@testable import Pipeline

/// A machine that can be used in an expectation.
private final class TriedMachine {
    private var machine: PublishMachine

    init(mostAhead: Int64) { machine = PublishMachine(mostAhead: mostAhead) }

    var finished: Int { machine.finished }
    var inFlight: Int { machine.inFlight }
    var linesAhead: Int64 { machine.linesAhead }
    var sentAgain: Int64 { machine.sentAgain }
    var hasSentAll: Bool { machine.hasSentAll }

    func next(at now: Double) -> PublishMachine.Step { machine.next(at: now) }
    func add(lines count: Int) { machine.add(lines: count) }
    func endInput() { machine.endInput() }
    func count(from line: PublishMachine.Line, most: Int) -> Int { machine.count(from: line, most: most) }
    func sent(_ line: PublishMachine.Line, count: Int = 1) { machine.sent(line, count: count) }
    func leaveOut(_ line: PublishMachine.Line) { machine.leaveOut(line) }
    func settle(_ line: PublishMachine.Line) -> Bool { machine.settle(line) }
    func lose() { machine.lose() }
    func save(at now: Double) { machine.save(at: now) }
    func stop(at now: Double) { machine.stop(at: now) }
}

/// Which line is sent next, when positions are saved, and what is sent again.
@Suite struct PublishMachineTests {
    private typealias Line = PublishMachine.Line

    /// Takes steps as long as lines are sent, and returns them with the step after them.
    private func send(
        _ machine: TriedMachine, at now: Double = 0
    ) -> (lines: [Line], then: PublishMachine.Step) {
        var lines: [Line] = []
        while true {
            let step = machine.next(at: now)
            guard case .send(let line) = step else { return (lines, step) }
            machine.sent(line)
            lines.append(line)
        }
    }

    private func lines(_ chunk: Int, _ indexes: Int...) -> [Line] { indexes.map { Line(chunk: chunk, index: $0) } }

    @Test func aLineIsANumber() {
        for line in [Line(chunk: 0, index: 0), Line(chunk: 7, index: 16_383), Line(chunk: 1 << 40, index: 1)] {
            #expect(Line(number: line.number) == line)
        }
    }

    @Test func chunksAreSentAndSavedInTheirOrder() {
        let machine = TriedMachine(mostAhead: 100)
        #expect(machine.next(at: 0) == .read)
        machine.add(lines: 2)
        machine.add(lines: 1)
        #expect(send(machine) == (lines(0, 0, 1) + lines(1, 0), .read))
        machine.endInput()
        #expect(machine.next(at: 0) == .wait && machine.inFlight == 3)
        // The second chunk is confirmed first: nothing is finished.
        #expect(machine.settle(Line(chunk: 1, index: 0)))
        #expect(machine.settle(Line(chunk: 0, index: 1)))
        #expect(machine.finished == 0 && machine.next(at: 9) == .wait)
        #expect(machine.settle(Line(chunk: 0, index: 0)))
        #expect(machine.finished == 2 && machine.linesAhead == 3)
        #expect(machine.next(at: 9) == .save)
        machine.save(at: 9)
        #expect(machine.next(at: 9) == .end && machine.hasSentAll && machine.linesAhead == 0)
    }

    @Test func aChunkWithoutLinesIsFinishedAtItsTurn() {
        let machine = TriedMachine(mostAhead: 100)
        machine.add(lines: 1)
        machine.add(lines: 0)
        #expect(machine.finished == 0)
        #expect(send(machine).lines == lines(0, 0))
        #expect(machine.settle(Line(chunk: 0, index: 0)))
        #expect(machine.finished == 2)
    }

    @Test func anOutcomeCountsOnce() {
        let machine = TriedMachine(mostAhead: 100)
        machine.add(lines: 2)
        _ = send(machine)
        #expect(machine.settle(Line(chunk: 0, index: 1)))
        #expect(!machine.settle(Line(chunk: 0, index: 1)))
        #expect(!machine.settle(Line(chunk: 3, index: 0)))
        #expect(machine.inFlight == 1)
        #expect(machine.settle(Line(chunk: 0, index: 0)))
        #expect(!machine.settle(Line(chunk: 0, index: 0)), "its chunk is finished")
    }

    @Test func linesThatAreLeftOutDoNotHoldBackOthers() {
        let machine = TriedMachine(mostAhead: 100)
        machine.add(lines: 3)
        #expect(machine.next(at: 0) == .send(Line(chunk: 0, index: 0)))
        machine.leaveOut(Line(chunk: 0, index: 0))
        #expect(send(machine).lines == lines(0, 1, 2))
        #expect(machine.inFlight == 2)
        for index in 1...2 { #expect(machine.settle(Line(chunk: 0, index: index))) }
        #expect(machine.finished == 1)
    }

    @Test func afterALossOnlyWhatIsNotSettledIsSentAgain() {
        let machine = TriedMachine(mostAhead: 100)
        machine.add(lines: 3)
        machine.add(lines: 2)
        _ = send(machine)
        for line in lines(0, 1) + lines(1, 0) { #expect(machine.settle(line)) }
        machine.lose()
        #expect(machine.inFlight == 0)
        #expect(send(machine) == (lines(0, 0, 2) + lines(1, 1), .read))
        #expect(machine.sentAgain == 3 && machine.inFlight == 3)
    }

    @Test func noMoreLinesAreSentAheadOfTheSavedPositionThanAllowed() {
        let machine = TriedMachine(mostAhead: 4)
        for _ in 0..<3 { machine.add(lines: 2) }
        #expect(send(machine) == (lines(0, 0, 1) + lines(1, 0, 1), .wait))
        for line in lines(0, 0, 1) { #expect(machine.settle(line)) }
        #expect(machine.next(at: 0) == .save)
        machine.save(at: 0)
        #expect(send(machine) == (lines(2, 0, 1), .read))
        #expect(machine.linesAhead == 4)
    }

    @Test func aChunkThatIsLongerThanThatIsSentWhole() {
        let machine = TriedMachine(mostAhead: 2)
        machine.add(lines: 3)
        machine.add(lines: 1)
        #expect(send(machine) == (lines(0, 0, 1, 2), .wait))
    }

    @Test func positionsAreSavedEverySecond() {
        let machine = TriedMachine(mostAhead: 1000)
        for _ in 0..<3 { machine.add(lines: 1) }
        _ = send(machine)
        machine.save(at: 10)
        #expect(machine.settle(Line(chunk: 0, index: 0)))
        #expect(machine.next(at: 10.9) == .read)
        #expect(machine.next(at: 11) == .save)
    }

    @Test func aStopSendsTheRestOfItsChunkAndWaitsForOutcomes() {
        let machine = TriedMachine(mostAhead: 1000)
        machine.add(lines: 3)
        machine.add(lines: 3)
        #expect(machine.next(at: 0) == .send(Line(chunk: 0, index: 0)))
        machine.sent(Line(chunk: 0, index: 0))
        machine.stop(at: 1)
        machine.stop(at: 100)
        #expect(send(machine, at: 1) == (lines(0, 1, 2), .wait))
        for line in lines(0, 0, 1, 2) { #expect(machine.settle(line)) }
        #expect(machine.next(at: 1.5) == .save)
        machine.save(at: 1.5)
        #expect(machine.next(at: 1.5) == .end && !machine.hasSentAll && machine.linesAhead == 0)
    }

    @Test func aStopDoesNotWaitForEver() {
        let machine = TriedMachine(mostAhead: 1000)
        machine.add(lines: 3)
        #expect(machine.next(at: 0) == .send(Line(chunk: 0, index: 0)))
        machine.sent(Line(chunk: 0, index: 0))
        machine.stop(at: 1)
        #expect(machine.next(at: 2.9) == .send(Line(chunk: 0, index: 1)))
        #expect(machine.next(at: 3.1) == .wait)
        #expect(machine.next(at: 6.1) == .end)
        #expect(machine.linesAhead == 1)
    }

    /// Outcomes in any order, refusals, losses and saves at any time: every line is settled, the unbroken run never
    /// passes a line that is not, and no more lines are ahead of the saved position than allowed.
    @Test(arguments: 0..<40) func anyOrder(_ seed: UInt64) {
        var random = Chance(seed: seed)
        let mostAhead = Int64.random(in: 1...40, using: &random)
        let machine = TriedMachine(mostAhead: mostAhead)
        let sizes = (0..<Int.random(in: 1...30, using: &random)).map { _ in Int.random(in: 0...12, using: &random) }
        var added = 0
        var settled: Set<Line> = []
        var waiting: [Line] = []
        var saved = 0
        var now = 0.0
        var checked = 0
        loop: for _ in 0..<200_000 {
            now += Double.random(in: 0...0.3, using: &random)
            switch machine.next(at: now) {
            case .end: break loop
            case .save:
                #expect(machine.finished >= saved)
                saved = machine.finished
                machine.save(at: now)
            case .read:
                if added == sizes.count { machine.endInput() } else { machine.add(lines: sizes[added]) }
                added = min(added + 1, sizes.count)
            case .send(let line):
                let count = machine.count(from: line, most: Int.random(in: 1...5, using: &random))
                let lines = (0..<count).map { Line(chunk: line.chunk, index: line.index + $0) }
                #expect(count > 0 && lines.allSatisfy { !settled.contains($0) && !waiting.contains($0) })
                if Int.random(in: 0..<10, using: &random) == 0 {
                    machine.leaveOut(line)
                    settled.insert(line)
                } else {
                    machine.sent(line, count: count)
                    waiting += lines
                }
                let before = Int64(sizes[..<saved].reduce(0, +))
                let place = Int64(sizes[..<line.chunk].reduce(0, +) + line.index + count - 1)
                #expect(place - before < mostAhead || line.chunk == saved)
            case .wait: #expect(!waiting.isEmpty)
            }
            if !waiting.isEmpty, Int.random(in: 0..<3, using: &random) == 0 {
                let line = waiting.remove(at: Int.random(in: 0..<waiting.count, using: &random))
                #expect(machine.settle(line))
                settled.insert(line)
            }
            if Int.random(in: 0..<50, using: &random) == 0 {
                machine.lose()
                waiting = []
            }
            if machine.inFlight != waiting.count { Issue.record("\(machine.inFlight) in flight, not \(waiting.count)") }
            while checked < machine.finished {
                let isWhole = (0..<sizes[checked]).allSatisfy { settled.contains(Line(chunk: checked, index: $0)) }
                #expect(isWhole)
                checked += 1
            }
        }
        #expect(machine.hasSentAll && settled.count == sizes.reduce(0, +) && saved == sizes.count)
    }

    @Test func severalLinesAreSentAtOnce() {
        let machine = TriedMachine(mostAhead: 4)
        machine.add(lines: 3)
        machine.add(lines: 3)
        #expect(machine.next(at: 0) == .send(Line(chunk: 0, index: 0)))
        #expect(machine.count(from: Line(chunk: 0, index: 0), most: 2) == 2)
        #expect(machine.count(from: Line(chunk: 0, index: 0), most: 9) == 3)
        machine.sent(Line(chunk: 0, index: 0), count: 3)
        #expect(machine.next(at: 0) == .send(Line(chunk: 1, index: 0)))
        // Only 4 lines may be ahead of the saved position.
        #expect(machine.count(from: Line(chunk: 1, index: 0), most: 9) == 1)
        machine.sent(Line(chunk: 1, index: 0), count: 1)
        #expect(machine.inFlight == 4 && machine.linesAhead == 4 && machine.sentAgain == 0)
        // After a loss, a line that is settled ends what is sent at once.
        #expect(machine.settle(Line(chunk: 0, index: 2)))
        machine.lose()
        #expect(machine.count(from: Line(chunk: 0, index: 0), most: 9) == 2)
        machine.sent(Line(chunk: 0, index: 0), count: 2)
        #expect(machine.sentAgain == 2 && machine.linesAhead == 4)
    }

    @Test func theRateIsKept() {
        var rate = SendRate(100)
        var sent = 0
        for step in 0..<1000 {
            let now = Double(step) / 500
            while rate.delay(at: now) <= 0 {
                rate.sent(at: now)
                sent += 1
            }
        }
        #expect((195...215).contains(sent), "\(sent)")
        // A pause is not made up for.
        var burst = 0
        while rate.delay(at: 100) <= 0 {
            rate.sent(at: 100)
            burst += 1
        }
        #expect(burst <= 12, "\(burst)")
        var free = SendRate(nil)
        for _ in 0..<10 {
            #expect(free.delay(at: 1) <= 0)
            free.sent(at: 1)
        }
    }
}
