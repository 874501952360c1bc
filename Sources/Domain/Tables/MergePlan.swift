#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A table's key and merge rules, resolved to cells.
struct MergePlan {
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

    /// What becomes of some columns of two rows of one key.
    struct Rule {
        enum Kind { case greatest, least, minimum, maximum, sum }
        let kind: Kind
        /// What is compared; for `sum`, what is added up.
        let rank: [Place]
        /// What the winner brings, rank included.
        let carried: [Place]
    }

    let key: [Place]
    let rules: [Rule]
    /// Whether the winner of one rule brings the whole row, withdrawn or not.
    let isWholeRow: Bool

    init(_ table: Table) {
        let places = { (names: [String]) in names.map { Place(table, table.index(of: $0)) } }
        key = table.keyColumns.map { Place(table, $0) }
        rules = table.merge.map { rule in
            switch rule {
            case .greatest(let rank, let carried):
                Rule(kind: .greatest, rank: places(rank), carried: places(rank + carried.filter { !rank.contains($0) }))
            case .least(let rank, let carried):
                Rule(kind: .least, rank: places(rank), carried: places(rank + carried.filter { !rank.contains($0) }))
            case .minimum(let name): Rule(kind: .minimum, rank: places([name]), carried: places([name]))
            case .maximum(let name): Rule(kind: .maximum, rank: places([name]), carried: places([name]))
            case .sum(let names): Rule(kind: .sum, rank: places(names), carried: [])
            }
        }
        isWholeRow = table.isWithdrawable
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

    /// UTF-8 compared as bytes, which is the order of code points.
    @inline(__always)
    static func compare(_ left: Span, _ leftText: UnsafeRawPointer, _ right: Span, _ rightText: UnsafeRawPointer) -> Int
    {
        let common = Int(min(left.length, right.length))
        let result = memcmp(leftText + Int(left.offset), rightText + Int(right.offset), common)
        return result != 0 ? Int(result) : order(left.length, right.length)
    }
}
