import Domain

/// Random rows of a declared table. They have few keys and few ranks, so that equal ones are frequent. The columns that
/// a rank carries are computed from the rank: as in real data, two rows of one rank are of the same event or document.
public struct RandomRows {
    /// The table.
    public let table: Table
    private var generator: SeededGenerator
    private let rankColumns: Set<String>
    private let summed: Set<String>

    /// Creates a generator of rows; the same seed gives the same rows.
    public init(_ table: Table, seed: UInt64) {
        self.table = table
        generator = SeededGenerator(seed: seed)
        var ranks: Set<String> = []
        var sums: Set<String> = []
        for rule in table.merge {
            switch rule {
            case .greatest(let rank, _), .least(let rank, _): ranks.formUnion(rank)
            case .minimum(let name), .maximum(let name): ranks.insert(name)
            case .sum(let names): sums.formUnion(names)
            }
        }
        rankColumns = ranks
        summed = sums
    }

    /// The next `count` rows.
    public mutating func rows(_ count: Int) -> [TestRow] { (0..<count).map { _ in row() } }

    private mutating func row() -> TestRow {
        var values = [TestValue](repeating: .null, count: table.columns.count)
        for (index, column) in table.columns.enumerated() {
            if table.key.contains(column.name) {
                values[index] = TestValues.of(column, Int.random(in: 0..<3, using: &generator), canBeNull: false)
            } else if rankColumns.contains(column.name) {
                values[index] = TestValues.of(column, Int.random(in: 0..<6, using: &generator))
            } else if summed.contains(column.name) {
                values[index] = .integer(Int64.random(in: 0..<1000, using: &generator))
            }
        }
        var row = TestRow(values: values)
        for rule in table.merge {
            switch rule {
            case .greatest(let rank, let carried), .least(let rank, let carried): carry(carried, by: rank, in: &row)
            case .minimum, .maximum, .sum: break
            }
        }
        return row
    }

    private func carry(_ carried: [String], by rank: [String], in row: inout TestRow) {
        let names = table.key + rank
        let text = names.map { row.values[table.index(of: $0)].description }.joined(separator: "|")
        let choice = text.utf8.reduce(into: UInt32(7)) { $0 = $0 &* 31 &+ UInt32($1) } >> 8
        row.isWithdrawn = table.isWithdrawable && choice % 3 == 0
        for (place, name) in carried.enumerated() where !rank.contains(name) {
            let index = table.index(of: name)
            row.values[index] =
                row.isWithdrawn ? .null : TestValues.of(table.columns[index], (Int(choice) + place * 5) % 7)
        }
    }
}

/// Values that a wrong comparison would put in the wrong order.
private enum TestValues {
    static func of(_ column: Column, _ choice: Int, canBeNull: Bool = true) -> TestValue {
        if column.isNullable, canBeNull, choice == 0 { return .null }
        switch column.type {
        case .integer: return .integer([-1, 0, 1, .max, .min, 603, 7][choice])
        case .boolean: return .integer(Int64(choice % 2))
        case .date: return .integer([-719_162, -1, 0, 1, 20_000, 2_932_896, 10_957][choice])
        case .timestamp:
            return .integer([-1, 0, 1_763_661_802_517, 788_918_400_000, -62_135_596_800_000, 9, 10][choice])
        case .real: return .real([-1.5, 0, 0.1, 1e300, 1e-300, 9, 10][choice])
        case .uuid:
            let low: [UInt64] = [0, 1, .max, 1 << 63, 5, 6, 7]
            return .uuid(high: choice % 2 == 0 ? .max - 1 : 1, low: low[choice])
        case .text: return .bytes(Array(["a", "ab", "B", "\u{fffd}", "\u{10000}", "é", "a b"][choice].utf8))
        case .blob: return .bytes([[0], [0, 0], [255], [127, 255], [1], [], [2]][choice])
        }
    }
}
