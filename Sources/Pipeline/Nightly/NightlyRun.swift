import Domain
import Logging

/// What a task of a nightly batch came to.
public struct NightlyTaskResult: Sendable {
    /// How it ended.
    public enum Ending: Sendable, Equatable {
        /// It is done.
        case done
        /// It is done, but not all was taken; why.
        case partial(String?)
        /// There is nothing for it to do; why.
        case skipped(String)
        /// It failed; why, and whether the same command may succeed later.
        case failed(String, mayRetry: Bool)
        /// A signal stopped it.
        case stopped
    }

    /// How it ended.
    public var ending: Ending
    /// How many rows it made; nil where it does not count any.
    public var rows: Int64?
    /// How many bytes it wrote; nil where it does not count any.
    public var bytes: Int64?

    /// A result.
    public init(_ ending: Ending, rows: Int64? = nil, bytes: Int64? = nil) {
        self.ending = ending
        self.rows = rows
        self.bytes = bytes
    }
}

/// What a nightly batch came to.
public struct NightlyReport: Sendable {
    /// The batch, as it is stored.
    public var nightly: NightlyRecord
    /// The tasks that were asked for.
    public var asked: Set<NightlyTask>
    /// Whether it went on with one that had not ended.
    public var isResumed: Bool
    /// Why it was stopped; nil when it was not.
    public var stopReason: StopSignal.Reason?
    /// How long it took, in seconds.
    public var seconds: Double
}

/// Does the tasks of a nightly batch, as `NightlyMachine` decides, and records each in the warehouse when it begins and when
/// it ends. Killed at any moment, the next one goes on with the first task that is not done; the tasks can be done twice.
public final class NightlyRun {
    /// How a nightly batch is done.
    public struct Options: Sendable {
        /// The date that it is for, as days since 1970-01-01.
        public var day: Int32
        /// The tasks that are asked for.
        public var selection = NightlySelection()
        /// How often a task is tried.
        public var tries = 3
        /// The time before the second try; it doubles with each one.
        public var delay = Duration.seconds(30)
        /// How long is waited for a warehouse that another program writes to, to record a task.
        public var retryFor = LoadOptions.defaultRetryFor

        /// The defaults for a date.
        public init(day: Int32) { self.day = day }
    }

    private let options: Options
    private let openLedger: () throws -> (any NightlyLedger)?
    private let perform: (NightlyTask) -> NightlyTaskResult
    private let waiting: (() -> Void) -> Void
    private let stop: StopSignal
    private let logger: Logger
    private let wallClock: () -> Int64
    private let pause = WakeUp()

    /// A nightly batch.
    ///
    /// - Parameters:
    ///   - openLedger: opens the warehouse to record tasks; nil where there is none yet, so that what was done before is
    ///     recorded when there is one.
    ///   - perform: does a task.
    ///   - waiting: calls its argument, which waits, and sets the stop signal where somebody asks for that meanwhile.
    ///   - stop: no further task is begun when it is set.
    ///   - wallClock: milliseconds since 1970.
    public init(
        _ options: Options, openLedger: @escaping () throws -> (any NightlyLedger)?,
        perform: @escaping (NightlyTask) -> NightlyTaskResult,
        waiting: @escaping (() -> Void) -> Void = { $0() }, stop: StopSignal,
        logger: Logger = .silent, wallClock: @escaping () -> Int64
    ) {
        self.options = options
        self.openLedger = openLedger
        self.perform = perform
        self.waiting = waiting
        self.stop = stop
        self.logger = logger
        self.wallClock = wallClock
    }

    /// What would be done now, without doing it.
    ///
    /// - Returns: the last nightly of the date, and the tasks that would be done.
    public func plan() throws -> (last: NightlyRecord?, asked: Set<NightlyTask>, isResumed: Bool) {
        let last = try openLedger()?.lastNightly(of: options.day)
        let unfinished = last.flatMap { $0.isDone ? nil : $0 }
        let asked = options.selection.tasks(after: unfinished)
        return (last, asked, unfinished != nil && options.selection.only == nil)
    }

    /// Does the tasks.
    ///
    /// - Parameter isSkippedWhenDone: whether nothing is done where a batch for the date is done already.
    /// - Throws: the error of the warehouse, where a task cannot be recorded.
    public func run(isSkippedWhenDone: Bool = false) throws -> NightlyReport {
        let start = wallClock()
        let (last, asked, isResumed) = try waitingForLedger { try plan() }
        if isSkippedWhenDone, let last, last.isDone, options.selection.only == nil, options.selection.from == nil {
            return NightlyReport(nightly: last, asked: [], isResumed: false, seconds: 0)
        }
        // A batch that is done stays in the ledger as it is; tasks that are asked for by name are done in it again.
        let isNamed = options.selection.only != nil || options.selection.from != nil
        let isNew = last == nil || (last?.isDone == true && !isNamed)
        var nightly = NightlyRecord(day: options.day, tasks: [])
        if !isNew, let last { nightly = last }
        var machine = NightlyMachine(
            nightly.tasks, asked: asked, tries: options.tries, delay: options.delay)
        for task in options.selection.skipped { machine.leaveOut(task) }
        while true {
            if stop.reason != nil { machine.stop() }
            let step = machine.next()
            nightly.tasks = machine.tasks
            switch step {
            case .finish:
                try record(&nightly)
                return NightlyReport(
                    nightly: nightly, asked: asked, isResumed: isResumed, stopReason: stop.reason,
                    seconds: Double(wallClock() - start) / 1000)
            case .wait(let delay, let task):
                logger.warning("\(task.rawValue) is tried again", ["in_seconds": .number(delay / .seconds(1))])
                wait(delay)
            case .start(let task):
                machine.started(task, at: wallClock())
                nightly.tasks = machine.tasks
                try record(&nightly)
                logger.info("Task begins", ["task": .string(task.rawValue)])
                let result = perform(task)
                // The task may have ended before it could heed it.
                if StopRequest.isMade { stop.request(.terminate) }
                machine.ended(task, result.ending, at: wallClock(), rows: result.rows, bytes: result.bytes)
                nightly.tasks = machine.tasks
                try record(&nightly)
                logger.info("Task ends", ["task": .string(task.rawValue)])
            }
        }
    }

    private func record(_ nightly: inout NightlyRecord) throws {
        let (stored, now) = (nightly, wallClock())
        nightly.id = try waitingForLedger { try openLedger()?.save(stored, at: now) ?? 0 }
    }

    /// Tries again while another program writes to the warehouse, or its server cannot be reached.
    private func waitingForLedger<Answer>(_ body: () throws -> Answer) throws -> Answer {
        let end = ContinuousClock.now + options.retryFor
        while true {
            do { return try body() } catch let error as any ReportedError
                where (error.kind == .inUse || error.kind == .unreachable) && ContinuousClock.now < end
                && stop.reason == nil
            {
                logger.notice("a task cannot be recorded yet", ["error": .string(error.message)])
                wait(.seconds(1))
            }
        }
    }

    private func wait(_ duration: Duration) {
        let end = ContinuousClock.now + duration
        waiting { [stop, pause] in
            while stop.reason == nil, ContinuousClock.now < end { _ = pause.wait(milliseconds: 25) }
        }
    }
}
