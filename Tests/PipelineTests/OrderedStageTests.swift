import Dispatch
import Synchronization
import Testing

@testable import Pipeline

/// What is in flight is bounded in number and weight, and nobody waits for ever.
@Suite struct OrderedStageTests {
    /// The weights of inputs, one after the other.
    private final class Inputs: Sendable {
        private let rest: Mutex<[Int]>

        init(_ weights: [Int]) { rest = Mutex(weights.reversed()) }

        func next() -> Int? { rest.withLock { $0.popLast() } }
    }

    /// Takes all outputs, holding back as many as fit, and gives the most that was held at a time.
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
}
