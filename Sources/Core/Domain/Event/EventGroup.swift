/// Batches of events that are inserted together, sorted by (event_time, event_id).
///
/// Of several events with one identity, the first one by line is the candidate for insertion. The others are duplicates
/// of the event that is stored in the end, or conflict with it:
///
///     let group = EventGroup(batches)
///     // for each candidate that the warehouse has already:
///     group.markStanding(candidate: index, contentHash: hash)
///     // for each candidate that the warehouse does not take:
///     group.refuse(candidate: index, message: words)
///     // insert `group.accepted`, then:
///     group.forEachOutcome { batch, row, outcome in … }
public final class EventGroup {
    /// What happens to an event.
    public enum Outcome: Sendable, Hashable {
        case accepted
        case duplicate
        case conflict
        /// The warehouse does not take the event, for the reason in words.
        case refused(message: String)
    }

    /// An event's identity, batch and row.
    struct Entry {
        let time: Int64
        let idHigh: UInt64
        let idLow: UInt64
        let batch: UInt32
        let row: UInt32

        @inline(__always)
        func isSameEvent(as other: Entry) -> Bool {
            time == other.time && idHigh == other.idHigh && idLow == other.idLow
        }

        @inline(__always)
        static func < (left: Entry, right: Entry) -> Bool {
            if left.time != right.time { return left.time < right.time }
            if left.idHigh != right.idHigh { return left.idHigh < right.idHigh }
            if left.idLow != right.idLow { return left.idLow < right.idLow }
            return left.batch != right.batch ? left.batch < right.batch : left.row < right.row
        }
    }

    /// The batches, in the order of their lines.
    public let batches: [EventBatch]
    /// All events in the order of (event_time, event_id), then of their lines.
    private let entries: ContiguousArray<Entry>
    /// For each candidate its index in `entries`; at the end the number of entries.
    @exclusivity(unchecked) private var firsts: ContiguousArray<UInt32> = []
    /// For each candidate the content hash of the event that the warehouse has with its identity, or nil. Empty if the
    /// warehouse has none of them.
    @exclusivity(unchecked) private var standing: ContiguousArray<UInt64?> = []
    /// For each refused candidate the reason.
    @exclusivity(unchecked) private var refusals: [UInt32: String] = [:]

    /// Creates a group of batches, whose events it sorts.
    public init(_ batches: [EventBatch]) {
        self.batches = batches
        var entries = ContiguousArray<Entry>()
        entries.reserveCapacity(batches.reduce(0) { $0 + $1.rowCount })
        for (number, batch) in batches.enumerated() {
            for row in 0..<batch.rowCount {
                let event = batch.rows + row
                entries.append(
                    Entry(
                        time: event.pointee.time, idHigh: event.pointee.idHigh, idLow: event.pointee.idLow,
                        batch: UInt32(number), row: UInt32(row)))
            }
        }
        entries.sort(by: <)
        firsts.reserveCapacity(entries.count + 1)
        for index in entries.indices where index == 0 || !entries[index].isSameEvent(as: entries[index - 1]) {
            firsts.append(UInt32(index))
        }
        firsts.append(UInt32(entries.count))
        self.entries = entries
    }

    /// How many different identities the events have.
    public var candidateCount: Int { firsts.count - 1 }

    /// How many identities have a time up to `time`. They are the first candidates.
    public func candidateCount(notAfter time: Int64) -> Int {
        var low = 0
        var high = candidateCount
        while low < high {
            let middle = (low + high) / 2
            if entries[Int(firsts[middle])].time <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The row of a candidate, and the memory that its texts are in.
    @inline(__always)
    public func candidate(_ index: Int) -> (row: UnsafeMutablePointer<EventRow>, text: UnsafeRawPointer) {
        let entry = entries[Int(firsts[index])]
        let batch = batches[Int(entry.batch)]
        return (batch.rows + Int(entry.row), UnsafeRawPointer(batch.chunk.buffer.base))
    }

    /// Notes that the warehouse has an event with a candidate's identity already, and its content hash.
    public func markStanding(candidate: Int, contentHash: UInt64) {
        if standing.isEmpty { standing = ContiguousArray(repeating: nil, count: candidateCount) }
        standing[candidate] = contentHash
    }

    /// Notes that the warehouse does not take the events of a candidate's identity, and why.
    public func refuse(candidate: Int, message: String) { refusals[UInt32(candidate)] = message }

    /// The indices of the candidates that the warehouse does not have yet, without the refused ones.
    public var accepted: [UInt32] {
        let all = 0..<UInt32(candidateCount)
        if standing.isEmpty && refusals.isEmpty { return Array(all) }
        return all.filter { (standing.isEmpty || standing[Int($0)] == nil) && refusals[$0] == nil }
    }

    /// Calls `body` with each event and what happens to it, in the order of their identities.
    public func forEachOutcome<Failure: Error>(
        _ body: (_ batch: Int, UnsafeMutablePointer<EventRow>, Outcome) throws(Failure) -> Void
    ) throws(Failure) {
        for candidate in 0..<candidateCount {
            prefetch(after: candidate) { $0 < candidateCount ? $0 : nil }
            let first = Int(firsts[candidate])
            let end = Int(firsts[candidate + 1])
            if !refusals.isEmpty, let message = refusals[UInt32(candidate)] {
                for entry in entries[first..<end] {
                    let row = batches[Int(entry.batch)].rows + Int(entry.row)
                    try body(Int(entry.batch), row, .refused(message: message))
                }
                continue
            }
            let known = standing.isEmpty ? nil : standing[candidate]
            let winner = entries[first]
            let hash = known ?? batches[Int(winner.batch)].rows[Int(winner.row)].contentHash
            for index in first..<end {
                let entry = entries[index]
                let batch = Int(entry.batch)
                let row = batches[batch].rows + Int(entry.row)
                if index == first, known == nil {
                    try body(batch, row, .accepted)
                } else {
                    try body(batch, row, row.pointee.contentHash == hash ? .duplicate : .conflict)
                }
            }
        }
    }
}
