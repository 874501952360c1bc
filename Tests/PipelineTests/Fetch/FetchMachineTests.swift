import Testing

@testable import Pipeline

/// What a fetch asks next, as a protocol of moments and answers.
@Suite struct FetchMachineTests {
    private typealias Machine = FetchMachine<Int>

    private static func machine(
        _ count: Int = 3, rate: Double = .infinity, inFlight: Int = 20, tries: Int = 3, retryFor: Double = 300
    ) -> Machine {
        Machine(
            Array(1...count), limits: .init(rate: rate, inFlight: inFlight, tries: tries, retryFor: retryFor))
    }

    /// Asks for as many as may be asked for at a moment.
    private static func ask(_ machine: inout Machine, at now: Double) -> [Int] {
        var asked: [Int] = []
        while case .ask(let item, _) = machine.next(at: now) { asked.append(item) }
        return asked
    }

    @Test func asksForAllAndEnds() {
        var machine = Self.machine()
        #expect(Self.ask(&machine, at: 0) == [1, 2, 3])
        #expect(machine.next(at: 0) == .wait(1))
        for item in 1...3 { #expect(machine.answered(item, .settled, at: 1, jitter: 1) == .settled) }
        #expect(machine.next(at: 1) == .done)
        #expect(machine.settled == 3 && machine.retries == 0)
    }

    @Test func keepsTheRate() {
        var machine = Self.machine(1000, rate: 40, inFlight: 1000)
        var asked: [Double] = []
        var now = 0.0
        while now < 10 {
            switch machine.next(at: now) {
            case .ask: asked.append(now)
            case .wait(let seconds): now += max(seconds, 0.001)
            case .done: break
            }
        }
        for start in stride(from: 0.0, to: 9, by: 0.1) {
            let count = asked.count { (start..<start + 1).contains($0) }
            #expect(count <= 45, "\(count) in the second after \(start)")
        }
        #expect((395...405).contains(asked.count), "\(asked.count)")
    }

    @Test func keepsTheCap() {
        var machine = Self.machine(10, inFlight: 4)
        #expect(Self.ask(&machine, at: 0) == [1, 2, 3, 4])
        #expect(machine.answered(2, .settled, at: 1, jitter: 1) == .settled)
        #expect(Self.ask(&machine, at: 1) == [5])
    }

    @Test func aLimitPausesAllAndCostsNoTry() {
        var machine = Self.machine(5, inFlight: 3, tries: 1)
        #expect(Self.ask(&machine, at: 0) == [1, 2, 3])
        #expect(machine.answered(1, .limited(seconds: 4), at: 1, jitter: 1) == .paused(seconds: 4))
        // Those that were under way make it no longer by themselves.
        #expect(machine.answered(2, .limited(seconds: 4), at: 1, jitter: 1) == .again)
        #expect(machine.answered(3, .settled, at: 1.5, jitter: 1) == .settled)
        #expect(machine.next(at: 2) == .wait(3))
        #expect(Set(Self.ask(&machine, at: 5)) == [1, 2, 4])
        #expect(machine.retries == 2)
    }

    @Test func aLaterLimitMakesThePauseLonger() {
        var machine = Self.machine(3)
        _ = Self.ask(&machine, at: 0)
        #expect(machine.answered(1, .limited(seconds: 2), at: 1, jitter: 1) == .paused(seconds: 2))
        #expect(machine.answered(2, .limited(seconds: 10), at: 1.5, jitter: 1) == .again)
        #expect(machine.next(at: 4) == .wait(7.5))
    }

    @Test func withoutAWordThePausesGrow() {
        var machine = Self.machine(1)
        var now = 0.0
        var pauses: [Double] = []
        for _ in 0..<7 {
            #expect(machine.next(at: now) == .ask(1, needsNewConnection: false))
            guard case .paused(let seconds) = machine.answered(1, .limited(seconds: nil), at: now, jitter: 1) else {
                Issue.record("no pause")
                return
            }
            pauses.append(seconds)
            now += seconds
        }
        #expect(pauses == [1, 2, 4, 8, 16, 30, 30])
    }

    @Test func aPauseThatIsTooLongEndsTheFetch() {
        var machine = Self.machine(retryFor: 60)
        _ = Self.ask(&machine, at: 0)
        #expect(
            machine.answered(1, .limited(seconds: 3600), at: 1, jitter: 1) == .stop(.pauseTooLong(seconds: 3600)))
    }

    @Test func failuresAreTriedAgainLaterAndGivenUp() {
        var machine = Self.machine(1, tries: 3)
        #expect(machine.next(at: 0) == .ask(1, needsNewConnection: false))
        #expect(machine.answered(1, .failed(mayRetry: true), at: 0, jitter: 1) == .again)
        #expect(machine.next(at: 0) == .wait(0.5))
        #expect(machine.next(at: 0.5) == .ask(1, needsNewConnection: true))
        #expect(machine.answered(1, .failed(mayRetry: true), at: 1, jitter: 0) == .again)
        #expect(machine.next(at: 1) == .wait(0.5))
        #expect(machine.next(at: 1.5) == .ask(1, needsNewConnection: true))
        #expect(machine.answered(1, .failed(mayRetry: true), at: 2, jitter: 1) == .givenUp)
        #expect(machine.next(at: 2) == .done)
    }

    @Test func whatMayNotBeRetriedIsGivenUpAtOnce() {
        var machine = Self.machine(2)
        _ = Self.ask(&machine, at: 0)
        #expect(machine.answered(1, .failed(mayRetry: false), at: 0, jitter: 1) == .givenUp)
        #expect(machine.answered(2, .wrong, at: 0, jitter: 1) == .givenUp)
        #expect(machine.next(at: 0) == .done)
    }

    @Test func retriesComeBeforeNewItems() {
        var machine = Self.machine(3, inFlight: 1)
        _ = Self.ask(&machine, at: 0)
        _ = machine.answered(1, .failed(mayRetry: true), at: 0, jitter: 1)
        #expect(machine.next(at: 1) == .ask(1, needsNewConnection: true))
    }

    @Test func closedConnectionsCostNoTryForAWhile() {
        var machine = Self.machine(1, tries: 1)
        var now = 0.0
        for _ in 0..<Machine.freeClosings {
            #expect(Self.ask(&machine, at: now) == [1])
            #expect(machine.answered(1, .closed(wasSilent: false), at: now, jitter: 0.5) == .again)
            guard case .wait(let seconds) = machine.next(at: now) else { break }
            now += seconds
        }
        #expect(now < 60)
        #expect(Self.ask(&machine, at: now) == [1])
        #expect(machine.answered(1, .closed(wasSilent: false), at: now, jitter: 0.5) == .givenUp)
    }

    @Test func aSilentConnectionCostsNoTryOnce() {
        var machine = Self.machine(1, tries: 1)
        #expect(machine.next(at: 0) == .ask(1, needsNewConnection: false))
        #expect(machine.answered(1, .closed(wasSilent: true), at: 30, jitter: 1) == .again)
        #expect(machine.next(at: 31) == .ask(1, needsNewConnection: true))
        #expect(machine.answered(1, .closed(wasSilent: true), at: 60, jitter: 1) == .givenUp)
    }

    @Test func noConnectionPausesAllUntilTheTimeIsOver() {
        var machine = Self.machine(3, inFlight: 1, tries: 1, retryFor: 100)
        #expect(Self.ask(&machine, at: 0) == [1])
        #expect(machine.answered(1, .settled, at: 0, jitter: 1) == .settled)
        var now = 1.0
        var decisions: [Machine.Decision] = []
        while now < 1000 {
            switch machine.next(at: now) {
            case .ask(let item, _):
                let decision = machine.answered(item, .unreachable, at: now, jitter: 1)
                decisions.append(decision)
                if case .stop = decision { now = 1000 }
            case .wait(let seconds): now += max(seconds, 0.01)
            case .done: now = 1000
            }
        }
        #expect(decisions.last == .stop(.timeIsOver))
        #expect(decisions.count < 20 && !decisions.contains(.givenUp))
    }

    @Test func aServiceThatNeverAnsweredIsGivenUpSoon() {
        var machine = Self.machine(5, inFlight: 1)
        var now = 0.0
        for seconds in [1.0, 2.0] {
            #expect(Self.ask(&machine, at: now).count == 1)
            #expect(machine.answered(1, .unreachable, at: now, jitter: 1) == .paused(seconds: seconds))
            now += seconds
        }
        #expect(Self.ask(&machine, at: now) == [1])
        #expect(machine.answered(1, .unreachable, at: now, jitter: 1) == .stop(.neverConnected))
    }

    @Test func oneConnectionThatCannotBeMadeStopsNoOthers() {
        var machine = Self.machine(3, tries: 2)
        _ = Self.ask(&machine, at: 0)
        #expect(machine.answered(2, .settled, at: 5, jitter: 1) == .settled)
        // Another request was answered since this one began.
        #expect(machine.answered(1, .unreachable, at: 10, jitter: 1) == .again)
        #expect(machine.next(at: 10.5) == .ask(1, needsNewConnection: true))
    }

    @Test func manyThatAreGivenUpInARowEndTheFetch() {
        var machine = Self.machine(100, tries: 1)
        _ = Self.ask(&machine, at: 0)
        var last = Machine.Decision.settled
        for item in 1...Machine.mostGivenUpInARow {
            last = machine.answered(item, .failed(mayRetry: true), at: 1, jitter: 1)
        }
        #expect(last == .stop(.tooManyFailures(20)))
    }

    @Test func anAnswerBetweenThemDoesNot() {
        var machine = Self.machine(100, inFlight: 100, tries: 1)
        _ = Self.ask(&machine, at: 0)
        for item in 1...100 {
            let event: Machine.Event = item % 15 == 0 ? .settled : .failed(mayRetry: true)
            let expected: Machine.Decision = item % 15 == 0 ? .settled : .givenUp
            #expect(machine.answered(item, event, at: 1, jitter: 1) == expected)
        }
        #expect(machine.next(at: 1) == .done)
    }
}
