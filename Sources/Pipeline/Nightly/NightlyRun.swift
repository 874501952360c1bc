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
    /// Why it ended before its last task: its warehouse could not be reached any more, to record tasks. Nil when it did not.
    public var failure: (any ReportedError)?
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
    private let didRecord: (Int64) -> Void
    private let stop: StopSignal
    private var logger: Logger
    private let wallClock: () -> Int64
    private let pause = WakeUp()
    /// Whether the number of the batch is known and told.
    private var isNumbered = false

    /// A nightly batch.
    ///
    /// - Parameters:
    ///   - openLedger: opens the warehouse to record tasks; nil where there is none yet, so that what was done before is
    ///     recorded when there is one.
    ///   - didRecord: called with the number of the batch, before its first task that is recorded.
    ///   - perform: does a task.
    ///   - stop: no further task is begun when it is set.
    ///   - wallClock: milliseconds since 1970.
    public init(
        _ options: Options, openLedger: @escaping () throws -> (any NightlyLedger)?,
        didRecord: @escaping (Int64) -> Void = { _ in },
        perform: @escaping (NightlyTask) -> NightlyTaskResult, stop: StopSignal,
        logger: Logger = .silent, wallClock: @escaping () -> Int64
    ) {
        self.options = options
        self.openLedger = openLedger
        self.perform = perform
        self.didRecord = didRecord
        self.stop = stop
        self.logger = logger
        self.wallClock = wallClock
    }

    /// What a batch would do now.
    public struct Plan: Sendable {
        /// The last batch of the date; nil when there was none.
        public var last: NightlyRecord?
        /// The tasks that would be done.
        public var asked: Set<NightlyTask>
        /// Whether it would go on with the last batch.
        public var isResumed: Bool

        /// The plan of a batch.
        ///
        /// - Parameter history: what became of the batches so far; nil where there is no warehouse yet.
        public init(_ options: Options, after history: (any NightlyHistory)?) throws {
            last = try history?.lastNightly(of: options.day)
            let unfinished = last.flatMap { $0.isDone ? nil : $0 }
            asked = options.selection.tasks(after: unfinished)
            isResumed = unfinished != nil && options.selection.only == nil
        }
    }

    /// Does the tasks.
    ///
    /// - Parameter isSkippedWhenDone: whether nothing is done where a batch for the date is done already.
    /// - Throws: the error of the warehouse, before a task was tried. After that it is in the report.
    public func run(isSkippedWhenDone: Bool = false) throws -> NightlyReport {
        let start = wallClock()
        let plan: Plan
        do { plan = try waitingForLedger { try Plan(options, after: openLedger()) } } catch  where stop.reason != nil {
            return NightlyReport(
                nightly: NightlyRecord(day: options.day, tasks: []), asked: [], isResumed: false,
                stopReason: stop.reason, seconds: Double(wallClock() - start) / 1000)
        }
        if isSkippedWhenDone, let last = plan.last, last.isDone, !options.selection.isNamed {
            return NightlyReport(nightly: last, asked: [], isResumed: false, seconds: 0)
        }
        // A batch that is done stays in the ledger as it is; tasks that are asked for by name are done in it again.
        var nightly = NightlyRecord(day: options.day, tasks: [])
        if let last = plan.last, !last.isDone || options.selection.isNamed { nightly = last }
        var machine = NightlyMachine(nightly.tasks, asked: plan.asked, tries: options.tries, delay: options.delay)
        for task in options.selection.skipped { machine.leaveOut(task) }
        var failure: (any ReportedError)?
        do {
            try perform(&machine, &nightly)
        } catch let error as any ReportedError where machine.hasTried || stop.reason != nil {
            // What was done was done, and somebody has to be told of it.
            failure = stop.reason == nil ? error : nil
            for place in nightly.tasks.indices where nightly.tasks[place].outcome == .running {
                nightly.tasks[place].outcome = .failed
            }
        }
        return NightlyReport(
            nightly: nightly, asked: plan.asked, isResumed: plan.isResumed, stopReason: stop.reason, failure: failure,
            seconds: Double(wallClock() - start) / 1000)
    }

    /// Does what the machine says, to its end.
    private func perform(_ machine: inout NightlyMachine, _ nightly: inout NightlyRecord) throws {
        while true {
            if stop.reason != nil { machine.stop() }
            let step = machine.next()
            nightly.tasks = machine.tasks
            switch step {
            case .finish: return try record(&nightly)
            case .wait(let delay, let task):
                logger.warning("\(task.rawValue) is tried again", ["in_seconds": .number(delay / .seconds(1))])
                wait(delay)
            case .start(let task):
                try begin(task, &machine, &nightly)
                logger.info("Task begins", ["task": .string(task.rawValue)])
                let result = perform(task)
                // Its command has heeded it, or has ended before it could.
                if StopRequest.isMade { stop.request(StopRequest.isInterrupt ? .interrupt : .terminate) }
                machine.ended(task, result.ending, at: wallClock(), rows: result.rows, bytes: result.bytes)
                nightly.tasks = machine.tasks
                logger.info("Task ends", ["task": .string(task.rawValue)])
                try record(&nightly)
            }
        }
    }

    /// Records that a task begins. Where that is not possible, it has not begun.
    private func begin(_ task: NightlyTask, _ machine: inout NightlyMachine, _ nightly: inout NightlyRecord) throws {
        let before = nightly.tasks
        machine.started(task, at: wallClock())
        nightly.tasks = machine.tasks
        do { try record(&nightly) } catch {
            nightly.tasks = before
            throw error
        }
    }

    private func record(_ nightly: inout NightlyRecord) throws {
        let (stored, now) = (nightly, wallClock())
        let number = try waitingForLedger { try openLedger()?.save(stored, at: now) ?? 0 }
        if number > 0, !isNumbered {
            isNumbered = true
            logger.context.append(LogField("nightly", .integer(number)))
            didRecord(number)
        }
        nightly.id = number
    }

    /// Tries again while another program writes to the warehouse, or its server cannot be reached.
    private func waitingForLedger<Answer>(_ body: () throws -> Answer) throws -> Answer {
        let end = ContinuousClock.now + options.retryFor
        var isTold = false
        while true {
            do { return try body() } catch let error as any ReportedError
                where (error.kind == .inUse || error.kind == .unreachable) && ContinuousClock.now < end
                && stop.reason == nil
            {
                if !isTold {
                    logger.warning(
                        "The batch waits for its warehouse",
                        ["why": .string(error.message), "at_most_seconds": .number(options.retryFor / .seconds(1))])
                }
                isTold = true
                wait(.seconds(1))
            }
        }
    }

    private func wait(_ duration: Duration) {
        let end = ContinuousClock.now + duration
        while stop.reason == nil, ContinuousClock.now < end { _ = pause.wait(milliseconds: 25) }
    }
}
