import Dispatch
import Glibc
import Synchronization
import Testing

@testable import Pipeline

/// Inputs in flight are limited in number and weight, and no thread waits for ever.
@Suite struct OrderedStageTests {
    /// The weights of inputs, one after the other.
    private final class Inputs: Sendable {
        private let rest: Mutex<[Int]>

        init(_ weights: [Int]) { rest = Mutex(weights.reversed()) }

        func next() -> Int? { rest.withLock { $0.popLast() } }
    }

    /// Reads all outputs and releases each as late as possible. Returns the greatest weight and number in flight.
    private func run(_ weights: [Int], limit: Int, budget: Int) throws -> (outputs: [Int], heaviest: Int, most: Int) {
        let inputs = Inputs(weights)
        let stage = OrderedStage<Int, Int>(width: 3, limit: limit, budget: budget)
        defer { stage.cancel() }
        stage.start(reading: Handoff(value: inputs.next), weigh: { $0 }, makeTransform: { { $0 } })
        var (outputs, held, heaviest, most): ([Int], [Int], Int, Int) = ([], [], 0, 0)
        while true {
            switch try stage.next() {
            case .output(let output):
                outputs.append(output)
                held.append(output)
                heaviest = max(heaviest, held.reduce(0, +))
                most = max(most, held.count)
            case .heldBack:
                try #require(!held.isEmpty, "nothing is held, so that nothing could make room")
                for _ in held { stage.release() }
                held = []
            case .nothingYet: break
            case .end: return (outputs, heaviest, most)
            }
        }
    }

    @Test(
        arguments: [
            ([], 4, 100), ([1], 4, 100), (Array(repeating: 10, count: 100), 48, 100),
            (Array(repeating: 10, count: 100), 3, 1000), ([500, 500, 1, 1, 500, 1], 8, 100),
            ((1...200).map { $0 * 7919 % 97 }, 16, 150),
        ] as [([Int], Int, Int)])
    func whatIsHeldIsBounded(_ weights: [Int], _ limit: Int, _ budget: Int) throws {
        let result = try run(weights, limit: limit, budget: budget)
        #expect(result.outputs == weights)
        #expect(result.heaviest <= max(budget, weights.max() ?? 0))
        #expect(result.most <= limit)
    }

    @Test func aHeavyInputGoesAlone() throws {
        let inputs = Inputs([1, 1, 500, 1])
        let stage = OrderedStage<Int, Int>(width: 2, limit: 8, budget: 100)
        defer { stage.cancel() }
        stage.start(reading: Handoff(value: inputs.next), weigh: { $0 }, makeTransform: { { $0 } })
        var held: [Int] = []
        while true {
            switch try stage.next() {
            case .output(let output):
                held.append(output)
                #expect(output < 100 || held == [500], "beside \(held)")
            case .heldBack:
                for _ in held { stage.release() }
                held = []
            case .nothingYet: break
            case .end: return
            }
        }
    }

    @Test func aSourceThatIsSilentIsSaidToBe() throws {
        let gate = DispatchSemaphore(value: 0)
        let stage = OrderedStage<Int, Int>(width: 1, limit: 4)
        let read: () -> Int? = {
            gate.wait()
            return nil
        }
        stage.start(reading: Handoff(value: read), makeTransform: { { $0 } })
        guard case .nothingYet = try stage.next() else { throw Unexpected() }
        gate.signal()
        while case .nothingYet = try stage.next() {}
        stage.cancel()
    }

    private struct Unexpected: Error {}

    @Test func anErrorOfTheSourceComesAfterWhatWasRead() throws {
        let inputs = Inputs([1, 2])
        let stage = OrderedStage<Int, Int>(width: 2, limit: 4)
        defer { stage.cancel() }
        let read: () throws -> Int? = {
            guard let input = inputs.next() else { throw Unexpected() }
            return input
        }
        stage.start(reading: Handoff(value: read), makeTransform: { { $0 } })
        var outputs: [Int] = []
        #expect(throws: Unexpected.self) {
            while true { if case .output(let output) = try stage.next() { outputs.append(output) } }
        }
        #expect(outputs == [1, 2])
    }

    /// The error of `next` within a time that is long enough for a busy machine; nil when it returns an output or the
    /// end.
    private func failure(of stage: OrderedStage<Int, Int>) -> (any Error)? {
        do {
            for _ in 0..<100 {
                switch try stage.next() {
                case .nothingYet: continue
                default: return nil
                }
            }
        } catch { return error }
        return nil
    }

    @Test(arguments: [1, 3]) func whenNoThreadCanTransformItsErrorIsThrown(width: Int) {
        let inputs = Inputs([1, 2, 3])
        let stage = OrderedStage<Int, Int>(width: width, limit: 4)
        defer { stage.cancel() }
        stage.start(reading: Handoff(value: inputs.next), makeTransform: { throw Unexpected() })
        #expect(failure(of: stage) is Unexpected)
        #expect(failure(of: stage) is Unexpected, "it stays so")
    }

    @Test func whenOneThreadCannotTransformItsErrorIsThrown() {
        let inputs = Inputs(Array(1...1000))
        let stage = OrderedStage<Int, Int>(width: 2, limit: 4)
        defer { stage.cancel() }
        let isFirst = Mutex(true)
        stage.start(
            reading: Handoff(value: inputs.next),
            makeTransform: {
                let fails = isFirst.withLock { isFirst in
                    defer { isFirst = false }
                    return isFirst
                }
                if fails { throw Unexpected() }
                return { $0 }
            })
        var error: (any Error)?
        for _ in 0..<2000 where error == nil {
            do {
                switch try stage.next() {
                case .output: stage.release()
                case .end: error = nil
                case .nothingYet, .heldBack: break
                }
            } catch let thrown { error = thrown }
        }
        #expect(error is Unexpected)
    }

    /// Later inputs are transformed first, and their outputs wait for those before.
    @Test func outputsKeepTheOrderOfTheirInputs() throws {
        let inputs = Inputs(Array(0..<60))
        let stage = OrderedStage<Int, Int>(width: 4, limit: 16)
        defer { stage.cancel() }
        stage.start(
            reading: Handoff(value: inputs.next),
            makeTransform: {
                { input in
                    usleep(UInt32(input % 4 == 0 ? 3000 : 0))
                    return input
                }
            })
        var outputs: [Int] = []
        while outputs.count < 60 {
            guard case .output(let output) = try stage.next() else { continue }
            outputs.append(output)
            stage.release()
        }
        #expect(outputs == Array(0..<60))
        while case .nothingYet = try stage.next() {}
        guard case .end = try stage.next() else { throw Unexpected() }
    }

    @Test func nothingIsReadUntilSomethingIsReleased() throws {
        let inputs = Inputs([1, 2, 3])
        let stage = OrderedStage<Int, Int>(width: 1, limit: 2)
        defer { stage.cancel() }
        stage.start(reading: Handoff(value: inputs.next), makeTransform: { { $0 } })
        var outputs: [Int] = []
        func drain() throws -> Bool {
            while true {
                switch try stage.next() {
                case .output(let output): outputs.append(output)
                case .heldBack: return true
                case .end: return false
                case .nothingYet: continue
                }
            }
        }
        #expect(try drain())
        #expect(outputs == [1, 2])
        #expect(try drain(), "it stays so")
        stage.release()
        #expect(try drain(), "the end is not looked for before there is room again")
        #expect(outputs == [1, 2, 3])
        stage.release()
        #expect(try !drain())
    }

    /// Threads that wait for work, for room or in the middle of an input end.
    @Test(arguments: [0, 1, 5, 100]) func aStageThatIsCancelledEnds(after given: Int) throws {
        let inputs = Inputs(Array(1...200))
        let ended = DispatchSemaphore(value: 0)
        var stage: OrderedStage<Int, Int>? = OrderedStage(width: 3, limit: 4)
        stage?.start(
            reading: Handoff(value: inputs.next),
            makeTransform: {
                let sentinel = Sentinel(ended)
                return { input in sentinel.use(input) }
            })
        var seen = 0
        while seen < given, let next = try stage?.next() {
            if case .output = next {
                seen += 1
                stage?.release()
            }
        }
        stage?.cancel()
        stage = nil
        for _ in 0..<3 { #expect(ended.wait(timeout: .now() + 20) == .success, "a thread goes on") }
    }

    /// Signals when a thread has released its transform.
    private final class Sentinel: Sendable {
        private let ended: DispatchSemaphore

        init(_ ended: DispatchSemaphore) { self.ended = ended }
        func use(_ input: Int) -> Int { input }
        deinit { ended.signal() }
    }

    /// One thread waits for two stages.
    @Test func stagesShareAWakeUp() throws {
        let wakeUp = WakeUp()
        let stages = [0, 1].map { _ in OrderedStage<Int, Int>(width: 1, limit: 4, progress: wakeUp) }
        defer { for stage in stages { stage.cancel() } }
        for (index, stage) in stages.enumerated() {
            let inputs = Inputs(Array(repeating: index, count: 50))
            stage.start(reading: Handoff(value: inputs.next), makeTransform: { { $0 } })
        }
        var seen = [0, 0]
        var ended: Set<Int> = []
        while ended.count < 2 {
            var isQuiet = true
            for (index, stage) in stages.enumerated() where !ended.contains(index) {
                switch try stage.poll() {
                case .output(let output):
                    #expect(output == index)
                    seen[index] += 1
                    stage.release()
                    isQuiet = false
                case .end: ended.insert(index)
                case .nothingYet, .heldBack: break
                }
            }
            if isQuiet, ended.count < 2 { try #require(wakeUp.wait(milliseconds: 20_000), "nobody woke it") }
        }
        #expect(seen == [50, 50])
    }
}
