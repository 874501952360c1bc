import Domain

/// Decides what a load does next. It does nothing itself: what happened comes in, with the time and whether the run is to
/// stop, and the steps that are to be done go out. `LoadRun` does them.
///
/// Events are gathered in a group; a group is inserted, and settled on another thread while the next one is gathered.
/// Rows, counts and positions are committed together. The marts follow in a transaction of their own.
///
///     var machine = LoadMachine(plan)
///     machine.receive(.started, at: 0)                   // [.begin, .save(.running), .commit]
///     machine.receive(.committed, at: 0.1)               // [.countRows, .open(.events)]
///     machine.receive(.events(lines: 9, weight: 90), at: 1)  // []: the group is not full yet
///     machine.receive(.pause, at: 1.2)                   // [.begin, .insertEvents, .settleEvents, .awaitSettled]
///     machine.receive(.settled(Growth()), at: 1.3)       // [.upsert, .cureRead, .save(.running), .commit]
///
/// A step that has an answer (`Step.hasAnswer`) is the last of its steps, and the answer is what comes in next.
struct LoadMachine {
    /// What came in.
    enum Input: Equatable, Sendable {
        /// The run has its place in the warehouse.
        case started
        /// A batch of movie documents is decoded.
        case movies(lines: Int)
        /// A batch of events is decoded.
        case events(lines: Int, weight: Int)
        /// No port has anything for now.
        case pause
        /// A port reads no more until batches are given back.
        case heldBack
        /// A port has no more lines.
        case ended(SourcePort)
        /// The answer to `addMovies`.
        case added(Growth)
        /// The answer to `awaitSettled`.
        case settled(Growth)
        /// The answer to `commit`.
        case committed
        /// The answer to every other step that has one.
        case done
    }

    /// How the transaction grew by what was added or settled.
    struct Growth: Equatable, Sendable {
        /// Bytes of lines that it keeps as they came: rejected ones, and long documents and comments.
        var keptBytes = 0
        /// The size of that port's rows that are merged in memory now, in bytes.
        var mergedBytes = 0
    }

    /// What is to be done.
    enum Step: Equatable, Sendable {
        /// Begin a transaction.
        case begin
        /// Open the sources of a port.
        case open(SourcePort)
        /// Merge and write the batch of movies that came, and give it back.
        case addMovies
        /// Enrich, sort and insert the events that are held.
        case insertEvents
        /// Begin to settle the group that was inserted, on another thread.
        case settleEvents
        /// Wait until the group is settled; count and quarantine its lines, and give its batches back.
        case awaitSettled
        /// Give back the events that are held, as if they had not been read.
        case dropEvents
        /// Write the rows that are merged in memory, and make durable what the raw store has.
        case upsert
        /// Cure the lines in quarantine that a whole reading of their source did not find, and those whose events or movies
        /// arrived, unless there are many to be looked at.
        case cureRead
        /// Write how the run stands, and how far each source is loaded.
        case save(RunOutcome)
        /// Commit, and tell the sources.
        case commit
        /// Forget what is not committed.
        case rollback
        /// End the reading of a port.
        case close(SourcePort)
        /// Enrich anew the facts of movies that came or changed.
        case reenrichFacts
        /// Bring the marts up to date.
        case refreshMarts
        /// Cure all lines in quarantine whose events or movies arrived.
        case cureArrived
        /// Count the rows of the tables.
        case countRows
        /// Make the indexes that are missing, and bring the planner's statistics up to date.
        case prepareForQuestions

        /// Whether the step is answered: what follows depends on how it went, or on whether a stop came meanwhile.
        var hasAnswer: Bool {
            switch self {
            case .addMovies, .awaitSettled, .commit, .reenrichFacts, .refreshMarts, .cureArrived, .prepareForQuestions:
                true
            default: false
            }
        }
    }

    /// Batches of events that are decoded and not inserted yet.
    private struct Held {
        var lines = 0
        var batches = 0
        var weight = 0
    }

    /// Why the run is to stop; nil while it goes on.
    private(set) var stopReason: StopSignal.Reason?
    /// Whether all is done.
    var isFinished: Bool { isFinishing && queue.isEmpty }

    private let plan: LoadPlan
    /// The steps that are decided and not given yet.
    private var queue: [Step] = []
    private var hasStarted = false
    private var turns: ArraySlice<[SourcePort]>
    private var reading: [SourcePort] = []
    /// Ports that have ended; they are closed when their last lines are committed.
    private var ended: [SourcePort] = []
    private var hasMovies = false
    private var held = Held()
    /// Whether a group is inserted and nobody settles it yet.
    private var isInserted = false
    private var isSettling = false
    /// Whether all batches are to be given back.
    private var givesBack = false
    private var isCommitDue = false
    private var isFinishing = false

    private var isOpen: Bool
    /// Of the transaction.
    private var lines: Int64 = 0
    private var keptBytes = 0
    private var mergedMovies = 0
    private var mergedEvents = 0
    private var firstLine: Double?
    private var lastCommit = 0.0
    /// Whether the marts may be out of date, and when they were brought up to date last.
    private var isStale = true
    private var isRefreshing = false
    private var lastRefresh = 0.0
    /// Whether facts may carry less of their movies than the warehouse has.
    private var needsReenrichment = true

    /// The machine of a run that has not begun.
    init(_ plan: LoadPlan) {
        self.plan = plan
        turns = plan.turns[...]
        // A dry run is one transaction, which is open since the run began.
        isOpen = plan.isDryRun
    }

    /// Notes what happened, and says what follows.
    ///
    /// - Parameters:
    ///   - now: seconds of a clock that nobody sets.
    ///   - stop: why the run is to stop, or nil; the first reason stands.
    /// - Returns: what is to be done now, in this order; nothing when the next input is to be waited for.
    mutating func receive(_ input: Input, at now: Double, stop: StopSignal.Reason? = nil) -> [Step] {
        note(input, at: now)
        if let stop { noteStop(stop) }
        var steps: [Step] = []
        while true {
            if queue.isEmpty { decide(at: now) }
            if queue.isEmpty { return steps }
            let step = queue.removeFirst()
            guard isNeeded(step) else { continue }
            steps.append(step)
            if step.hasAnswer { return steps }
        }
    }

    /// What is to be done after an error: the run is marked as failed, unless it is not known what its last commit did.
    ///
    /// - Parameter step: the step that failed; nil where no step was being done.
    mutating func fail(at step: Step?) -> [Step] {
        queue = []
        isFinishing = true
        let rollback: [Step] = isOpen ? [.rollback] : []
        isOpen = false
        return plan.isDryRun || step == .commit ? rollback : rollback + [.begin, .save(.failed), .commit]
    }
}

// MARK: What happened

extension LoadMachine {
    private mutating func note(_ input: Input, at now: Double) {
        switch input {
        case .started:
            hasStarted = true
            (lastCommit, lastRefresh) = (now, now)
            queue = [.begin, .save(.running), .commit] + countRows
        case .movies(let lines):
            hasMovies = true
            noteLines(lines, at: now)
        case .events(let lines, let weight):
            held.lines += lines
            held.batches += 1
            held.weight += weight
            noteLines(lines, at: now)
        case .pause:
            givesBack = true
            if lines > 0, now - lastCommit >= plan.pauseSeconds { isCommitDue = true }
            noteTime(now)
        case .heldBack: givesBack = true
        case .ended(let port): end([port])
        case .added(let growth):
            mergedMovies = growth.mergedBytes
            noteGrowth(growth)
        case .settled(let growth):
            mergedEvents = growth.mergedBytes
            noteGrowth(growth)
        case .committed: noteCommit(at: now)
        case .done: break
        }
    }

    private mutating func noteLines(_ count: Int, at now: Double) {
        if count > 0 {
            lines += Int64(count)
            firstLine = firstLine ?? now
            isStale = true
        }
        if hasMovies { needsReenrichment = true }
        if lines >= plan.transactionLines { isCommitDue = true }
        noteTime(now)
    }

    private mutating func noteTime(_ now: Double) {
        if let firstLine, let interval = plan.commitInterval, now - firstLine >= interval { isCommitDue = true }
        if lines > 0, areMartsDue(at: now) { isCommitDue = true }
    }

    private mutating func noteGrowth(_ growth: Growth) {
        keptBytes += growth.keptBytes
        if keptBytes >= plan.keptBytes || mergedMovies + mergedEvents >= plan.mergedBytes { isCommitDue = true }
    }

    private mutating func noteCommit(at now: Double) {
        isOpen = false
        beginTransaction()
        lastCommit = now
        if isRefreshing { (isRefreshing, lastRefresh) = (false, now) }
    }

    private mutating func beginTransaction() {
        (lines, keptBytes, mergedMovies, mergedEvents) = (0, 0, 0, 0)
        firstLine = nil
    }

    private mutating func noteStop(_ reason: StopSignal.Reason) {
        guard stopReason == nil else { return }
        if reason.isSignal {
            stopReason = reason
            // What a refresh has done so far goes into the last commit.
            queue = isFinishing ? queue.filter { !$0.isPutOffByAStop }.map { $0.ofAStoppedRun } : []
        } else if !isFinishing {
            stopReason = reason
            turns = []
            end(reading)
        }
    }

    private mutating func end(_ ports: [SourcePort]) {
        reading.removeAll(where: ports.contains)
        ended += ports
        isCommitDue = true
    }
}

// MARK: What is to be done

extension LoadMachine {
    /// Puts into the queue what follows from the state; nothing when an input is to be waited for.
    private mutating func decide(at now: Double) {
        guard hasStarted, !isFinishing else { return }
        let isSignalled = stopReason?.isSignal == true
        if isSignalled, held.batches > 0 {
            held = Held()
            queue = [.dropEvents]
        } else if hasMovies {
            hasMovies = false
            queue = [.begin, .addMovies]
        } else if let steps = stepsForEvents(isLast: isSignalled) {
            queue = steps
        } else if isSignalled {
            isFinishing = true
            queue = stepsOfStop()
        } else if isCommitDue {
            isCommitDue = false
            if isOpen { queue = stepsOfCommit }
            // A dry run has no commit that would say so.
            if plan.isDryRun { beginTransaction() }
            if queue.isEmpty { decide(at: now) }
        } else {
            decideBetweenTransactions(at: now)
        }
    }

    /// What becomes of the events that are held, inserted or being settled; nil when there is nothing to do.
    private mutating func stepsForEvents(isLast: Bool) -> [Step]? {
        let empties = givesBack || isCommitDue || isLast
        if held.batches > 0, empties || isGroupFull {
            held = Held()
            isInserted = true
            return [.begin, .insertEvents]
        }
        if isInserted, !isSettling {
            (isInserted, isSettling) = (false, true)
            return [.settleEvents]
        }
        if isSettling, isInserted || empties {
            isSettling = false
            return [.awaitSettled]
        }
        if empties { givesBack = false }
        return nil
    }

    private var isGroupFull: Bool {
        held.lines >= plan.groupLines || held.batches >= plan.groupBatches || held.weight >= plan.groupWeight
    }

    /// What follows where nothing waits for a commit.
    private mutating func decideBetweenTransactions(at now: Double) {
        if !ended.isEmpty {
            queue = ended.map { .close($0) }
            ended = []
        } else if reading.isEmpty, let turn = turns.popFirst() {
            reading = turn
            // The events that follow find their movies as they are now.
            let before: [Step] = needsReenrichment && turn == [.events] ? [.begin, .reenrichFacts] : []
            queue = before + turn.map { .open($0) }
        } else if reading.isEmpty {
            isFinishing = true
            queue = [.begin] + stepsOfRefresh + countRows + stepsOfEnd
        } else if lines == 0, areMartsDue(at: now) {
            queue = isOpen ? stepsOfCommit : [.begin] + stepsOfRefresh + [.commit]
        }
    }

    private func areMartsDue(at now: Double) -> Bool {
        guard let interval = plan.martInterval, isStale, !plan.isDryRun else { return false }
        return now - lastRefresh >= interval
    }

    private var stepsOfCommit: [Step] { rowsOfCommit + [.save(.running), .commit] }

    /// A retry has lines that are not tried yet, which are not to be cured by others.
    private var rowsOfCommit: [Step] { plan.isRetry ? [.upsert] : [.upsert, .cureRead] }

    private var stepsOfRefresh: [Step] {
        let cures = !(plan.isRetry && stopReason != nil)
        return (needsReenrichment ? [.reenrichFacts] : []) + [.refreshMarts] + (cures ? [.cureArrived] : [])
    }

    private var countRows: [Step] { plan.isRetry ? [] : [.countRows] }

    private var stepsOfEnd: [Step] {
        if plan.isDryRun { return [.rollback] }
        return [.prepareForQuestions, .save(stopReason == nil ? .completed : .stopped), .commit]
    }

    /// A stop by a signal waits for one commit; what else there is to do is left to the next run.
    private mutating func stepsOfStop() -> [Step] {
        let rows = isOpen ? rowsOfCommit : []
        let closes: [Step] = (ended + reading).map { .close($0) }
        (ended, reading) = ([], [])
        if plan.isDryRun { return rows + [.rollback] + closes }
        return [.begin] + rows + [.save(.stopped), .commit] + closes
    }

    /// Leaves out steps that the state makes needless, and notes what the others change.
    private mutating func isNeeded(_ step: Step) -> Bool {
        switch step {
        case .begin:
            defer { isOpen = true }
            return !isOpen
        case .save, .commit: return !plan.isDryRun
        case .rollback: isOpen = false
        case .reenrichFacts: needsReenrichment = false
        case .refreshMarts: (isStale, isRefreshing) = (false, true)
        default: break
        }
        return true
    }
}

extension LoadMachine.Step {
    /// Whether somebody who waits for the program to end does not wait for this.
    fileprivate var isPutOffByAStop: Bool {
        switch self {
        case .open, .reenrichFacts, .refreshMarts, .cureArrived, .countRows, .prepareForQuestions: true
        default: false
        }
    }

    /// The same step where the run was stopped meanwhile.
    fileprivate var ofAStoppedRun: Self { self == .save(.completed) ? .save(.stopped) : self }
}
