import Dispatch
import Synchronization

/// Gives a value to another thread; the giver does not use it until it is given back.
///
/// Sendable because of the two threads one at a time uses what it holds: the mutexes of `OrderedStage` order them, or a
/// serial queue or a semaphore of `EventSettlement`, for which its giver waits.
struct Handoff<Value>: @unchecked Sendable {
    let value: Value
}

/// Reads inputs on one thread and transforms them on some others; the outputs come in the order of the inputs.
///
/// It is bounded: the inputs that are read and not released yet are limited in number and in weight. An input that
/// weighs more than the limit is processed alone.
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
    /// What the consumer finds.
    enum Next {
        /// The next output in order.
        case output(Output)
        /// No output is ready.
        case nothingYet
        /// No more is read until an output that the consumer has is released.
        case heldBack
        /// All outputs have been given.
        case end
    }

    private struct State {
        var waiting: [(ticket: Int, input: Handoff<Input>)] = []
        var done: [Int: Result<Handoff<Output>, any Error>] = [:]
        var produced = 0
        var isExhausted = false
        /// Why the reader ended early.
        var readFailure: (any Error)?
        /// Why a thread cannot transform.
        var transformFailure: (any Error)?
        /// What each input in flight weighs, in order, and the sum of it.
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
    ///   - width: how many threads transform.
    ///   - limit: how many inputs may be in flight.
    ///   - budget: what those may weigh together.
    ///   - progress: signalled when there may be something new for the consumer; several stages may share it.
    init(width: Int, limit: Int, budget: Int = .max, progress: WakeUp = WakeUp()) {
        self.width = width
        self.limit = limit
        self.budget = budget
        self.progress = progress
    }

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - source: what gives the next input, or nil at the end; called on one thread.
    ///   - weigh: what an input weighs until it is released.
    ///   - makeTransform: makes what one thread transforms its inputs with.
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

    /// What there is now; waits up to 100 ms for it, since a source may be silent for long (standard input), and the
    /// consumer has other things to do meanwhile.
    ///
    /// - Throws: as `poll`.
    func next() throws -> Next {
        while true {
            let found = try poll()
            if case .nothingYet = found, progress.wait(milliseconds: 100) { continue }
            return found
        }
    }

    /// What there is now, without waiting.
    ///
    /// - Throws: what the transform of this output threw; what `read` threw, after the outputs of what was read before; what `makeTransform` threw, after the outputs
    ///   that are ready.
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

    /// Says that the output that was given first is done with, so that more may be read.
    func release() {
        state.withLock { state in
            if !state.weights.isEmpty { state.weight -= state.weights.removeFirst() }
            state.isFull = false
        }
        room.signal()
    }

    /// Ends the threads; to be called in any case. The reading one may still be waiting for its source, whose next
    /// input is then read and dropped.
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

    /// Waits until an input of some weight may be in flight beside the others; false when the stage is cancelled.
    private func waitForRoom(for weight: Int) -> Bool {
        while !isCancelled.load(ordering: .relaxed) {
            let isFull = state.withLock { state in
                state.isFull =
                    state.weights.count >= limit || !state.weights.isEmpty && state.weight + weight > budget
                return state.isFull
            }
            if !isFull { return true }
            // The consumer may wait for the next output while it holds those that have to be released.
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
