import Dispatch
import Domain

/// Settles a group of events after the warehouse has inserted it: counts accepted events and duplicates, merges the
/// rows of accepted events, and makes a rejection of each conflict and of each event that the warehouse refused. It runs on a thread of its own, at the same time as
/// the insert of the next group.
///
///     settlement.begin(group)
///     for batch in try settlement.wait() { print(batch.counts) }
final class EventSettlement {
    /// A settled batch with its counts.
    struct Settled {
        let batch: EventBatch
        let counts: LineCounts
        /// The accepted lines in their order, with their users; empty unless they are asked for.
        let accepted: [(index: Int, user: Int64)]
    }

    /// The merged rows that are not upserted yet. Must not be used while a group is being settled.
    let merger = EventMerger()
    private let rawStore: Guarded<any RawStore>?
    private let stages: StageTimes
    /// Whether the accepted lines are asked for.
    private let namesAccepted: Bool
    private let queue = DispatchQueue(label: "reelhouse.settlement")
    private var result: Result<[Settled], any Error>?
    private var flushed: Result<Void, any Error>?
    private let sorting = DispatchQueue(label: "reelhouse.sorting")
    private let sorted = DispatchSemaphore(value: 0)

    init(rawStore: Guarded<any RawStore>?, stages: StageTimes, namesAccepted: Bool = false) {
        self.rawStore = rawStore
        self.namesAccepted = namesAccepted
        self.stages = stages
    }

    /// Begins to settle a group. `wait` must have been called for the group before.
    func begin(_ group: EventGroup) {
        // From here on only the queue uses the state of this object, until `wait` returns.
        let handoff = Handoff(value: (self, group))
        queue.async {
            let (settlement, group) = handoff.value
            settlement.result = Result { try settlement.stages.measure(.merge) { try settlement.settle(group) } }
        }
    }

    /// Waits until the group is settled.
    ///
    /// - Returns: its batches with their counts; empty when no group is being settled.
    /// - Throws: the error of the raw store.
    func wait() throws -> [Settled] {
        queue.sync {}
        defer { result = nil }
        return try result?.get() ?? []
    }

    /// Waits until no thread uses this object. To be called before it is given up.
    func waitForThreads() {
        queue.sync {}
        sorting.sync {}
    }

    /// Begins two tasks that run at the same time as the upsert of the merged rows: flushing the raw store, and sorting
    /// the merged rows of each table. `finishFlush` must be called before the commit.
    func beginFlush() {
        // From here on only the queue uses the raw store and `flushed`, until `finishFlush` returns.
        let handoff = Handoff(value: self)
        queue.async {
            let settlement = handoff.value
            settlement.flushed = Result { try settlement.rawStore?.withLock { try $0.flush() } }
        }
        // Only the other queue uses a table, until `forEachSorted` has passed it on.
        let tables = Handoff(value: merger.tables)
        sorting.async { [sorted] in
            for table in tables.value {
                table.sortByKey()
                sorted.signal()
            }
        }
    }

    /// Calls `body` with one merged table after the other, as soon as each is sorted by key.
    func forEachSorted(_ body: (MergeTable) throws -> Void) rethrows {
        for table in merger.tables {
            sorted.wait()
            try body(table)
        }
    }

    /// Waits until the raw store is flushed.
    ///
    /// - Throws: the error of the raw store. The transaction must not be committed then.
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
        var accepted = [[(index: Int, user: Int64)]](repeating: [], count: counts.count)
        try group.forEachOutcome { number, row, outcome in
            let batch = group.batches[number]
            switch outcome {
            case .accepted:
                counts[number].accepted += 1
                if namesAccepted { accepted[number].append((Int(row.pointee.line), row.pointee.userID)) }
                merger.add(row, of: batch, bodyReference: try keepLongBody(row, of: batch))
            case .duplicate: counts[number].duplicates += 1
            case .conflict:
                counts[number].rejected += 1
                batch.rejections.append(conflict(row, of: batch))
            case .refused(let message):
                counts[number].rejected += 1
                let line = batch.chunk.lines[Int(row.pointee.line)]
                batch.rejections.append(
                    batch.chunk.rejection(of: line, rule: .refusedByWarehouse, message: message))
            }
        }
        return group.batches.indices.map { number in
            let batch = group.batches[number]
            batch.rejections.sort { $0.line < $1.line }
            accepted[number].sort { $0.index < $1.index }
            return Settled(batch: batch, counts: counts[number], accepted: accepted[number])
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
