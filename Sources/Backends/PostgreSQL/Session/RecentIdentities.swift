/// The identities of the events that the open transaction has copied into tables without an index, with the content
/// hash of each. It is an exact hash table with open addressing.
///
/// An identity needs 32 bytes, and 4 to 8 bytes of the table of places.
struct RecentIdentities {
    private struct Entry {
        let time: Int64
        let idHigh: UInt64
        let idLow: UInt64
        let contentHash: UInt64
    }

    private var entries: ContiguousArray<Entry> = []
    /// For each slot the index in `entries` and 1; 0 for a free slot.
    private var slots: ContiguousArray<UInt32> = []
    /// A number that a sender of events does not know, so that nobody can choose ids that meet in one slot.
    private let seed = UInt64.random(in: .min ... .max) | 1

    /// How many identities there are.
    var count: Int { entries.count }

    /// Forgets all identities, and releases the memory.
    mutating func removeAll() {
        entries = []
        slots = []
    }

    /// Removes the identities that were added last.
    ///
    /// - Parameter count: how many identities are kept.
    mutating func removeLast(to count: Int) {
        if count == entries.count { return }
        entries.removeLast(entries.count - count)
        slots = ContiguousArray(repeating: 0, count: slots.count)
        for index in entries.indices { place(index) }
    }

    /// Adds an identity that is not there.
    mutating func add(time: Int64, idHigh: UInt64, idLow: UInt64, contentHash: UInt64) {
        if (entries.count + 1) * 4 > slots.count * 3 { grow() }
        entries.append(Entry(time: time, idHigh: idHigh, idLow: idLow, contentHash: contentHash))
        place(entries.count - 1)
    }

    /// The content hash of an identity; nil when it is not there.
    func contentHash(time: Int64, idHigh: UInt64, idLow: UInt64) -> UInt64? {
        if entries.isEmpty { return nil }
        var slot = firstSlot(time, idHigh, idLow)
        while slots[slot] != 0 {
            let entry = entries[Int(slots[slot]) - 1]
            if entry.time == time, entry.idHigh == idHigh, entry.idLow == idLow { return entry.contentHash }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private mutating func grow() {
        slots = ContiguousArray(repeating: 0, count: max(1 << 12, slots.count * 2))
        for index in entries.indices { place(index) }
    }

    private mutating func place(_ index: Int) {
        let entry = entries[index]
        var slot = firstSlot(entry.time, entry.idHigh, entry.idLow)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = UInt32(index + 1)
    }

    @inline(__always)
    private func firstSlot(_ time: Int64, _ idHigh: UInt64, _ idLow: UInt64) -> Int {
        let first = (idHigh ^ seed).multipliedFullWidth(by: (idLow ^ UInt64(bitPattern: time)) | 1)
        let second = (first.high ^ first.low).multipliedFullWidth(by: seed)
        return Int(truncatingIfNeeded: second.high ^ second.low) & (slots.count - 1)
    }
}
