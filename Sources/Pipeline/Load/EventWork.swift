import Domain

/// Loads events: groups of clean batches go into the facts at once; what they say of users, sessions, ratings and so on
/// is merged in memory and upserted once a transaction.
final class EventWork {
    private let warehouse: any Warehouse
    private let stages: StageTimes
    private let settlement: EventSettlement
    private var cache = EnrichmentCache()
    private var isCacheUsed = false
    /// Batches that are not inserted yet.
    private var held: [EventBatch] = []
    /// The group that is inserted and that nobody settles yet.
    private var inserted: EventGroup?

    init(warehouse: any Warehouse, rawStore: Guarded<any RawStore>?, stages: StageTimes) {
        self.warehouse = warehouse
        self.stages = stages
        settlement = EventSettlement(rawStore: rawStore, stages: stages)
    }

    // The other thread is done with the group before this object goes.
    deinit { _ = try? settlement.wait() }

    /// Bytes that the merged rows take; only while no group is being settled.
    var mergedBytes: Int { settlement.merger.byteSize }

    /// Holds a batch for the next group.
    func hold(_ batch: EventBatch) { held.append(batch) }

    /// Forgets the batches that are held.
    ///
    /// - Returns: how many they were.
    func drop() -> Int {
        defer { held = [] }
        return held.count
    }

    /// Enriches, sorts and inserts the batches that are held.
    func insert() throws {
        try stages.measure(.insert) {
            for batch in held { try cache.enrich(batch, from: warehouse) }
            isCacheUsed = true
            let group = EventGroup(held)
            held = []
            try warehouse.insertFacts(group)
            inserted = group
        }
    }

    /// Begins to settle the group that was inserted.
    func settle() {
        if let inserted { settlement.begin(inserted) }
        inserted = nil
    }

    /// Waits until the group is settled, and gives what became of its batches.
    func settled() throws -> [EventSettlement.Settled] { try settlement.wait() }

    /// Forgets what is known of movies, since some have changed.
    func forgetMovies() {
        if isCacheUsed { cache.removeAll() }
        isCacheUsed = false
    }

    /// Upserts what is merged while the raw store is made durable and the tables are sorted.
    ///
    /// - Parameter upsertOthers: what else is to be written meanwhile.
    func upsert(with upsertOthers: () throws -> Void) throws {
        settlement.beginFlush()
        try upsertOthers()
        try stages.measure(.upsert) {
            try settlement.forEachSorted(warehouse.merge)
            settlement.merger.removeAll()
        }
        try stages.measure(.commit) { try settlement.finishFlush() }
    }
}
