import Domain

/// Loads events: groups of clean batches go into the facts at once; what they say of users, sessions, ratings and so on
/// is merged in memory and upserted once a transaction.
final class EventLoad {
    private let transaction: LoadTransaction
    private let taken: (LineChunk, LineCounts) -> Void
    private let release: () -> Void
    private let settlement: EventSettlement
    private var cache = EnrichmentCache()
    private var waiting: [EventBatch] = []
    private var waitingLines = 0
    private var waitingBytes = 0

    /// A load into a transaction.
    ///
    /// - Parameters:
    ///   - taken: called for each batch that is settled, with what became of its lines.
    ///   - release: called for each batch that is done with, before what follows may take long, so that others are
    ///     decoded meanwhile.
    init(
        transaction: LoadTransaction, rawStore: (any RawStore)?, release: @escaping () -> Void = {},
        taken: @escaping (LineChunk, LineCounts) -> Void
    ) {
        self.transaction = transaction
        self.taken = taken
        self.release = release
        settlement = EventSettlement(rawStore: rawStore, stages: transaction.stages)
    }

    deinit { _ = try? settlement.take() }

    /// Takes in a batch.
    func add(_ batch: EventBatch) throws {
        waiting.append(batch)
        waitingLines += batch.read
        waitingBytes += FlightBudget.weight(of: batch.chunk)
        // Of what may be in flight a third is inserted, one is settled meanwhile, and one is decoded.
        let options = transaction.options
        guard
            waitingLines >= options.groupRows || waiting.count >= max(1, options.chunksInFlight / 3)
                || waitingBytes >= options.bytesInFlight / 3
        else { return }
        try flush()
        if transaction.isFull(mergedBytes: 0) { try commit() }
    }

    /// Releases the batches that are held: inserts and settles what is waiting.
    func giveBack() throws {
        try flush()
        try take()
        if transaction.isFull(mergedBytes: settlement.merger.byteSize) { try commit() }
    }

    /// Uses a moment in which nothing more is there: what came is inserted, and committed when that is due.
    func pause() throws {
        try giveBack()
        if transaction.isDue { try commit() }
    }

    /// Inserts what is waiting and settles it at once, for those who go on from what became of it.
    func settle() throws { try giveBack() }

    /// Inserts what is waiting, and takes what became of the group before.
    private func flush() throws {
        guard !waiting.isEmpty else { return try take() }
        try transaction.open()
        let group = try transaction.stages.measure(.insert) {
            for batch in waiting { try cache.enrich(batch, from: transaction.warehouse) }
            let group = EventGroup(waiting)
            waiting = []
            (waitingLines, waitingBytes) = (0, 0)
            try transaction.warehouse.insertFacts(group)
            return group
        }
        try take()
        let isFull = settlement.merger.byteSize >= transaction.options.transactionBytes
        settlement.begin(group)
        if isFull { try commit() }
    }

    /// Upserts what is merged, and commits.
    func commit() throws {
        if !waiting.isEmpty { try flush() }
        try take()
        settlement.beginFlush()
        try upsert()
        try transaction.stages.measure(.commit) {
            try settlement.finishFlush()
            try transaction.commit()
        }
    }

    /// Upserts what is merged; no group is being settled meanwhile.
    private func upsert() throws {
        try transaction.stages.measure(.upsert) {
            try settlement.forEachSorted(transaction.warehouse.merge)
            settlement.merger.removeAll()
        }
    }

    /// Takes what became of the group before.
    private func take() throws {
        let settled = try settlement.take()
        for (batch, counts) in settled.map({ ($0.batch, $0.counts) }) {
            try transaction.quarantine(batch.rejections)
            transaction.warn(batch.warningTally)
            transaction.note(batch.misplaced)
            try transaction.add(batch.chunk, counts: counts)
            for length in batch.longBodies { transaction.keep(bytes: length) }
            taken(batch.chunk, counts)
            release()
        }
    }
}
