/// Batches that are inserted together, sorted by identity, with what the warehouse said of each event.
///
/// Of several events of one identity the first, by place, is the candidate; the others are compared with what stands.
public final class EventGroup {
    /// What became of an event.
    public enum Outcome: Sendable {
        case accepted
        case duplicate
        case conflict
    }

    /// An event by its identity and place.
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
    /// All events in the order of (event_time, event_id), then place.
    private let entries: ContiguousArray<Entry>
    /// For each candidate, its place among `entries`; one more at the end.
    @exclusivity(unchecked) private var firsts: ContiguousArray<UInt32> = []
    /// For each candidate the content hash that stands in the warehouse already, or nil; empty when there is none.
    @exclusivity(unchecked) private var standing: ContiguousArray<UInt64?> = []

    /// Sorts the events of batches.
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

    /// How many identities there are.
    public var candidateCount: Int { firsts.count - 1 }

    /// How many identities are not after a time; they are the first ones.
    public func candidateCount(notAfter time: Int64) -> Int {
        var low = 0
        var high = candidateCount
        while low < high {
            let middle = (low + high) / 2
            if entries[Int(firsts[middle])].time <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// A candidate's row, and what its spans point into.
    @inline(__always)
    public func candidate(_ index: Int) -> (row: UnsafeMutablePointer<EventRow>, text: UnsafeRawPointer) {
        let entry = entries[Int(firsts[index])]
        let batch = batches[Int(entry.batch)]
        return (batch.rows + Int(entry.row), UnsafeRawPointer(batch.chunk.buffer.base))
    }

    /// Says that a candidate's identity was in the warehouse already, with this content.
    public func markStanding(candidate: Int, contentHash: UInt64) {
        if standing.isEmpty { standing = ContiguousArray(repeating: nil, count: candidateCount) }
        standing[candidate] = contentHash
    }

    /// The candidates that were not in the warehouse, by their index.
    public var accepted: [UInt32] {
        let all = 0..<UInt32(candidateCount)
        return standing.isEmpty ? Array(all) : all.filter { standing[Int($0)] == nil }
    }

    /// Goes through all events with what became of each, in the order of their identities.
    public func forEachOutcome<Failure: Error>(
        _ body: (_ batch: Int, UnsafeMutablePointer<EventRow>, Outcome) throws(Failure) -> Void
    ) throws(Failure) {
        for candidate in 0..<candidateCount {
            prefetch(after: candidate) { $0 < candidateCount ? $0 : nil }
            let first = Int(firsts[candidate])
            let end = Int(firsts[candidate + 1])
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
