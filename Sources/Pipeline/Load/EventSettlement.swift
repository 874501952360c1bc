import Dispatch
import Domain

/// Settles what the warehouse said of each event of a group: counts them, merges those that were accepted, and makes
/// rejections of the conflicts. It runs on a thread of its own, beside the insert of the next group.
///
///     settlement.begin(group)
///     for batch in try settlement.wait() { print(batch.counts) }
final class EventSettlement {
    /// What became of a batch.
    struct Settled {
        let batch: EventBatch
        let counts: LineCounts
    }

    /// What is merged and not upserted yet; not to be touched while a group is being settled.
    let merger = EventMerger()
    private let rawStore: Guarded<any RawStore>?
    private let stages: StageTimes
    private let queue = DispatchQueue(label: "reelhouse.settlement")
    private var result: Result<[Settled], any Error>?
    private var flushed: Result<Void, any Error>?
    private let sorting = DispatchQueue(label: "reelhouse.sorting")
    private let sorted = DispatchSemaphore(value: 0)

    init(rawStore: Guarded<any RawStore>?, stages: StageTimes) {
        self.rawStore = rawStore
        self.stages = stages
    }

    /// Begins to settle a group; the one before must have been waited for.
    func begin(_ group: EventGroup) {
        // The settlement's state is handed to the queue here and back by `wait`.
        let handoff = Handoff(value: (self, group))
        queue.async {
            let (settlement, group) = handoff.value
            settlement.result = Result { try settlement.stages.measure(.merge) { try settlement.settle(group) } }
        }
    }

    /// Waits for the group that is being settled, and gives what became of its batches; none when there is no group.
    ///
    /// - Throws: what the raw store throws.
    func wait() throws -> [Settled] {
        queue.sync {}
        defer { result = nil }
        return try result?.get() ?? []
    }

    /// Begins what goes on beside the upsert of the settled groups: making durable what the raw store has, and sorting
    /// what is merged. To be ended by `finishFlush` before the commit.
    func beginFlush() {
        // The raw store and `flushed` are the queue's until `finishFlush`, which waits for it.
        let handoff = Handoff(value: self)
        queue.async {
            let settlement = handoff.value
            settlement.flushed = Result { try settlement.rawStore?.withLock { try $0.flush() } }
        }
        // Each table is the other queue's until `forEachSorted` gives it.
        let tables = Handoff(value: merger.tables)
        sorting.async { [sorted] in
            for table in tables.value {
                table.sortByKey()
                sorted.signal()
            }
        }
    }

    /// Gives the merged tables one after the other, each once it is sorted by key.
    func forEachSorted(_ body: (MergeTable) throws -> Void) rethrows {
        for table in merger.tables {
            sorted.wait()
            try body(table)
        }
    }

    /// Waits for what `beginFlush` began.
    ///
    /// - Throws: what the raw store throws; nothing of these groups may be committed then.
    func finishFlush() throws {
        queue.sync {}
        defer { flushed = nil }
        try flushed?.get()
    }

    private func settle(_ group: EventGroup) throws -> [Settled] {
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
        return zip(group.batches, counts).map { batch, counts in
            batch.rejections.sort { $0.line < $1.line }
            return Settled(batch: batch, counts: counts)
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
        batch.longBodies.append(Int(body.length))
        guard let rawStore else { return nil }
        let comment = RawComment(body: [UInt8](buffer.bytes(at: Int(body.offset), count: Int(body.length))))
        try rawStore.withLock { try $0.put(comments: [comment]) }
        return comment.reference.text
    }

    private func conflict(_ row: UnsafePointer<EventRow>, of batch: EventBatch) -> Rejection {
        let id = UUIDText.text(high: row.pointee.idHigh, low: row.pointee.idLow)
        return batch.chunk.rejection(
            of: batch.chunk.lines[Int(row.pointee.line)], rule: .eventIDConflict,
            message: "event_id \(id) at \(Timestamp.text(row.pointee.time)) is in the warehouse with other content; "
                + "the first stays. Give this event an id of its own")
    }
}
