/// The distinct users of a day.
///
/// Ids that are near each other share a word of 64 bits, and words are found by a hash table with open addressing, so
/// that the users of a busy day take few bytes each, and those of a quiet one not many.
///
///     let users = DayUsers()
///     users.insert(4711)
///     users.insert(4711)
///     print(users.count)  // 1
public final class DayUsers {
    /// A word and the ids that it stands for: those from `(page - 1) * 64` on. An empty slot has page 0.
    private struct Slot: BitwiseCopyable {
        var page: UInt64 = 0
        var bits: UInt64 = 0
    }

    /// How many users there are.
    @exclusivity(unchecked) public private(set) var count = 0
    @exclusivity(unchecked) private var slots: UnsafeMutablePointer<Slot>
    @exclusivity(unchecked) private var slotCount: Int
    @exclusivity(unchecked) private var used = 0

    /// No users.
    public init() {
        slotCount = 16
        slots = DayUsers.allocate(slotCount)
    }

    deinit { slots.deallocate() }

    /// The size in bytes.
    public var byteSize: Int { slotCount * MemoryLayout<Slot>.stride }

    /// Adds a user, once.
    @inline(__always)
    public func insert(_ user: Int64) {
        let (page, bit) = DayUsers.place(of: user)
        var slot = slots + index(of: page)
        if slot.pointee.page == 0 {
            if used * 4 >= slotCount * 3 {
                grow()
                slot = slots + index(of: page)
            }
            used += 1
            slot.pointee.page = page
        }
        if slot.pointee.bits & bit == 0 {
            slot.pointee.bits |= bit
            count += 1
        }
    }

    /// Whether a user is among them.
    public func contains(_ user: Int64) -> Bool {
        let (page, bit) = DayUsers.place(of: user)
        return slots[index(of: page)].bits & bit != 0
    }

    @inline(__always)
    private static func place(of user: Int64) -> (page: UInt64, bit: UInt64) {
        let id = UInt64(bitPattern: user)
        return (id >> 6 + 1, 1 << (id & 63))
    }

    /// The slot of a page, or the empty one that it is to take.
    @inline(__always)
    private func index(of page: UInt64) -> Int {
        var hash = (page ^ (page >> 30)) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
        var index = Int(truncatingIfNeeded: hash ^ (hash >> 31)) & (slotCount - 1)
        while slots[index].page != 0, slots[index].page != page { index = (index + 1) & (slotCount - 1) }
        return index
    }

    private func grow() {
        let (old, oldCount) = (slots, slotCount)
        slotCount *= 2
        slots = DayUsers.allocate(slotCount)
        for slot in UnsafeBufferPointer(start: old, count: oldCount) where slot.page != 0 {
            slots[index(of: slot.page)] = slot
        }
        old.deallocate()
    }

    private static func allocate(_ count: Int) -> UnsafeMutablePointer<Slot> {
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: count)
        slots.initialize(repeating: Slot(), count: count)
        return slots
    }
}
