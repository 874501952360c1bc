import Domain

/// Decides what a load does next. It is a state machine without I/O: `LoadRun` tells it what happened, and performs the
/// steps that it returns.
///
/// Batches of events are collected in a group. A full group is inserted, and then settled on another thread while the
/// next group is collected. Rows, counts and positions are committed together. The marts are refreshed in a transaction
/// of their own.
///
/// After the loss of a transaction (`Input.lost`) the open ports are closed and opened again, so that they go on from
/// the positions of the last commit. What follows the last port begins anew.
///
/// The same follows when the warehouse refused rows (`Input.refused`). The next transactions are smaller, and smaller still
/// when the same lines are refused over and over, so that few lines are read again where many rows are refused. Each commit
/// doubles their size again.
///
///     var machine = LoadMachine(plan)
///     machine.receive(.started, at: 0)                   // [.begin, .save(.running), .commit]
///     machine.receive(.committed, at: 0.1)               // [.countRows, .open(.events)]
///     machine.receive(.events(lines: 9, weight: 90), at: 1)  // []: the group is not full yet
///     machine.receive(.pause, at: 1.2)                   // [.begin, .insertEvents, .settleEvents, .awaitSettled]
///     machine.receive(.settled(Growth()), at: 1.3)       // [.upsert, .cureRead, .save(.running), .commit]
///
/// A step that has an answer (`Step.hasAnswer`) is always the last of the returned steps. The answer is the next input.
struct LoadMachine {
    /// The batches of events that are collected and not inserted yet.
    private struct Held {
        var lines = 0
        var batches = 0
        var weight = 0
    }

    /// Why the run is stopped; nil when it is not.
    private(set) var stopReason: StopSignal.Reason?
    /// Whether the run has no more steps.
    var isFinished: Bool { isFinishing && queue.isEmpty }

    private let plan: LoadPlan
    /// The steps that are decided and not returned yet.
    private var queue: [Step] = []
    private var hasStarted = false
    /// Whether the run's row is committed.
    private var isRunSaved = false
    private var turns: ArraySlice<[SourcePort]>
    private var reading: [SourcePort] = []
    /// The ports that have ended. They are closed when their last lines are committed.
    private var ended: [SourcePort] = []
    private var hasMovies = false
    private var held = Held()
    /// Whether a group is inserted and its settling has not begun.
    private var isInserted = false
    private var isSettling = false
    /// Whether all batches have to be released, although the group is not full.
    private var givesBack = false
    private var isCommitDue = false
    private var isFinishing = false

    /// The most lines of the next transaction.
    private var transactionLines: Int64
    /// How often rows were refused since the last commit of lines.
    private var refusals = 0
    /// When to stop reading; nil without a time limit.
    private var forecast: EndForecast?

    private var isOpen: Bool
    /// The growth of the current transaction.
    private var lines: Int64 = 0
    private var keptBytes = 0
    private var mergedMovies = 0
    private var mergedEvents = 0
    private var firstLine: Double?
    private var lastCommit = 0.0
    /// Whether the marts may be out of date.
    private(set) var isStale = true
    private var isRefreshing = false
    private var lastRefresh = 0.0
    /// When indexes and statistics were brought up to date; nil when they were not in this run.
    private var lastPreparation: Double?
    private var isPreparing = false
    /// Whether facts may differ from the movies that they copy columns from.
    private var needsReenrichment = true

    /// A machine for a run that has not begun.
    init(_ plan: LoadPlan) {
        self.plan = plan
        transactionLines = plan.transactionLines
        forecast = plan.deadline.map(EndForecast.init)
        turns = plan.turns[...]
        // A dry run is one transaction, which `beginRun` has opened.
        isOpen = plan.isDryRun
    }

    /// Updates the state with an input, and returns the next steps.
    ///
    /// - Parameters:
    ///   - now: seconds of the monotonic clock.
    ///   - stop: why the run should stop, or nil. The first reason stays.
    /// - Returns: the steps to be performed now, in this order; empty when the machine waits for a batch.
    mutating func receive(_ input: Input, at now: Double, stop: StopSignal.Reason? = nil) -> [Step] {
        note(input, at: now)
        noteForecast(input, at: now)
        if let stop { noteStop(stop) }
        if stopReason == nil, !reading.isEmpty, forecast?.isTimeToEnd(at: now) == true { noteStop(.duration) }
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

    /// Whether a batch with this many lines fits into the open transaction. If not, the transaction is committed first
    /// (`Input.full`).
    func takes(lines count: Int) -> Bool { lines == 0 || lines + Int64(count) <= transactionLines }

    /// Ends a run that is stopped while its warehouse cannot be used: no step follows.
    mutating func stopWithoutWarehouse(_ reason: StopSignal.Reason) {
        stopReason = stopReason ?? reason
        (queue, isFinishing, isOpen) = ([], true, false)
    }

    /// Returns the steps after an error: they roll back, and mark the run as failed. After an error of `commit` the run
    /// is not marked, since the commit may have succeeded.
    ///
    /// - Parameter step: the step that failed; nil when the error came from the input.
    mutating func fail(at step: Step?) -> [Step] {
        queue = []
        isFinishing = true
        let rollback: [Step] = isOpen ? [.rollback] : []
        isOpen = false
        return plan.isDryRun || step == .commit ? rollback : rollback + [.begin, .save(.failed), .commit]
    }
}

// MARK: Inputs

extension LoadMachine {
    private mutating func note(_ input: Input, at now: Double) {
        switch input {
        case .started:
            hasStarted = true
            (lastCommit, lastRefresh) = (now, now)
            queue = firstSteps
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
            // While a source is silent, no transaction is left open.
            let isWaiting = lines > 0 || (plan.mayPause && isOpen)
            if isWaiting, now - lastCommit >= plan.pauseSeconds { isCommitDue = true }
            noteTime(now)
        case .heldBack: givesBack = true
        case .full: isCommitDue = true
        case .ended(let port): end([port])
        case .added(let growth):
            mergedMovies = growth.mergedBytes
            noteGrowth(growth)
        case .settled(let growth):
            mergedEvents = growth.mergedBytes
            noteGrowth(growth)
        case .committed: noteCommit(at: now)
        case .done: break
        case .lost: noteLoss()
        case .refused:
            noteLoss()
            noteRefusal()
        }
    }

    private mutating func noteForecast(_ input: Input, at now: Double) {
        switch input {
        case .started: forecast?.begin(at: now)
        case .movies, .events: forecast?.note(.lines, at: now)
        case .added, .settled: forecast?.note(.step, at: now)
        case .committed: forecast?.note(.committed, at: now)
        case .lost, .refused: forecast?.note(.lost, at: now)
        case .pause, .heldBack, .full, .ended, .done: forecast?.note(.other, at: now)
        }
        if isCommitDue { forecast?.note(.commitDue, at: now) }
    }

    private mutating func noteLines(_ count: Int, at now: Double) {
        if count > 0 {
            lines += Int64(count)
            firstLine = firstLine ?? now
            isStale = true
        }
        if hasMovies { needsReenrichment = true }
        if lines >= transactionLines { isCommitDue = true }
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
        isRunSaved = true
        if lines > 0 {
            refusals = 0
            transactionLines =
                transactionLines > plan.transactionLines / 2 ? plan.transactionLines : transactionLines * 2
        }
        beginTransaction()
        lastCommit = now
        if isRefreshing { (isRefreshing, lastRefresh) = (false, now) }
        if isPreparing { (isPreparing, lastPreparation) = (false, now) }
    }

    /// The most lines of the transaction after one with refused rows.
    static let linesAfterARefusal: Int64 = 1 << 18
    /// How many lines a transaction may have in any case, however often its rows are refused.
    static let fewestLines: Int64 = 1 << 14

    /// Two refusals in a row are usual: the first names keys of merged rows, the second the lines that they come from.
    private mutating func noteRefusal() {
        refusals += 1
        let next = refusals <= 2 ? Self.linesAfterARefusal : max(Self.fewestLines, transactionLines / 4)
        transactionLines = min(transactionLines, next)
    }

    private mutating func beginTransaction() {
        (lines, keptBytes, mergedMovies, mergedEvents) = (0, 0, 0, 0)
        firstLine = nil
    }

    private mutating func noteLoss() {
        isOpen = false
        isFinishing = false
        beginTransaction()
        held = Held()
        (hasMovies, isInserted, isSettling, givesBack, isCommitDue) = (false, false, false, false, false)
        (isStale, isRefreshing, isPreparing, needsReenrichment) = (true, false, false, true)
        guard isRunSaved else { return queue = firstSteps }
        let lost = SourcePort.allCases.filter((reading + ended).contains)
        queue = lost.map { .close($0) }
        (reading, ended) = ([], [])
        // A run that is stopped reads nothing again.
        if stopReason == nil, !lost.isEmpty { turns = [lost] + turns }
    }

    private mutating func noteStop(_ reason: StopSignal.Reason) {
        guard stopReason == nil else { return }
        if reason.isSignal {
            stopReason = reason
            // The refresh steps that are done are committed, the others are left out.
            queue =
                isFinishing
                ? queue.filter { !$0.isPutOffByAStop }.map { $0.ofAStoppedRun } : queue.filter(\.isClose)
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

// MARK: Decisions

extension LoadMachine {
    /// Fills the queue with the next steps; leaves it empty when the machine waits for a batch.
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
            // A dry run has no commit that would reset the counters of the transaction.
            if plan.isDryRun {
                beginTransaction()
                forecast?.note(.lost, at: now)
            }
            if queue.isEmpty { decide(at: now) }
        } else {
            decideBetweenTransactions(at: now)
        }
    }

    /// The next steps for collected or inserted events; nil when there are none.
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

    /// Decides what follows when no commit is due: closing and opening ports, a refresh of the marts, or the end.
    private mutating func decideBetweenTransactions(at now: Double) {
        if !ended.isEmpty {
            queue = ended.map { .close($0) }
            ended = []
        } else if reading.isEmpty, let turn = turns.popFirst() {
            reading = turn
            // Enriching the facts first lets `EventWork` enrich the following events by the current movies.
            let before: [Step] = needsReenrichment && turn == [.events] ? [.begin, .reenrichFacts] : []
            queue = before + turn.map { .open($0) }
        } else if reading.isEmpty {
            isFinishing = true
            queue = [.begin] + stepsOfRefresh + countRows + stepsOfEnd
        } else if lines == 0, areMartsDue(at: now) {
            let preparation: [Step] = isPreparationDue(at: now) ? [.prepareForQuestions] : []
            queue = isOpen ? stepsOfCommit : [.begin] + stepsOfRefresh + preparation + [.commit]
        }
    }

    private func isPreparationDue(at now: Double) -> Bool {
        guard let interval = plan.preparationInterval else { return false }
        return lastPreparation.map { now - $0 >= interval } ?? true
    }

    private func areMartsDue(at now: Double) -> Bool {
        guard let interval = plan.martInterval, isStale, !plan.isDryRun else { return false }
        return now - lastRefresh >= interval
    }

    private var stepsOfCommit: [Step] { rowsOfCommit + [.save(.running), .commit] }

    /// A retry does not cure lines before its end, so that it does not cure lines that it has yet to try.
    private var rowsOfCommit: [Step] { plan.isRetry ? [.upsert] : [.upsert, .cureRead] }

    private var stepsOfRefresh: [Step] {
        let cures = !(plan.isRetry && stopReason != nil)
        let facts: [Step] = needsReenrichment && plan.refresh != .nothing ? [.reenrichFacts] : []
        return facts + (plan.refresh == .whole ? [.refreshMarts] : []) + (cures ? [.cureArrived] : [])
    }

    private var firstSteps: [Step] { [.begin, .save(.running), .commit] + countRows }

    private var countRows: [Step] { plan.isRetry ? [] : [.countRows] }

    private var stepsOfEnd: [Step] {
        if plan.isDryRun { return [.rollback] }
        let preparation: [Step] = plan.refresh == .whole ? [.prepareForQuestions] : []
        return preparation + [.save(stopReason == nil ? .completed : .stopped), .commit]
    }

    /// After a signal there is one more commit; the refresh of the marts is left to the next run.
    private mutating func stepsOfStop() -> [Step] {
        let rows = isOpen ? rowsOfCommit : []
        let closes: [Step] = (ended + reading).map { .close($0) }
        (ended, reading) = ([], [])
        if plan.isDryRun { return rows + [.rollback] + closes }
        return [.begin] + rows + [.save(.stopped), .commit] + closes
    }

    /// Returns whether a step is necessary in the current state, and updates the state if it is.
    private mutating func isNeeded(_ step: Step) -> Bool {
        switch step {
        case .begin:
            defer { isOpen = true }
            return !isOpen
        case .save, .commit: return !plan.isDryRun
        case .rollback: isOpen = false
        case .reenrichFacts: needsReenrichment = false
        case .refreshMarts: (isStale, isRefreshing) = (false, true)
        case .prepareForQuestions: isPreparing = true
        default: break
        }
        return true
    }
}

extension LoadMachine.Step {
    /// Whether the step is left out after a stop by a signal.
    fileprivate var isPutOffByAStop: Bool {
        switch self {
        case .open, .reenrichFacts, .refreshMarts, .cureArrived, .countRows, .prepareForQuestions: true
        default: false
        }
    }

    /// Whether the step ends the reading of a port.
    fileprivate var isClose: Bool { if case .close = self { true } else { false } }

    /// The step that replaces this one after a stop.
    fileprivate var ofAStoppedRun: Self { self == .save(.completed) ? .save(.stopped) : self }
}
