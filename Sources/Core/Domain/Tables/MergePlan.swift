#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Hashing

/// A table's key and merge rules with column names resolved to cells. It is kept in unmanaged memory, so that the merge
/// of a row counts no references.
final class MergePlan {
    /// A column by its place in a packed row.
    struct Place {
        let column: Int
        let cell: Int
        let type: ColumnType

        init(_ table: Table, _ column: Int) {
            self.column = column
            self.cell = table.cells[column]
            self.type = table.columns[column].type
        }
    }

    /// How some columns of two rows of one key are merged.
    struct Rule {
        enum Kind { case greatest, least, minimum, maximum, sum }
        let kind: Kind
        /// The columns that are compared; for `sum`, the columns that are added.
        let rank: UnsafeBufferPointer<Place>
        /// The columns that are copied from the winning row, those of the rank included.
        let carried: UnsafeBufferPointer<Place>
    }

    /// The form of the key. The usual forms are hashed and compared without looking at the types of the columns.
    enum KeyKind {
        case integer(cell: Int)
        case integers(first: Int, second: Int)
        case text(cell: Int)
        case other
    }

    let key: UnsafeBufferPointer<Place>
    let keyKind: KeyKind
    let rules: UnsafeBufferPointer<Rule>
    /// The columns whose cells are spans.
    let spans: UnsafeBufferPointer<Place>
    /// Whether the table has one rule that copies the whole row, including whether the row is withdrawn.
    let isWholeRow: Bool

    init(_ table: Table) {
        func places(_ names: [String]) -> UnsafeBufferPointer<Place> {
            MergePlan.copied(names.map { Place(table, table.index(of: $0)) })
        }
        func replacement(_ kind: Rule.Kind, _ rank: [String], _ carried: [String]) -> Rule {
            Rule(kind: kind, rank: places(rank), carried: places(rank + carried.filter { !rank.contains($0) }))
        }
        key = places(table.key)
        keyKind = MergePlan.keyKind(key)
        rules = MergePlan.copied(
            table.merge.map { rule in
                switch rule {
                case .greatest(let rank, let carried): replacement(.greatest, rank, carried)
                case .least(let rank, let carried): replacement(.least, rank, carried)
                case .minimum(let name): replacement(.minimum, [name], [])
                case .maximum(let name): replacement(.maximum, [name], [])
                case .sum(let names): Rule(kind: .sum, rank: places(names), carried: places([]))
                }
            })
        spans = places(table.columns.filter(\.type.isSpan).map(\.name))
        isWholeRow = table.isWithdrawable
    }

    deinit {
        for rule in rules {
            rule.rank.deallocate()
            rule.carried.deallocate()
        }
        rules.deallocate()
        spans.deallocate()
        key.deallocate()
    }

    private static func keyKind(_ key: UnsafeBufferPointer<Place>) -> KeyKind {
        let areWords = key.allSatisfy { !$0.type.isSpan && $0.type != .uuid && $0.type != .real }
        switch key.count {
        case 1 where areWords: return .integer(cell: key[0].cell)
        case 2 where areWords: return .integers(first: key[0].cell, second: key[1].cell)
        case 1 where key[0].type.isSpan: return .text(cell: key[0].cell)
        default: return .other
        }
    }

    private static func copied<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
        let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = memory.initialize(from: elements)
        return UnsafeBufferPointer(memory)
    }
}

extension MergePlan {
    /// The hash of a row's key.
    @inline(__always)
    func keyHash(_ row: PackedRow, _ text: UnsafeRawPointer) -> UInt64 {
        switch keyKind {
        case .integer(let cell): return mix(row.cells[cell])
        case .integers(let first, let second): return mix(mix(row.cells[first]) ^ row.cells[second])
        case .text(let cell): return textHash(row.span(cell), text, seed: 0)
        case .other:
            return key.reduce(0) { hash, place in
                if place.type.isSpan { return textHash(row.span(place.cell), text, seed: hash) }
                let hash = mix(hash ^ row.cells[place.cell])
                return place.type == .uuid ? mix(hash ^ row.cells[place.cell + 1]) : hash
            }
        }
    }

    @inline(__always)
    private func textHash(_ span: ByteRange, _ text: UnsafeRawPointer, seed: UInt64) -> UInt64 {
        XXH3.hash64(UnsafeRawBufferPointer(start: text + Int(span.offset), count: Int(span.length)), seed: seed)
    }

    /// The finalizer of SplitMix64.
    @inline(__always)
    private func mix(_ value: UInt64) -> UInt64 {
        var hash = value &+ 0x9e37_79b9_7f4a_7c15
        hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
        return hash ^ (hash >> 31)
    }
}

/// Compares values of packed rows.
enum CellOrder {
    /// Negative, 0 or positive as `left`'s value is less than, equal to or greater than `right`'s; null is the least.
    @inline(__always)
    static func compare(
        _ place: MergePlan.Place, _ left: PackedRow, _ leftText: UnsafeRawPointer, _ right: PackedRow,
        _ rightText: UnsafeRawPointer
    ) -> Int {
        let leftIsNull = left.isNull(column: place.column)
        let rightIsNull = right.isNull(column: place.column)
        if leftIsNull || rightIsNull { return (leftIsNull ? 0 : 1) - (rightIsNull ? 0 : 1) }
        switch place.type {
        case .integer, .boolean, .date, .timestamp:
            return order(left.integer(place.cell), right.integer(place.cell))
        case .real: return order(left.real(place.cell), right.real(place.cell))
        case .uuid:
            let high = order(left.cells[place.cell], right.cells[place.cell])
            return high != 0 ? high : order(left.cells[place.cell + 1], right.cells[place.cell + 1])
        case .text, .blob:
            return compare(left.span(place.cell), leftText, right.span(place.cell), rightText)
        }
    }

    @inline(__always)
    private static func order<Value: Comparable>(_ left: Value, _ right: Value) -> Int {
        left < right ? -1 : (left > right ? 1 : 0)
    }

    /// Compares texts as bytes. In UTF-8 this is the order of code points.
    @inline(__always)
    static func compare(
        _ left: ByteRange, _ leftText: UnsafeRawPointer, _ right: ByteRange, _ rightText: UnsafeRawPointer
    ) -> Int {
        let common = Int(min(left.length, right.length))
        let result = memcmp(leftText + Int(left.offset), rightText + Int(right.offset), common)
        return result != 0 ? Int(result) : order(left.length, right.length)
    }
}
