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
/// Bounded: at most `limit` inputs are read and not released yet.
final class OrderedStage<Input, Output>: Sendable {
    private struct State {
        var waiting: [(ticket: Int, input: Handoff<Input>)] = []
        var done: [Int: Handoff<Output>] = [:]
        var produced = 0
        var isExhausted = false
        var failure: (any Error)?
    }

    private let state = Guarded(State())
    private let isCancelled = Atomic(false)
    private let permits: DispatchSemaphore
    private let work = DispatchSemaphore(value: 0)
    private let progress = DispatchSemaphore(value: 0)
    private let threads = DispatchGroup()
    private let width: Int
    private let taken = Atomic(0)

    /// A stage that is not started yet.
    init(width: Int, limit: Int) {
        self.width = width
        // Dispatch traps when a semaphore goes away with less than it began with, so it begins with nothing.
        self.permits = DispatchSemaphore(value: 0)
        for _ in 0..<limit { permits.signal() }
    }

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - source: what gives the next input, or nil at the end; called on one thread.
    ///   - makeTransform: makes what one thread transforms its inputs with.
    func start(
        reading source: Handoff<() throws -> Input?>,
        makeTransform: @escaping @Sendable () throws -> (Input) -> Output
    ) {
        let queue = DispatchQueue(label: "reelhouse.stage", attributes: .concurrent)
        queue.async { self.produce(source.value) }
        for _ in 0..<width {
            queue.async(group: threads) {
                do {
                    try self.transform(makeTransform())
                } catch {
                    self.fail(error)
                }
            }
        }
    }

    /// The next output in order, or nil when all have been given, or `shouldStop` says so while it is waited for.
    ///
    /// - Throws: what `read` threw, after the outputs of what was read before.
    func next(unless shouldStop: () -> Bool = { false }) throws -> Output? {
        let ticket = taken.load(ordering: .relaxed)
        while true {
            let found: Handoff<Output>?? = try state.withLock { state throws -> Handoff<Output>?? in
                if let output = state.done.removeValue(forKey: ticket) { return .some(.some(output)) }
                guard state.isExhausted, ticket >= state.produced else { return nil }
                if let failure = state.failure { throw failure }
                return .some(.none)
            }
            if let found {
                if found != nil { taken.add(1, ordering: .relaxed) }
                return found?.value
            }
            // A source may be silent for long (standard input), and a stop is not to wait for it.
            while progress.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
                if shouldStop() { return nil }
            }
        }
    }

    /// Says that an output is done with, so that one more input may be read.
    func release() { permits.signal() }

    /// Ends the threads; to be called in any case. The reading one may still be waiting for its source, whose next
    /// input is then read and dropped.
    func cancel() {
        isCancelled.store(true, ordering: .relaxed)
        permits.signal()
        for _ in 0..<width { work.signal() }
        threads.wait()
    }

    private func produce(_ read: () throws -> Input?) {
        do {
            while true {
                permits.wait()
                guard !isCancelled.load(ordering: .relaxed), let input = try read() else { break }
                let handoff = Handoff(value: input)
                state.withLock { state in
                    state.waiting.append((state.produced, handoff))
                    state.produced += 1
                }
                work.signal()
            }
            state.withLock { $0.isExhausted = true }
        } catch {
            fail(error)
        }
        for _ in 0..<width { work.signal() }
        progress.signal()
    }

    private func transform(_ transform: (Input) -> Output) {
        while true {
            work.wait()
            if isCancelled.load(ordering: .relaxed) { return }
            let item = state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
            guard let item else { return }
            let output = Handoff(value: transform(item.input.value))
            state.withLock { $0.done[item.ticket] = output }
            progress.signal()
        }
    }

    private func fail(_ error: any Error) {
        state.withLock { state in
            state.failure = state.failure ?? error
            state.isExhausted = true
        }
        progress.signal()
    }
}
