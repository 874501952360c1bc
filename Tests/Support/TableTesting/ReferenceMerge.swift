import Domain

/// A second, simple implementation of the merge rules, with which the real one is compared. It looks at all rows of a
/// key at once.
public enum ReferenceMerge {
    /// Merges rows to one row for each key.
    public static func merged(_ rows: [TestRow], as table: Table) -> [TestRow] {
        let groups = Dictionary(grouping: rows) { row in table.keyColumns.map { row.values[$0] } }
        return groups.values.map { row(of: $0, as: table) }.sorted { $0.description < $1.description }
    }

    private static func row(of rows: [TestRow], as table: Table) -> TestRow {
        var result = rows[0]
        for rule in table.merge {
            switch rule {
            case .greatest(let rank, let carried):
                let order = rank.map(table.index(of:))
                copy(rank + carried, of: rows.max { precedes($0, $1, order, nullsLast: false) }, table, &result)
            case .least(let rank, let carried):
                let order = rank.map(table.index(of:))
                copy(rank + carried, of: rows.min { precedes($0, $1, order, nullsLast: true) }, table, &result)
            case .minimum(let name):
                let index = table.index(of: name)
                result.values[index] = rows.map { $0.values[index] }.min { $0 < $1 } ?? .null
            case .maximum(let name):
                let index = table.index(of: name)
                result.values[index] = rows.map { $0.values[index] }.max { $0 < $1 } ?? .null
            case .sum(let names):
                for name in names {
                    let index = table.index(of: name)
                    let sum = rows.reduce(Int64(0)) { sum, row in
                        if case .integer(let value) = row.values[index] { return sum + value }
                        return sum
                    }
                    result.values[index] = .integer(sum)
                }
            }
        }
        return result
    }

    private static func copy(_ names: [String], of winner: TestRow?, _ table: Table, _ result: inout TestRow) {
        guard let winner else { return }
        for name in names { result.values[table.index(of: name)] = winner.values[table.index(of: name)] }
        if table.isWithdrawable { result.isWithdrawn = winner.isWithdrawn }
    }

    private static func precedes(_ left: TestRow, _ right: TestRow, _ rank: [Int], nullsLast: Bool) -> Bool {
        for index in rank {
            let (left, right) = (left.values[index], right.values[index])
            if left == right { continue }
            if nullsLast, left == .null || right == .null { return right == .null }
            return left < right
        }
        return false
    }
}
