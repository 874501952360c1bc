import Domain

/// Decides which task of a nightly batch comes next, when one is tried again, and what is left out. It does no I/O and knows
/// no clock.
///
///     var machine = NightlyMachine(record, asked: Set(NightlyTask.allCases), tries: 3, delay: .seconds(30))
///     machine.next()                                          // .start(.fetch)
///     machine.ended(.fetch, .failed("no route", mayRetry: true))
///     machine.next()                                          // .wait(.seconds(30), before: .fetch)
///     machine.next()                                          // .start(.fetch)
///     machine.ended(.fetch, .failed("no route", mayRetry: false))
///     machine.next()                                          // .start(.movies), which does not need the fetch
struct NightlyMachine {
    /// What comes next.
    enum Step: Equatable {
        /// Do a task.
        case start(NightlyTask)
        /// Wait before a task is tried again.
        case wait(Duration, before: NightlyTask)
        /// The nightly has ended.
        case finish
    }

    typealias Ending = NightlyTaskResult.Ending

    /// The longest time between two tries.
    static let longestDelay = Duration.seconds(600)

    /// The tasks, and what became of them.
    private(set) var tasks: [NightlyTaskRecord]
    /// Whether a task was tried.
    private(set) var hasTried = false
    private let asked: Set<NightlyTask>
    private let mostTries: Int
    private let firstDelay: Duration
    /// The tasks that are still to be looked at, in their order.
    private var queue: ArraySlice<NightlyTask>
    /// How often the first task of the queue was tried by this machine.
    private var tries = 0
    private var isWaitOver = false

    /// A nightly that begins or goes on.
    ///
    /// - Parameters:
    ///   - record: what became of the tasks so far.
    ///   - asked: the tasks to do. The others stay as they are.
    ///   - tries: how often a task is tried.
    ///   - delay: the time before the second try; it doubles with each one.
    init(_ record: [NightlyTaskRecord], asked: Set<NightlyTask>, tries: Int, delay: Duration) {
        self.asked = asked
        mostTries = tries
        firstDelay = delay
        tasks = NightlyTask.allCases.map { task in
            var found = record.first { $0.task == task.rawValue } ?? NightlyTaskRecord(task.rawValue)
            if asked.contains(task) { (found.outcome, found.error) = (.waiting, nil) }
            return found
        }
        queue = NightlyTask.allCases.filter(asked.contains)[...]
    }

    /// What comes next.
    mutating func next() -> Step {
        while let task = queue.first {
            if let reason = reasonToBlock(task) {
                update(task) { ($0.outcome, $0.error) = (.blocked, reason) }
                advance()
            } else if tries > 0, !isWaitOver {
                isWaitOver = true
                return .wait(delay, before: task)
            } else {
                return .start(task)
            }
        }
        return .finish
    }

    /// A task begins.
    mutating func started(_ task: NightlyTask, at now: Int64) {
        tries += 1
        update(task) { record in
            (record.outcome, record.startedAt, record.finishedAt, record.error) = (.running, now, nil, nil)
            (record.rows, record.bytes) = (nil, nil)
            record.tries += 1
        }
    }

    /// A task has ended.
    mutating func ended(
        _ task: NightlyTask, _ ending: Ending, at now: Int64 = 0, rows: Int64? = nil, bytes: Int64? = nil
    ) {
        hasTried = true
        update(task) { record in
            if record.outcome == .running { record.finishedAt = now }
            (record.rows, record.bytes) = (rows, bytes)
        }
        switch ending {
        case .done: settle(task, .completed, nil)
        case .partial(let reason): settle(task, .partial, reason)
        case .skipped(let reason): settle(task, .skipped, reason)
        case .stopped:
            settle(task, .stopped, nil)
            queue = []
        case .failed(let reason, let mayRetry):
            update(task) { $0.error = reason }
            if mayRetry, tries < mostTries {
                isWaitOver = false
            } else {
                settle(task, .failed, reason)
            }
        }
    }

    /// No further task is begun.
    mutating func stop() {
        // It waits to be tried again.
        if let task = queue.first, tries > 0 { update(task) { $0.outcome = .stopped } }
        queue = []
    }

    /// Notes that the command line leaves a task out, unless it is done.
    mutating func leaveOut(_ task: NightlyTask) {
        update(task) { record in
            if record.outcome.isDone { return }
            (record.outcome, record.error) = (.skipped, "left out by --skip")
        }
    }

    /// The time before the next try.
    private var delay: Duration {
        var delay = firstDelay
        for _ in 1..<max(tries, 1) where delay < Self.longestDelay { delay *= 2 }
        return min(delay, Self.longestDelay)
    }

    /// Why a task is left out: of the tasks that were asked for, one that it needs has failed or was left out.
    private func reasonToBlock(_ task: NightlyTask) -> String? {
        for need in NightlyTask.allCases where task.needs.contains(need) && asked.contains(need) {
            guard let record = tasks.first(where: { $0.task == need.rawValue }) else { continue }
            switch record.outcome {
            case .failed: return "\(need.rawValue) failed"
            case .blocked: return "\(need.rawValue) was left out"
            default: break
            }
        }
        return nil
    }

    private mutating func settle(_ task: NightlyTask, _ outcome: NightlyOutcome, _ reason: String?) {
        update(task) { ($0.outcome, $0.error) = (outcome, reason) }
        advance()
    }

    private mutating func advance() {
        queue = queue.dropFirst()
        (tries, isWaitOver) = (0, false)
    }

    private mutating func update(_ task: NightlyTask, _ change: (inout NightlyTaskRecord) -> Void) {
        guard let place = tasks.firstIndex(where: { $0.task == task.rawValue }) else { return }
        change(&tasks[place])
    }
}
