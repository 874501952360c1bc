import Domain

/// Loads events. Groups of decoded batches are inserted into the facts at once. The rows of users, sessions, ratings
/// and so on are merged in memory, and upserted once a transaction.
final class EventWork {
    private let warehouse: any Warehouse
    private let stages: StageTimes
    private let rawStore: Guarded<any RawStore>?
    private let refused: RefusedLines
    /// Where the accepted lines are sent to; nil for nowhere.
    private let backup: LineBackup?
    private var settlement: EventSettlement
    private var cache = EnrichmentCache()
    private var isCacheUsed = false
    /// Batches that are not inserted yet.
    private var held: [EventBatch] = []
    /// The group that is inserted and whose settling has not begun.
    private var inserted: EventGroup?

    init(
        warehouse: any Warehouse, rawStore: Guarded<any RawStore>?, stages: StageTimes,
        refused: RefusedLines = RefusedLines(), backup: LineBackup? = nil
    ) {
        self.warehouse = warehouse
        self.rawStore = rawStore
        self.stages = stages
        self.refused = refused
        self.backup = backup
        settlement = EventSettlement(rawStore: rawStore, stages: stages, namesAccepted: backup != nil)
    }

    // The other thread must not use the group after this object is deallocated.
    deinit { settlement.waitForThreads() }

    /// The size of the merged rows in bytes. Must not be called while a group is being settled.
    var mergedBytes: Int { settlement.merger.byteSize }

    /// Adds a batch to the next group.
    func hold(_ batch: EventBatch) { held.append(batch) }

    /// Removes the batches of the next group.
    ///
    /// - Returns: how many batches there were.
    func drop() -> Int {
        defer { held = [] }
        return held.count
    }

    /// Removes the batches and the merged rows, whose transaction was rolled back.
    func removeAll() {
        settlement.waitForThreads()
        settlement = EventSettlement(rawStore: rawStore, stages: stages, namesAccepted: backup != nil)
        settlement.merger.keepApart(refused.keys)
        held = []
        inserted = nil
        forgetMovies()
        backup?.didRollBack()
    }

    /// Enriches, sorts and inserts the batches as a group.
    func insert() throws {
        try stages.measure(.insert) {
            isCacheUsed = true
            try cache.enrich(held, from: warehouse)
            let group = EventGroup(held)
            held = []
            refuse(in: group)
            try warehouse.insertFacts(group)
            inserted = group
        }
    }

    /// Refuses the events that the warehouse did not take before.
    private func refuse(in group: EventGroup) {
        if refused.isEmpty { return }
        for candidate in 0..<group.candidateCount {
            let origin = RowOrigin(group.candidate(candidate).row)
            if let words = refused.words(for: origin) { group.refuse(candidate: candidate, message: words) }
        }
    }

    /// Begins to settle the inserted group on another thread.
    func settle() {
        if let inserted { settlement.begin(inserted) }
        inserted = nil
    }

    /// Waits until the group is settled, and returns its batches with their counts. Begins to send the accepted lines to
    /// the backup.
    func settled() throws -> [EventSettlement.Settled] {
        let settled = try settlement.wait()
        guard let backup else { return settled }
        for batch in settled {
            for line in batch.accepted { try backup.add(line.index, of: batch.batch.chunk, id: line.user, day: nil) }
        }
        try backup.sendAdded()
        return settled
    }

    /// Waits until the backup has all lines that were added. To be called before the commit.
    func confirmBackup() throws { try backup?.confirm() }

    /// The transaction was committed.
    func didCommit() { backup?.didCommit() }

    /// Empties the cache of enrichments. To be called when movies have changed.
    func forgetMovies() {
        if isCacheUsed { cache.removeAll() }
        isCacheUsed = false
    }

    /// Upserts the merged rows, while other threads sort them and flush the raw store.
    ///
    /// - Parameter upsertOthers: upserts other rows in the meantime.
    func upsert(with upsertOthers: () throws -> Void) throws {
        settlement.beginFlush()
        try upsertOthers()
        try stages.measure(.upsert) {
            try settlement.forEachSorted { table in try refused.collect { try warehouse.merge(table) } }
            try warehouse.merge(settlement.merger.siteDays)
            settlement.merger.removeAll()
        }
        try stages.measure(.commit) { try settlement.finishFlush() }
    }
}
