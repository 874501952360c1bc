import Domain

/// What a run has read, and the transaction that it is in: rows, counts and positions are committed together.
final class LoadTransaction {
    let warehouse: any Warehouse
    let options: LoadOptions
    /// How long the stages of the load take.
    let stages: StageTimes
    private(set) var run: RunRecord
    private(set) var rejectedByRule: [CleaningRule: Int64] = [:]
    /// Keys of events that stand in the wrong place.
    private(set) var misplaced = MisplacedTally()
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
    /// What this run has written of sources that may grow: a later one may go on from them.
    private var readInThisRun: [SourceIdentity: Checkpoint] = [:]
    /// What runs before read of the sources that this one goes on with, by their numbers.
    private(set) var countsBefore: [Int: LineCounts] = [:]

    private struct SourceState {
        let source: Source
        var position = SourcePosition()
        var isComplete = false
        var counts: LineCounts
        /// The run in which its reading began.
        let firstRun: Int64
        /// What it is known by up to its position.
        var mark: SourceMark?
        /// Whether it was read to its end, and not only passed over as loaded before.
        var isRead = false
        /// The row of the ledger that it has; it goes when the next one is written.
        var stored: SourceIdentity?
        /// What that row says, where it is known.
        var storedCheckpoint: Checkpoint?

        /// What is to be written of it now; nil when nothing is new.
        var checkpoint: Checkpoint? {
            // What is read again keeps the row of before until it is read whole.
            guard let mark, isComplete || !source.isReadAgain else { return nil }
            var checkpoint = Checkpoint(
                mark, source: source.name, position: position, isComplete: isComplete, counts: counts,
                firstRun: firstRun)
            guard let storedCheckpoint else { return checkpoint }
            checkpoint.source = storedCheckpoint.source
            if checkpoint == storedCheckpoint { return nil }
            checkpoint.source = source.name
            return checkpoint
        }

        /// Whether the row says all that is known but the name.
        var isRenamed: Bool {
            guard isComplete, checkpoint == nil, let storedCheckpoint else { return false }
            return storedCheckpoint.identity == mark?.identity && storedCheckpoint.source != source.name
        }
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

    /// Forgets the sources before: others are numbered now.
    func beginSources() {
        positions = [:]
        countsBefore = [:]
    }

    /// Takes in that a chunk's lines are in the transaction.
    func add(_ chunk: LineChunk, counts: LineCounts) throws {
        run.counts += counts
        lines += counts.read
        if case .unreadable = chunk.notice { return }
        guard let mark = chunk.mark else { return }
        var state = try positions[chunk.source.number] ?? beginSource(chunk.source)
        state.position = chunk.end
        state.isComplete = state.isComplete || chunk.isLast
        state.isRead = chunk.isLast && chunk.notice != .skipped
        state.counts += counts
        state.mark = mark
        positions[chunk.source.number] = state
    }

    /// What is known of a source when its first lines come.
    private func beginSource(_ source: Source) throws -> SourceState {
        guard let known = source.known, !source.isReadAgain else {
            return SourceState(source: source, counts: LineCounts(), firstRun: run.id, stored: source.known?.identity)
        }
        // It may go on from a source that this run has read.
        for (number, other) in positions where other.mark?.identity == known.identity {
            var changes = LedgerChanges(run: run)
            note(other, number, in: &changes)
            if !options.isDryRun { try warehouse.save(changes) }
        }
        let checkpoint = readInThisRun[known.identity] ?? known
        countsBefore[source.number] = checkpoint.counts
        return SourceState(
            source: source, counts: checkpoint.counts, firstRun: checkpoint.firstRun, stored: known.identity,
            storedCheckpoint: checkpoint)
    }

    /// Adds what is to be written of a source.
    private func note(_ state: SourceState, _ number: Int, in changes: inout LedgerChanges) {
        guard let checkpoint = state.checkpoint else {
            if state.isRenamed, let identity = state.mark?.identity {
                changes.renames.append((identity, state.source.name))
            }
            return
        }
        changes.checkpoints.append(CheckpointChange(checkpoint, previous: state.stored))
        if checkpoint.mark.mayGrow { readInThisRun[checkpoint.identity] = checkpoint }
        positions[number]?.stored = checkpoint.identity
        positions[number]?.storedCheckpoint = checkpoint
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

    /// Takes in which keys stand in the wrong place.
    func note(_ keys: MisplacedTally) { misplaced.add(keys) }

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
        var changes = LedgerChanges(run: run)
        for (number, state) in positions {
            if state.isRead { try cure(state) }
            if !options.isDryRun { note(state, number, in: &changes) }
            if state.isComplete { positions[number] = nil }
        }
        if options.isDryRun { return }
        try warehouse.save(changes)
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
