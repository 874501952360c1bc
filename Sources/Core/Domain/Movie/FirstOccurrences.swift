#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Hashing

/// Tells whether an entry of a list is the first one with its key, in constant time also in a list of millions.
///
///     seen.reset()
///     for entry in entries {
///         seen.add(entry.id)
///         if seen.isFirst() { write(entry) }
///     }
final class FirstOccurrences {
    private let text = ByteBuffer(capacity: 1 << 10)
    private var entries: [(hash: UInt64, span: ByteRange)] = []
    /// Indices of `entries` plus 1 by open addressing; 0 is free. A power of two of them, at most half in use.
    private var slots = [UInt32](repeating: 0, count: FirstOccurrences.fewestSlots)
    /// Random, so that nobody can write a document whose keys all collide. Results do not depend on it.
    private let seed = UInt64.random(in: .min ... .max)
    private var start = 0

    private static let fewestSlots = 64

    /// Begins a new list.
    func reset() {
        if slots.count > FirstOccurrences.fewestSlots {
            slots = [UInt32](repeating: 0, count: FirstOccurrences.fewestSlots)
            entries = []
        } else if !entries.isEmpty {
            for slot in slots.indices { slots[slot] = 0 }
            entries.removeAll(keepingCapacity: true)
        }
        text.truncate(to: 0)
        start = 0
    }

    /// Adds a number or null to the key of the current entry.
    func add(_ number: Int64?) {
        text.append(number == nil ? 0 : 1)
        if let number { withUnsafeBytes(of: number) { _ = text.append($0) } }
    }

    /// Adds letters to the key of the current entry.
    func add(_ code: LetterCode) {
        text.append(code.first)
        text.append(code.second)
    }

    /// Adds text as it is stored, or null, to the key of the current entry.
    func add(_ bytes: UnsafeRawBufferPointer?) {
        if let bytes { _ = ScalarRules.append(bytes, to: text) }
        // UTF-8 has neither of these bytes, so that different lists of texts give different keys.
        text.append(bytes == nil ? 0xfe : 0xff)
    }

    /// Ends the key of the current entry. Gives whether no entry of the list before had the same key.
    func isFirst() -> Bool {
        let key = text.bytes(at: start, count: text.count - start)
        let hash = XXH3.hash64(key, seed: seed)
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let entry = entries[Int(slots[slot]) - 1]
            if entry.hash == hash, isEqual(key, entry.span) {
                text.truncate(to: start)
                return false
            }
            slot = (slot + 1) & mask
        }
        entries.append((hash, ByteRange(offset: start, length: key.count)))
        slots[slot] = UInt32(entries.count)
        start = text.count
        if entries.count * 2 > slots.count { grow() }
        return true
    }

    private func isEqual(_ key: UnsafeRawBufferPointer, _ span: ByteRange) -> Bool {
        guard key.count == Int(span.length), let start = key.baseAddress else { return false }
        return memcmp(start, text.base + Int(span.offset), key.count) == 0
    }

    private func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        let mask = slots.count - 1
        for (index, entry) in entries.enumerated() {
            var slot = Int(truncatingIfNeeded: entry.hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(index + 1)
        }
    }
}
