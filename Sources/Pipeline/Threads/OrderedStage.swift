import Dispatch
import Synchronization

/// Carries a value to another thread. The sender does not use the value until the other thread is done with it.
///
/// `@unchecked Sendable` holds because only one of the two threads uses the value at a time. Their accesses are ordered
/// by the mutex of `OrderedStage`, or by the serial queue or semaphore of `EventSettlement` that the sender waits for.
struct Handoff<Value>: @unchecked Sendable {
    let value: Value
}

/// Reads inputs on one thread and transforms them on other threads. The outputs come in the order of the inputs.
///
/// The inputs that were read and not released yet ("in flight") are limited in number and in total weight. An input
/// that weighs more than the limit is processed alone.
///
///     let stage = OrderedStage<String, Int>(width: 2, limit: 8)
///     defer { stage.cancel() }
///     stage.start(reading: Handoff(value: lines.next), makeTransform: { { $0.count } })
///     while true {
///         switch try stage.next() {
///         case .output(let count): print(count); stage.release()
///         case .nothingYet, .heldBack: continue
///         case .end: return
///         }
///     }
final class OrderedStage<Input, Output>: Sendable {
    /// The answer of `next` and `poll`.
    enum Next {
        /// The next output in order.
        case output(Output)
        /// No output is ready.
        case nothingYet
        /// The limits are reached: no more is read until the consumer releases an output.
        case heldBack
        /// All outputs have been given.
        case end
    }

    private struct State {
        var waiting: [(ticket: Int, input: Handoff<Input>)] = []
        var done: [Int: Result<Handoff<Output>, any Error>] = [:]
        var produced = 0
        var isExhausted = false
        /// The error that ended the reading.
        var readFailure: (any Error)?
        /// The error of `makeTransform`.
        var transformFailure: (any Error)?
        /// The weights of the inputs in flight, in order, and their sum.
        var weights: [Int] = []
        var weight = 0
        /// Whether the reader waits for room.
        var isFull = false
    }

    private let state = Guarded(State())
    private let isCancelled = Atomic(false)
    private let room = DispatchSemaphore(value: 0)
    private let work = DispatchSemaphore(value: 0)
    private let progress: WakeUp
    private let threads = DispatchGroup()
    private let width: Int
    private let limit: Int
    private let budget: Int
    private let given = Atomic(0)

    /// A stage that is not started yet.
    ///
    /// - Parameters:
    ///   - width: the number of threads that transform.
    ///   - limit: the most inputs in flight.
    ///   - budget: the greatest total weight of the inputs in flight.
    ///   - progress: signalled when `poll` may have a new answer; several stages may share it.
    init(width: Int, limit: Int, budget: Int = .max, progress: WakeUp = WakeUp()) {
        self.width = width
        self.limit = limit
        self.budget = budget
        self.progress = progress
    }

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - source: returns the next input, or nil at the end. Called on one thread.
    ///   - weigh: the weight of an input.
    ///   - makeTransform: makes the function that transforms the inputs of one thread. Called once on each thread.
    func start(
        reading source: Handoff<() throws -> Input?>,
        weigh: @escaping @Sendable (Input) -> Int = { _ in 1 },
        makeTransform: @escaping @Sendable () throws -> (Input) throws -> Output
    ) {
        let queue = DispatchQueue(label: "reelhouse.stage", attributes: .concurrent)
        queue.async { self.produce(source.value, weigh) }
        for _ in 0..<width {
            queue.async(group: threads) {
                do {
                    try self.transform(makeTransform())
                } catch {
                    self.state.withLock { $0.transformFailure = $0.transformFailure ?? error }
                    self.progress.signal()
                }
            }
        }
    }

    /// As `poll`, but waits up to 100 ms for an output. It waits no longer because a source such as standard input may
    /// be silent for long, and the consumer has other work to do.
    ///
    /// - Throws: as `poll`.
    func next() throws -> Next {
        while true {
            let found = try poll()
            if case .nothingYet = found, progress.wait(milliseconds: 100) { continue }
            return found
        }
    }

    /// The next output if it is ready. Does not wait.
    ///
    /// - Throws: an error of the transform, when the output of that input would be next; an error of the source, after
    ///   the outputs of all inputs that were read before it; an error of `makeTransform`, when the next output is not
    ///   ready.
    func poll() throws -> Next {
        let ticket = given.load(ordering: .relaxed)
        let found = try state.withLock { state throws -> Handoff<Next> in
            if let output = try state.done.removeValue(forKey: ticket)?.get() {
                return Handoff(value: .output(output.value))
            }
            if let failure = state.transformFailure { throw failure }
            if ticket < state.produced { return Handoff(value: .nothingYet) }
            if let failure = state.readFailure { throw failure }
            if state.isExhausted { return Handoff(value: .end) }
            return Handoff(value: state.isFull ? .heldBack : .nothingYet)
        }
        if case .output = found.value { given.add(1, ordering: .relaxed) }
        return found.value
    }

    /// Releases the oldest output that the consumer has, so that more may be read.
    func release() {
        state.withLock { state in
            if !state.weights.isEmpty { state.weight -= state.weights.removeFirst() }
            state.isFull = false
        }
        room.signal()
    }

    /// Ends the threads. Must be called, also after an error. It does not wait for the reading thread, which may still
    /// wait for its source; an input that it reads after this is dropped.
    func cancel() {
        isCancelled.store(true, ordering: .relaxed)
        room.signal()
        for _ in 0..<width { work.signal() }
        threads.wait()
    }

    private func produce(_ read: () throws -> Input?, _ weigh: (Input) -> Int) {
        do {
            while waitForRoom(for: 0), let input = try read() {
                let weight = weigh(input)
                guard waitForRoom(for: weight) else { break }
                let handoff = Handoff(value: input)
                state.withLock { state in
                    state.weights.append(weight)
                    state.weight += weight
                    state.waiting.append((state.produced, handoff))
                    state.produced += 1
                }
                work.signal()
            }
            state.withLock { $0.isExhausted = true }
        } catch {
            state.withLock { $0.readFailure = error }
        }
        for _ in 0..<width { work.signal() }
        progress.signal()
    }

    /// Waits until the limits allow a further input of some weight; false when the stage is cancelled.
    private func waitForRoom(for weight: Int) -> Bool {
        while !isCancelled.load(ordering: .relaxed) {
            let isFull = state.withLock { state in
                state.isFull =
                    state.weights.count >= limit || !state.weights.isEmpty && state.weight + weight > budget
                return state.isFull
            }
            if !isFull { return true }
            // The consumer may be waiting for an output while it has others to release: `poll` tells it `heldBack`.
            progress.signal()
            room.wait()
        }
        return false
    }

    private func transform(_ transform: (Input) throws -> Output) {
        while true {
            work.wait()
            if isCancelled.load(ordering: .relaxed) { return }
            let item = state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
            guard let item else { return }
            let output = Result { Handoff(value: try transform(item.input.value)) }
            state.withLock { $0.done[item.ticket] = output }
            progress.signal()
        }
    }
}
