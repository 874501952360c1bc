import Domain

/// What is to be written of sources with the rows of their lines: how far each is loaded, what it is called, and which
/// lines in quarantine a reading of it did not find any more. It does no I/O.
///
///     var ledger = SourceLedger(run: 7)
///     let early = ledger.add(chunk, counts: counts)  // For each chunk whose lines are in the transaction.
///     let pending = ledger.pending()                 // At the commit: to be written with the rows.
///     let positions = ledger.didCommit()             // After it: what the sources are told.
struct SourceLedger {
    /// A source among all sources of a run.
    struct Key: Hashable, Comparable {
        var port: SourcePort
        var number: Int

        static func < (left: Key, right: Key) -> Bool {
            left.port == right.port ? left.number < right.number : left.port == .movies
        }
    }

    /// A source that was read from its start to its end: its open lines in quarantine that were found last before the
    /// reading began are cured.
    struct Reading: Equatable {
        var source: String
        var port: SourcePort
        /// The run in which the reading began.
        var firstRun: Int64
    }

    /// What a commit has to write.
    struct Pending {
        var checkpoints: [CheckpointChange] = []
        var renames: [(identity: SourceIdentity, name: String)] = []
        var readings: [Reading] = []
    }

    private let run: Int64
    private var states: [Key: State] = [:]
    /// The rows that this run has written of sources that may grow: another source of this run may go on from one.
    private var written: [SourceIdentity: Checkpoint] = [:]
    /// What earlier runs read of the sources that this run goes on with.
    private var countsBefore: [Key: LineCounts] = [:]
    /// The sources whose positions moved since the last commit.
    private var moved: [Key: (source: Source, position: SourcePosition)] = [:]

    /// The ledger of a run that has read nothing yet.
    init(run: Int64) { self.run = run }

    /// Notes that a chunk's lines are in the transaction.
    ///
    /// - Returns: rows that have to be written now, in the same transaction: the source goes on from one that this run
    ///   has read, and its row will replace that one's.
    mutating func add(_ chunk: LineChunk, counts: LineCounts) -> [CheckpointChange] {
        if case .unreadable = chunk.notice { return [] }
        let key = Key(port: chunk.source.port, number: chunk.source.number)
        if chunk.notice != .skipped { moved[key] = (chunk.source, chunk.end) }
        guard let mark = chunk.mark else { return [] }
        var early: [CheckpointChange] = []
        var state = states[key] ?? begin(chunk.source, key, &early)
        state.position = chunk.end
        state.isComplete = state.isComplete || chunk.isLast
        state.isRead = chunk.isLast && chunk.notice != .skipped
        state.counts += counts
        state.mark = mark
        states[key] = state
        return early
    }

    /// What is to be written with the rows now. It is given once: a commit that fails ends the
    /// run.
    mutating func pending() -> Pending {
        var pending = Pending()
        for (key, state) in states.sorted(by: { $0.key < $1.key }) {
            if state.isRead {
                pending.readings.append(
                    Reading(source: state.source.name, port: state.source.port, firstRun: state.firstRun))
            }
            if let change = change(of: key) {
                pending.checkpoints.append(change)
            } else if state.isRenamed, let identity = state.mark?.identity {
                pending.renames.append((identity, state.source.name))
            }
            if state.isComplete { states[key] = nil }
        }
        return pending
    }

    /// The positions up to which all lines are durable now, of the sources that moved since the commit before.
    mutating func didCommit() -> [(source: Source, position: SourcePosition)] {
        defer { moved = [:] }
        return moved.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Forgets what is not committed.
    mutating func rollback() {
        states = [:]
        moved = [:]
    }

    /// What earlier runs read of a source that this run goes on with; nil where it began at the start.
    func counts(before key: Key) -> LineCounts? { countsBefore[key] }

    /// What is known of a source when its first lines come.
    private mutating func begin(_ source: Source, _ key: Key, _ early: inout [CheckpointChange]) -> State {
        guard let known = source.known, !source.isReadAgain else {
            return State(source: source, counts: LineCounts(), firstRun: run, stored: source.known?.identity)
        }
        for (other, state) in states where state.mark?.identity == known.identity {
            if let change = change(of: other) { early.append(change) }
        }
        let checkpoint = written[known.identity] ?? known
        countsBefore[key] = checkpoint.counts
        return State(
            source: source, counts: checkpoint.counts, firstRun: checkpoint.firstRun, stored: known.identity,
            storedCheckpoint: checkpoint)
    }

    /// The row that is to be written of a source; nil when the one that is there says the same.
    private mutating func change(of key: Key) -> CheckpointChange? {
        guard let state = states[key], let checkpoint = state.checkpoint else { return nil }
        if checkpoint.mark.mayGrow { written[checkpoint.identity] = checkpoint }
        states[key]?.stored = checkpoint.identity
        states[key]?.storedCheckpoint = checkpoint
        return CheckpointChange(checkpoint, previous: state.stored)
    }
}

extension SourceLedger {
    /// How far a source is loaded in the transaction.
    private struct State {
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
        /// The key of the row that it has; that row goes when the next one is written.
        var stored: SourceIdentity?
        /// What that row says, where that is known.
        var storedCheckpoint: Checkpoint?

        /// The row that is to be written now; nil when nothing but the name is new.
        var checkpoint: Checkpoint? {
            // A source that is read again keeps its row until it is read whole.
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
}
