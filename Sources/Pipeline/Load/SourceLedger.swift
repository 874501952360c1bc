import Domain

/// Decides what a commit writes about the sources: their checkpoints, their new names, and which of them were read
/// completely, so that lines in quarantine that are no longer in them can be cured. It does no I/O.
///
///     var ledger = SourceLedger(run: 7)
///     let early = ledger.add(chunk, counts: counts)  // For each chunk whose lines are in the transaction.
///     let pending = ledger.pending()                 // At the commit: to be written with the rows.
///     let positions = ledger.didCommit()             // After it: what the sources are told.
struct SourceLedger {
    /// Identifies a source among all sources of a run.
    struct Key: Hashable, Comparable {
        var port: SourcePort
        var number: Int

        static func < (left: Key, right: Key) -> Bool {
            left.port == right.port ? left.number < right.number : left.port == .movies
        }
    }

    /// A source that was read from its start to its end. Its open lines in quarantine that this reading did not find
    /// are cured; see `Warehouse.cureRejected(ofSource:port:before:run:)`.
    struct Reading: Equatable {
        var source: String
        var port: SourcePort
        /// The run in which the reading began.
        var firstRun: Int64
    }

    /// The changes that a commit has to write.
    struct Pending {
        var checkpoints: [CheckpointChange] = []
        var renames: [(identity: SourceIdentity, name: String)] = []
        var readings: [Reading] = []
    }

    private let run: Int64
    private var states: [Key: State] = [:]
    /// The checkpoints that this run has written for sources that may grow. Another source of the same run may continue
    /// from one of them.
    private var written: [SourceIdentity: Checkpoint] = [:]
    /// The same as of the last commit.
    private var committedWritten: [SourceIdentity: Checkpoint] = [:]
    /// The counts that were stored before this run for the sources that it continues; nil for those that it began.
    private var countsBefore: [Key: LineCounts?] = [:]
    /// The sources whose positions moved since the last commit.
    private var moved: [Key: (source: Source, position: SourcePosition)] = [:]

    /// The ledger of a run that has read nothing yet.
    init(run: Int64) { self.run = run }

    /// Adds a chunk whose lines are in the transaction.
    ///
    /// - Returns: checkpoints that must be written at once, in the same transaction. This happens when the source
    ///   continues from another source of this run, whose checkpoint it will replace.
    mutating func add(_ chunk: LineChunk, counts: LineCounts) -> [CheckpointChange] {
        if case .unreadable = chunk.notice { return [] }
        let key = Key(port: chunk.source.port, number: chunk.source.number)
        if chunk.notice != .skipped { moved[key] = (chunk.source, chunk.end) }
        guard let mark = chunk.mark else { return [] }
        var early: [CheckpointChange] = []
        var state = states[key] ?? begin(chunk.source, key, &early)
        state.position = chunk.end
        state.isComplete = state.isComplete || chunk.isLast
        state.isRead = chunk.isLast && chunk.notice != .skipped && !chunk.source.hasFixedLines
        state.counts += counts
        state.mark = mark
        states[key] = state
        return early
    }

    /// The changes to be written with this commit. Each change is returned once; after a lost commit the sources are
    /// opened again.
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

    /// Called after a commit. Returns the new positions of the sources that were read since the commit before; all
    /// lines up to them are durable.
    mutating func didCommit() -> [(source: Source, position: SourcePosition)] {
        defer {
            moved = [:]
            committedWritten = written
        }
        return moved.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Removes all changes that are not committed.
    mutating func rollback() {
        states = [:]
        moved = [:]
        written = committedWritten
    }

    /// The counts that earlier runs have stored for a source that this run continues; nil when this run began it.
    func counts(before key: Key) -> LineCounts? { countsBefore[key] ?? nil }

    /// The state of a source when its first chunk comes.
    private mutating func begin(_ source: Source, _ key: Key, _ early: inout [CheckpointChange]) -> State {
        guard let known = source.known, !source.isReadAgain else {
            if !countsBefore.keys.contains(key) { countsBefore.updateValue(nil, forKey: key) }
            return State(source: source, counts: LineCounts(), firstRun: run, stored: source.known?.identity)
        }
        for (other, state) in states where state.mark?.identity == known.identity {
            if let change = change(of: other) { early.append(change) }
        }
        let checkpoint = written[known.identity] ?? known
        // A source that is opened again after a lost transaction has counts of this run in its checkpoint.
        if !countsBefore.keys.contains(key) { countsBefore.updateValue(checkpoint.counts, forKey: key) }
        return State(
            source: source, counts: checkpoint.counts, firstRun: checkpoint.firstRun, stored: known.identity,
            storedCheckpoint: checkpoint)
    }

    /// The change of a source's checkpoint; nil when the stored one has the same values.
    private mutating func change(of key: Key) -> CheckpointChange? {
        guard let state = states[key], let checkpoint = state.checkpoint else { return nil }
        if checkpoint.mark.mayGrow { written[checkpoint.identity] = checkpoint }
        states[key]?.stored = checkpoint.identity
        states[key]?.storedCheckpoint = checkpoint
        return CheckpointChange(checkpoint, previous: state.stored)
    }
}

extension SourceLedger {
    /// The state of a source, including the lines of the current transaction.
    private struct State {
        let source: Source
        var position = SourcePosition()
        var isComplete = false
        var counts: LineCounts
        /// The run in which its reading began.
        let firstRun: Int64
        /// What identifies the source up to its position.
        var mark: SourceMark?
        /// Whether it was read to its end. False when it was skipped because it was loaded before.
        var isRead = false
        /// The key of its row in the ledger. The next checkpoint replaces that row.
        var stored: SourceIdentity?
        /// The checkpoint in that row, if it is known.
        var storedCheckpoint: Checkpoint?

        /// The checkpoint to be written; nil when nothing but the name has changed.
        var checkpoint: Checkpoint? {
            // A source that is read again keeps its row until it has been read to its end.
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

        /// Whether nothing but the name of the source has changed.
        var isRenamed: Bool {
            guard isComplete, checkpoint == nil, let storedCheckpoint else { return false }
            return storedCheckpoint.identity == mark?.identity && storedCheckpoint.source != source.name
        }
    }
}
