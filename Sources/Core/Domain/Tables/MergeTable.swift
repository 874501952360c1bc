#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Merges rows of one table by key in memory, by the rules that the table declares. A transaction upserts the merged
/// rows once, at its end.
///
///     let users = MergeTable(BehaviourTables.users)
///     users.clearScratch()
///     users.scratch.set(4711, column: 0, cell: 1)
///     users.merge(text: buffer.base)
///     try warehouse.merge(users)
///     users.removeAll()
public final class MergeTable {
    /// The merged rows, one a key, in no particular order.
    public let rows: RowSet
    /// A row for the caller to fill before it calls `merge(text:)`. Its spans are offsets into that text.
    public let scratch: PackedRow
    private let plan: MergePlan
    private let scratchCells: UnsafeMutablePointer<UInt64>
    private let emptyHeader: UInt64
    /// A hash table with open addressing. The lower half of a slot is a row's index plus 1, or 0 when the slot is
    /// empty; the upper half is that of the key's hash.
    @exclusivity(unchecked) private var slots: UnsafeMutablePointer<UInt64>
    @exclusivity(unchecked) private var slotCount: Int

    /// The indices of the rows in the order of their keys; nil when the rows have changed since they were sorted.
    @exclusivity(unchecked) private var order: [UInt32]?
    private let stride: Int
    /// The rows of the keys that are kept apart; nil when there are no such keys.
    @exclusivity(unchecked) public private(set) var apart: ApartRows?

    /// The table that the rows belong to.
    public var table: Table { rows.table }

    /// A merge table without rows.
    public init(_ table: Table) {
        rows = RowSet(table)
        plan = MergePlan(table)
        stride = table.stride
        scratchCells = .allocate(capacity: table.stride)
        scratchCells.initialize(repeating: 0, count: table.stride)
        emptyHeader = (1 << UInt64(table.columns.count)) &- 1
        scratch = PackedRow(cells: scratchCells)
        scratchCells[0] = emptyHeader
        slotCount = 256
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: 0, count: slotCount)
    }

    deinit {
        scratchCells.deallocate()
        slots.deallocate()
    }

    /// Makes all columns of `scratch` null.
    @inline(__always)
    public func clearScratch() { scratchCells[0] = emptyHeader }

    /// Merges `scratch` into the row that has the same key, or adds it as a row.
    ///
    /// - Parameter text: the bytes that the spans of `scratch` are offsets into.
    /// - Returns: whether the key was new.
    @discardableResult
    public func merge(text: UnsafeRawPointer) -> Bool { merge(scratch, text: text) }

    /// Merges a row into the row that has the same key, or adds it. The spans of `new` are offsets into `text`.
    @discardableResult
    public func merge(_ new: PackedRow, text: UnsafeRawPointer) -> Bool {
        if let apart, apart.take(new, text: text) { return false }
        if order != nil { order = nil }
        if rows.count * 4 >= slotCount * 3 { grow() }
        let hash = plan.keyHash(new, text)
        var slot = Int(truncatingIfNeeded: hash) & (slotCount - 1)
        while true {
            let entry = slots[slot]
            if entry == 0 {
                add(new, text, slot: slot, hash: hash)
                return true
            }
            if entry >> 32 == hash >> 32 {
                let old = rows[Int(entry & 0xffff_ffff) - 1]
                if hasSameKey(old, new, text) {
                    apply(new, text, to: old)
                    return false
                }
            }
            slot = (slot + 1) & (slotCount - 1)
        }
    }

    /// Keeps the rows of some keys apart, one for each line, instead of merging them. To be called while there are no rows.
    public func keepApart(_ keys: Set<RowKey>) { apart = keys.isEmpty ? nil : ApartRows(table, keys: keys) }

    /// Says which line the next rows come from. It matters only where rows are kept apart.
    public func setOrigin(_ origin: @autoclosure () -> RowOrigin) { if let apart { apart.origin = origin() } }

    /// Removes all rows; the memory is kept for the next ones.
    public func removeAll() {
        order = nil
        apart?.removeAll()
        rows.removeAll()
        slots.update(repeating: 0, count: slotCount)
    }

    /// The size of the rows and their hash table slots in bytes; 0 when there are no rows.
    public var byteSize: Int { rows.byteSize + rows.count * 16 + (apart?.byteSize ?? 0) }

    private func add(_ new: PackedRow, _ text: UnsafeRawPointer, slot: Int, hash: UInt64) {
        let row = rows.append(copying: new)
        for place in plan.spans where !row.isNull(column: place.column) {
            copyText(new, text, to: row, column: place.column, cell: place.cell)
        }
        slots[slot] = (hash >> 32) << 32 | UInt64(rows.count)
    }

    private func copyText(_ new: PackedRow, _ text: UnsafeRawPointer, to row: PackedRow, column: Int, cell: Int) {
        let span = new.span(cell)
        let bytes = UnsafeRawBufferPointer(start: text + Int(span.offset), count: Int(span.length))
        rows.setText(bytes, column: column, of: row)
    }

    private func apply(_ new: PackedRow, _ text: UnsafeRawPointer, to old: PackedRow) {
        let oldText = UnsafeRawPointer(rows.text.base)
        for rule in plan.rules {
            switch rule.kind {
            case .greatest where isGreater(rule.rank, new, text, old, oldText),
                .least where isLess(rule.rank, new, text, old, oldText),
                .minimum where CellOrder.compare(rule.rank[0], new, text, old, oldText) < 0,
                .maximum where CellOrder.compare(rule.rank[0], new, text, old, oldText) > 0:
                carry(rule.carried, new, text, to: old)
            case .sum:
                for place in rule.rank { old.cells[place.cell] = old.cells[place.cell] &+ new.cells[place.cell] }
            default: break
            }
        }
    }

    /// Whether `new` has a greater rank than `old`; null is the least value.
    private func isGreater(
        _ rank: UnsafeBufferPointer<MergePlan.Place>, _ new: PackedRow, _ text: UnsafeRawPointer, _ old: PackedRow,
        _ oldText: UnsafeRawPointer
    ) -> Bool {
        for place in rank {
            let order = CellOrder.compare(place, new, text, old, oldText)
            if order != 0 { return order > 0 }
        }
        return false
    }

    /// Whether `new` has a lesser rank than `old`; null is the greatest value, so that a row without a rank never wins.
    private func isLess(
        _ rank: UnsafeBufferPointer<MergePlan.Place>, _ new: PackedRow, _ text: UnsafeRawPointer, _ old: PackedRow,
        _ oldText: UnsafeRawPointer
    ) -> Bool {
        for place in rank {
            let newIsNull = new.isNull(column: place.column)
            let oldIsNull = old.isNull(column: place.column)
            if newIsNull || oldIsNull {
                if newIsNull && oldIsNull { continue }
                return oldIsNull
            }
            let order = CellOrder.compare(place, new, text, old, oldText)
            if order != 0 { return order < 0 }
        }
        return false
    }

    private func carry(
        _ places: UnsafeBufferPointer<MergePlan.Place>, _ new: PackedRow, _ text: UnsafeRawPointer, to old: PackedRow
    ) {
        if plan.isWholeRow { old.cells[0] = old.cells[0] & ~RowSet.withdrawnBit | new.cells[0] & RowSet.withdrawnBit }
        for place in places {
            if new.isNull(column: place.column) {
                old.setNull(column: place.column)
            } else if place.type.isSpan {
                copyText(new, text, to: old, column: place.column, cell: place.cell)
            } else {
                old.cells[0] &= ~(1 << UInt64(place.column))
                old.cells[place.cell] = new.cells[place.cell]
                if place.type == .uuid { old.cells[place.cell + 1] = new.cells[place.cell + 1] }
            }
        }
    }

    @inline(__always)
    private func hasSameKey(_ old: PackedRow, _ new: PackedRow, _ text: UnsafeRawPointer) -> Bool {
        switch plan.keyKind {
        case .integer(let cell): return old.cells[cell] == new.cells[cell]
        case .integers(let first, let second):
            return old.cells[first] == new.cells[first] && old.cells[second] == new.cells[second]
        case .text(let cell):
            let (left, right) = (old.span(cell), new.span(cell))
            return left.length == right.length
                && memcmp(rows.text.base + Int(left.offset), text + Int(right.offset), Int(left.length)) == 0
        case .other:
            let oldText = UnsafeRawPointer(rows.text.base)
            return plan.key.allSatisfy { CellOrder.compare($0, old, oldText, new, text) == 0 }
        }
    }

    private func grow() {
        let larger = slotCount * 2
        slots.deallocate()
        slots = .allocate(capacity: larger)
        slots.initialize(repeating: 0, count: larger)
        slotCount = larger
        let text = UnsafeRawPointer(rows.text.base)
        for index in 0..<rows.count {
            let hash = plan.keyHash(rows[index], text)
            var slot = Int(truncatingIfNeeded: hash) & (slotCount - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slotCount - 1) }
            slots[slot] = (hash >> 32) << 32 | UInt64(index + 1)
        }
    }
}

extension MergeTable {
    /// The indices of the rows in the order of their keys. In this order an upsert goes through its table from start to
    /// end.
    public func orderByKey() -> [UInt32] { order ?? sorted() }

    /// Sorts the rows by key, so that `orderByKey` need not.
    public func sortByKey() { order = sorted() }

    private func sorted() -> [UInt32] {
        let text = UnsafeRawPointer(rows.text.base)
        var keyed = (0..<rows.count).map { index in
            let (first, second) = sortableWords(rows[index], text)
            return (first: first, second: second, index: UInt32(index))
        }
        keyed.sort { left, right in
            if left.first != right.first { return left.first < right.first }
            if left.second != right.second { return left.second < right.second }
            let leftRow = rows[Int(left.index)]
            let rightRow = rows[Int(right.index)]
            for place in plan.key {
                let order = CellOrder.compare(place, leftRow, text, rightRow, text)
                if order != 0 { return order < 0 }
            }
            return false
        }
        return keyed.map(\.index)
    }

    /// The first 128 bits of a key, in a form whose order is that of the keys. Keys with equal bits are compared in
    /// full.
    private func sortableWords(_ row: PackedRow, _ text: UnsafeRawPointer) -> (UInt64, UInt64) {
        var words: (UInt64, UInt64) = (0, 0)
        var count = 0
        func append(_ word: UInt64) {
            if count == 0 { words.0 = word } else if count == 1 { words.1 = word }
            count += 1
        }
        for place in plan.key where count < 2 {
            switch place.type {
            case .uuid:
                append(row.cells[place.cell])
                append(row.cells[place.cell + 1])
            case .text, .blob:
                let span = row.span(place.cell)
                append(sortablePrefix(span, text, from: 0))
                append(sortablePrefix(span, text, from: 8))
            case .integer, .real, .boolean, .date, .timestamp: append(row.cells[place.cell] ^ (1 << 63))
            }
        }
        return words
    }

    private func sortablePrefix(_ span: ByteRange, _ text: UnsafeRawPointer, from start: Int) -> UInt64 {
        var prefix: UInt64 = 0
        let count = min(8, Int(span.length) - start)
        if count > 0 { memcpy(&prefix, text + Int(span.offset) + start, count) }
        return UInt64(bigEndian: prefix)
    }
}
