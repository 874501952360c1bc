import Domain

/// A warehouse that fails at a chosen step of a run, or has a defect. It forwards all other calls to a real warehouse.
final class FaultyWarehouse: Warehouse {
    /// The steps of a run at which it can fail.
    enum Step: String, CaseIterable, Sendable {
        case begin, enrichment, insertFacts, afterInsertFacts, merge, movieRank, replaceMovies, afterReplaceMovies
        case quarantine, saveCheckpoint, saveRun, beforeCommit, afterCommit, reenrichFacts, refreshMarts, rowCounts
        case cureSource, cureArrived
    }

    /// How it fails.
    enum Manner: String, CaseIterable, Sendable {
        /// As if the program were killed: no later call reaches the warehouse.
        case crash
        /// As with a full disk or a lock: this one call fails, and the program can still roll back.
        case error
    }

    /// Defects of a loader that the checks must find.
    enum Defect: String, CaseIterable, Sendable {
        /// The position is committed in a transaction after the rows: a crash in between leaves rows without a
        /// position.
        case positionAfterRows
        /// The rows are committed in a transaction after the position: a crash in between leaves a position without
        /// rows.
        case positionBeforeRows
        /// The position is committed without the last batch of facts before it.
        case lastBatchDropped
        /// After a crash, the merged rows of a batch are merged again.
        case rowsDoubled
        /// Rejected lines are counted, but not stored.
        case rejectedDropped
    }

    private let inner: any Warehouse
    private let step: Step?
    private let occurrence: Int
    private let manner: Manner
    private let defect: Defect?
    private var isDown = false
    /// Whether rows that the warehouse refuses are left out without a word, another defect.
    var passesOverRefusals = false
    /// The changes of the ledger in the current transaction.
    private var lastChanges: LedgerChanges?
    /// How often each step was reached.
    private(set) var counts: [Step: Int] = [:]
    /// Whether it has failed.
    private(set) var hasFired = false

    /// - Parameters:
    ///   - step: the step that fails; nil for none.
    ///   - occurrence: which occurrence of the step fails, from 1.
    init(
        _ inner: any Warehouse, at step: Step? = nil, occurrence: Int = 1, manner: Manner = .crash,
        defect: Defect? = nil
    ) {
        self.inner = inner
        self.step = step
        self.occurrence = occurrence
        self.manner = manner
        self.defect = defect
    }

    var location: String { inner.location }

    // MARK: Losses

    /// How a warehouse that is lost again and again finds out what became of a transaction.
    enum Settling: Sendable, CaseIterable {
        /// As it was.
        case correct
        /// It takes every transaction as rolled back, as a loader does that does not read the position back.
        case alwaysRolledBack
        /// It takes every commit as committed.
        case alwaysCommitted
    }

    /// Decides at each step whether the connection is lost there; nil loses none.
    var isLostNow: ((Step) -> Bool)?
    var settling = Settling.correct
    /// How often the connection was lost.
    private(set) var losses = 0
    private var isLost = false
    /// Whether a commit was called since the last `begin`, and whether it was done.
    private var isCommitting = false
    private var isCommitted = false

    var canRecover: Bool { isLostNow != nil }

    func recover(isStopRequested: @escaping @Sendable () -> Bool) throws -> Recovery {
        isLost = false
        defer { (isCommitting, isCommitted) = (false, false) }
        if !isCommitted { _ = try inner.recover(isStopRequested: isStopRequested) }
        let isTakenAsCommitted =
            switch settling {
            case .correct: isCommitted
            case .alwaysRolledBack: false
            case .alwaysCommitted: isCommitting
            }
        return isTakenAsCommitted ? .committed : .rolledBack
    }

    private func come(to step: Step) throws {
        try pass()
        counts[step, default: 0] += 1
        if isLostNow?(step) == true {
            losses += 1
            isLost = true
            throw LostConnection()
        }
        guard step == self.step, counts[step] == occurrence else { return }
        hasFired = true
        isDown = manner == .crash
        throw Fault(step: step, occurrence: occurrence)
    }

    private func pass() throws {
        if isDown { throw Fault(step: nil, occurrence: 0) }
        if isLost { throw LostConnection() }
    }

    func migrate(at now: Int64) throws -> [String] { try inner.migrate(at: now) }
    func beginRun(at now: Int64, as kind: RunKind) throws -> RunRecord {
        try inner.beginRun(at: now, as: kind)
    }

    func prepareForQuestions() throws -> [TableIndex] {
        try pass()
        return try inner.prepareForQuestions()
    }
    func make(_ index: TableIndex) throws -> Bool { try inner.make(index) }
    func drop(_ index: TableIndex) throws -> Bool { try inner.drop(index) }
    func endRun() { inner.endRun() }

    func forEachKnownSource(of port: SourcePort, _ body: (KnownSource) throws -> Void) throws {
        try pass()
        try inner.forEachKnownSource(of: port, body)
    }
    func lastOrderlyRun() throws -> Int64 {
        try pass()
        return try inner.lastOrderlyRun()
    }

    func begin() throws {
        try come(to: .begin)
        try inner.begin()
        (isCommitting, isCommitted) = (false, false)
    }

    func commit() throws {
        isCommitting = true
        do { try come(to: .beforeCommit) } catch {
            if isDown { try leaveBehind() }
            throw error
        }
        try inner.commit()
        isCommitted = true
        lastChanges?.checkpoints = []
        try come(to: .afterCommit)
    }

    /// Commits what a loader with the defect would have committed if it were killed just before a commit.
    private func leaveBehind() throws {
        switch defect {
        case .positionAfterRows:
            try inner.commit()
        case .positionBeforeRows:
            try inner.rollback()
            try inner.begin()
            if let lastChanges { try inner.save(lastChanges) }
            try inner.commit()
        default: break
        }
    }

    func rollback() throws {
        try pass()
        try inner.rollback()
    }

    func enrichments(ofMovies ids: [Int64]) throws -> [MovieEnrichment] {
        try come(to: .enrichment)
        return try inner.enrichments(ofMovies: ids)
    }

    func insertFacts(_ group: EventGroup) throws {
        try come(to: .insertFacts)
        let isDropped = defect == .lastBatchDropped && group.batches.contains { $0.chunk.isLast }
        if !isDropped { try inner.insertFacts(group) }
        try come(to: .afterInsertFacts)
    }

    func merge(_ rows: MergeTable) throws {
        try come(to: .merge)
        do { try inner.merge(rows) } catch let error as RefusedRows { if !passesOverRefusals { throw error } }
        if defect == .rowsDoubled { try inner.merge(rows) }
    }

    func merge(_ days: SiteDays) throws {
        try inner.merge(days)
        if defect == .rowsDoubled { try inner.merge(days) }
    }

    func ranks(of documents: [MovieDocument]) throws -> [StoredRanks] {
        try come(to: .movieRank)
        return try inner.ranks(of: documents)
    }

    func replaceMovies(_ documents: [MovieDocument], of batch: MovieBatch) throws {
        try come(to: .replaceMovies)
        try inner.replaceMovies(documents, of: batch)
        try come(to: .afterReplaceMovies)
    }

    func quarantine(_ rejections: [Rejection], run: Int64) throws {
        try come(to: .quarantine)
        try inner.quarantine(defect == .rejectedDropped ? Array(rejections.dropLast()) : rejections, run: run)
    }

    func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord] {
        try inner.rejected(matching: filter, after: id, limit: limit)
    }

    func replaceRejected(_ replacements: [(id: Int64, rejection: Rejection)], run: Int64) throws {
        try inner.replaceRejected(replacements, run: run)
    }

    func countRejectedAgain(_ lines: [CleaningRule: Int64], run: Int64) throws {
        try inner.countRejectedAgain(lines, run: run)
    }

    func cureRejected(_ ids: [Int64], run: Int64) throws { try inner.cureRejected(ids, run: run) }

    func cureRejected(ofSource source: String, port: SourcePort, before firstRun: Int64, run: Int64) throws
        -> Int64
    {
        try come(to: .cureSource)
        return try inner.cureRejected(ofSource: source, port: port, before: firstRun, run: run)
    }

    func cureArrived(run: Int64, isLast: Bool) throws -> Int64 {
        try come(to: .cureArrived)
        return try inner.cureArrived(run: run, isLast: isLast)
    }

    func dropRejected(matching filter: RejectedFilter, at now: Int64) throws -> [RejectedCount] {
        try inner.dropRejected(matching: filter, at: now)
    }

    func save(_ changes: LedgerChanges) throws {
        try come(to: .saveRun)
        if !changes.checkpoints.isEmpty { try come(to: .saveCheckpoint) }
        lastChanges = LedgerChanges(
            run: changes.run, checkpoints: (lastChanges?.checkpoints ?? []) + changes.checkpoints)
        if defect == .positionAfterRows, isCrashNext { return }
        try inner.save(changes)
    }

    /// Whether the run crashes just before the next commit.
    private var isCrashNext: Bool { step == .beforeCommit && counts[.beforeCommit, default: 0] + 1 == occurrence }

    func reenrichFacts() throws -> Int64 {
        try come(to: .reenrichFacts)
        return try inner.reenrichFacts()
    }

    func refreshMarts() throws -> RefreshedDays {
        try come(to: .refreshMarts)
        return try inner.refreshMarts()
    }

    func rowCounts() throws -> [(table: String, rows: Int64)] {
        try come(to: .rowCounts)
        return try inner.rowCounts()
    }
}

/// The error of a warehouse whose connection is lost.
struct LostConnection: ReportedError {
    var message: String { "the connection is lost" }
    var hint: String { "Try again." }
    var mayRetry: Bool { true }
}

/// The error of a faulty warehouse.
struct Fault: Error {
    /// The step that failed; nil for the errors of later calls.
    var step: FaultyWarehouse.Step?
    var occurrence: Int
}
