import Domain

/// Loads events: groups of clean batches go into the facts at once; what they say of users, sessions, ratings and so on
/// is merged in memory and upserted once a transaction.
final class EventLoad {
    private let transaction: LoadTransaction
    private let rawStore: (any RawStore)?
    private let taken: (LineChunk, LineCounts) -> Void
    private let merger = EventMerger()
    private var cache = EnrichmentCache()
    private var waiting: [EventBatch] = []
    private var waitingRows = 0

    init(
        transaction: LoadTransaction, rawStore: (any RawStore)?, taken: @escaping (LineChunk, LineCounts) -> Void
    ) {
        self.transaction = transaction
        self.rawStore = rawStore
        self.taken = taken
    }

    /// Takes in a batch, and gives back how many batches are done with.
    func add(_ batch: EventBatch) throws -> Int {
        waiting.append(batch)
        waitingRows += batch.rowCount
        let limit = max(1, transaction.options.chunksInFlight / 2)
        return waitingRows >= transaction.options.groupRows || waiting.count >= limit ? try flush() : 0
    }

    /// Inserts what is waiting, and gives back how many batches are done with.
    @discardableResult
    func flush() throws -> Int {
        guard !waiting.isEmpty else { return 0 }
        try transaction.open()
        for batch in waiting { try cache.enrich(batch, from: transaction.warehouse) }
        let group = EventGroup(waiting)
        try transaction.warehouse.insertFacts(group)
        try settle(group)
        let done = waiting.count
        waiting = []
        waitingRows = 0
        if transaction.isFull(mergedBytes: merger.byteSize) { try commit() }
        return done
    }

    /// Upserts what is merged, and commits.
    func commit() throws {
        try flush()
        for table in merger.tables { try transaction.warehouse.merge(table) }
        merger.removeAll()
        try rawStore?.flush()
        try transaction.commit()
    }

    /// Merges the accepted events, counts, and puts the conflicts into quarantine.
    private func settle(_ group: EventGroup) throws {
        var counts = group.batches.map { batch in
            var counts = LineCounts()
            counts.read = Int64(batch.read)
            counts.rejected = Int64(batch.rejections.count)
            counts.warnings = Int64(batch.warnings)
            return counts
        }
        try group.forEachOutcome { number, row, outcome in
            let batch = group.batches[number]
            switch outcome {
            case .accepted:
                counts[number].accepted += 1
                merger.add(row, of: batch, bodyReference: try keepLongBody(row, of: batch))
            case .duplicate: counts[number].duplicates += 1
            case .conflict:
                counts[number].rejected += 1
                batch.rejections.append(conflict(row, of: batch))
            }
        }
        for (number, batch) in group.batches.enumerated() {
            batch.rejections.sort { $0.line < $1.line }
            try transaction.quarantine(batch.rejections)
            transaction.add(batch.chunk, counts: counts[number])
            taken(batch.chunk, counts[number])
        }
    }

    @inline(__always)
    private func keepLongBody(_ row: UnsafePointer<EventRow>, of batch: EventBatch) throws -> String? {
        guard row.pointee.type == .comment, !row.pointee.body.isNull,
            row.pointee.body.length > EventMerger.maximumBodyLength
        else { return nil }
        let buffer = batch.chunk.buffer
        let body = row.pointee.body
        guard EventMerger.excerpt(body, in: buffer).length < body.length else { return nil }
        return try rawStore?.put(comment: [UInt8](buffer.bytes(at: Int(body.offset), count: Int(body.length))))
    }

    private func conflict(_ row: UnsafePointer<EventRow>, of batch: EventBatch) -> Rejection {
        let id = UUIDText.text(high: row.pointee.idHigh, low: row.pointee.idLow)
        return batch.chunk.rejection(
            of: batch.chunk.lines[Int(row.pointee.line)], rule: .eventIDConflict,
            message: "event_id \(id) at \(Timestamp.text(row.pointee.time)) is in the warehouse with other content; "
                + "the first stays. Give this event an id of its own")
    }
}
