import Domain

/// What a run has read, and the transaction that it is in: rows, counts and positions are committed together.
final class LoadTransaction {
    let warehouse: any Warehouse
    let options: LoadOptions
    /// How long the stages of the load take.
    let stages: StageTimes
    private(set) var run: RunRecord
    private(set) var rejectedByRule: [CleaningRule: Int64] = [:]
    private(set) var warningsByReason: [WarningReason: Int64] = [:]
    /// Lines in quarantine that this run cured.
    private(set) var cured: Int64 = 0
    /// What becomes of a batch's rejected lines instead of going into quarantine; called once a batch, also when it has
    /// none.
    var settleRejections: (([Rejection]) throws -> Void)?
    /// What of the run's counts is committed.
    private var committed = LineCounts()
    private var isOpen: Bool
    /// Whether a commit was asked for and did not come back well: what it did is not known.
    private var isInDoubt = false
    private var lines: Int64 = 0
    /// What the transaction keeps of lines as they came, in bytes.
    private var keptBytes = 0
    private var lastCommit = StageTime.monotonicSeconds
    private var positions: [Int: SourceState] = [:]

    private struct SourceState {
        let source: Source
        var position: SourcePosition
        var isComplete: Bool
        var counts: LineCounts
        var isDirty: Bool
        /// The run in which its reading began.
        let firstRun: Int64
    }

    /// The transactions of a run that has begun.
    init(warehouse: any Warehouse, options: LoadOptions, run: RunRecord, stages: StageTimes) {
        self.warehouse = warehouse
        self.options = options
        self.run = run
        self.stages = stages
        // A dry run is one transaction, which is open since the run began.
        isOpen = options.isDryRun
    }

    /// Begins a transaction unless one is open.
    func open() throws {
        if isOpen { return }
        try warehouse.begin()
        isOpen = true
    }

    /// Sets out from what checkpoints say; forgets the sources before.
    func begin(_ plan: LoadPlan) {
        positions = [:]
        for planned in plan.planned {
            let resumed = plan.resumed[planned.source.number]
            positions[planned.source.number] = SourceState(
                source: planned.source, position: planned.start, isComplete: false,
                counts: resumed?.counts ?? LineCounts(), isDirty: false, firstRun: resumed?.firstRun ?? run.id)
        }
    }

    /// Takes in that a chunk's lines are in the transaction.
    func add(_ chunk: LineChunk, counts: LineCounts) {
        run.counts += counts
        lines += counts.read
        guard var state = positions[chunk.source.number] else { return }
        state.position = chunk.end
        state.isComplete = state.isComplete || chunk.isLast
        state.counts += counts
        state.isDirty = true
        positions[chunk.source.number] = state
    }

    /// Puts lines into quarantine.
    func quarantine(_ rejections: [Rejection]) throws {
        for rejection in rejections { rejectedByRule[rejection.rule, default: 0] += 1 }
        if let settleRejections { return try settleRejections(rejections) }
        guard !rejections.isEmpty else { return }
        for rejection in rejections { keep(bytes: rejection.rawLength) }
        try warehouse.quarantine(rejections, run: run.id)
    }

    /// Takes in what was dropped or made null.
    func warn(_ warnings: WarningTally) {
        for (reason, count) in warnings.byReason { warningsByReason[reason, default: 0] += Int64(count) }
    }

    /// Takes in that so many bytes of a line are kept as they came.
    func keep(bytes: Int) { keptBytes += bytes + LoadTransaction.keptOverhead }

    /// About what a line that is kept takes beside its bytes: its message, names and index.
    private static let keptOverhead = 320

    /// Whether the transaction has grown to where it is committed.
    func isFull(mergedBytes: Int) -> Bool {
        lines >= options.transactionLines || mergedBytes >= options.transactionBytes || keptBytes >= options.keptBytes
    }

    /// Whether lines have waited long enough to be committed where nothing more is there to be read.
    var isDue: Bool { lines > 0 && StageTime.monotonicSeconds - lastCommit >= options.commitSeconds }

    /// Commits rows, counts and positions.
    func commit() throws {
        guard isOpen else { return }
        lines = 0
        keptBytes = 0
        defer { lastCommit = StageTime.monotonicSeconds }
        // A retry asks once, at its end: until then a line that is still to be tried would count as cured.
        if settleRejections == nil { cured += try warehouse.cureArrived(run: run.id, isLast: false) }
        if !options.isDryRun { try warehouse.save(run) }
        for (number, state) in positions where state.isDirty {
            positions[number]?.isDirty = false
            guard let identity = state.source.identity else { continue }
            if state.isComplete { try cure(state) }
            if options.isDryRun { continue }
            let checkpoint = Checkpoint(
                identity: identity, source: state.source.name, position: state.position,
                isComplete: state.isComplete, counts: state.counts, firstRun: state.firstRun)
            try warehouse.save(checkpoint, run: run.id)
        }
        if options.isDryRun { return }
        isInDoubt = true
        try warehouse.commit()
        isInDoubt = false
        committed = run.counts
        isOpen = false
    }

    /// What a source that was read whole does not have any more is cured.
    private func cure(_ state: SourceState) throws {
        cured += try warehouse.cureRejected(
            ofSource: state.source.name, port: state.source.port, before: state.firstRun, run: run.id)
    }

    /// Cures at a run's end what it brought; a retry that was stopped leaves that to the one that goes on.
    func cureArrived(isStopped: Bool) throws {
        if isStopped, settleRejections != nil { return }
        cured += try warehouse.cureArrived(run: run.id, isLast: true)
    }

    /// Writes how the run ended, with what is still open.
    func finish(_ outcome: RunOutcome, at time: Int64) throws {
        run.outcome = outcome
        run.endedAt = time
        if options.isDryRun { return try abandon() }
        try open()
        try commit()
    }

    /// Writes that the run is under way.
    func start() throws {
        try open()
        try commit()
    }

    /// Forgets what is not committed: rows, counts and positions.
    func abandon() throws {
        if isOpen { try warehouse.rollback() }
        isOpen = false
        positions = [:]
        if !options.isDryRun { run.counts = committed }
    }

    /// Forgets what is not committed, and writes that the run failed; where it is in doubt what is committed it writes
    /// nothing, and the next run finds this one interrupted.
    func fail(at time: Int64, because error: any Error) throws {
        try abandon()
        run.error = RunFailure.words(error)
        if !isInDoubt { try finish(.failed, at: time) }
    }
}
