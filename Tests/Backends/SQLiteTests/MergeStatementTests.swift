import Domain
import TableTesting
import Testing

@testable import SQLite

/// Upserts give the same rows as the merge in memory, whatever the order, the splits and the repetitions (law 2).
@Suite struct MergeStatementTests {
    static let tables =
        (MovieTables.all + BehaviourTables.merged).filter { !$0.merge.isEmpty }

    @Test func everyKindOfMergeIsCovered() {
        let rules = Self.tables.flatMap(\.merge)
        func has(_ isOfKind: (MergeRule) -> Bool) -> Bool { rules.contains(where: isOfKind) }
        #expect(has { if case .greatest = $0 { true } else { false } })
        #expect(has { if case .least = $0 { true } else { false } })
        #expect(has { if case .minimum = $0 { true } else { false } })
        #expect(has { if case .maximum = $0 { true } else { false } })
        #expect(has { if case .sum = $0 { true } else { false } })
        #expect(Self.tables.contains { $0.isWithdrawable })
    }

    @Test(arguments: tables.map(\.name))
    func upsertsEqualTheMergeInMemory(name: String) throws {
        let table = try #require(Self.tables.first { $0.name == name })
        let isSum = table.merge.contains { if case .sum = $0 { true } else { false } }
        for seed in 0..<4 as Range<UInt64> {
            let folder = try TemporaryFolder()
            var random = RandomRows(table, seed: seed)
            let rows = random.rows(120)
            let expected = ReferenceMerge.merged(rows, as: table)
            #expect(expected.count < rows.count, "the keys of \(name) never met")
            var generator = SeededGenerator(seed: seed &+ 1000)
            for order in 0..<2 {
                let warehouse = try folder.warehouse("\(seed)-\(order).db")
                // A sum must get each row once; the other rules may get it again.
                let shuffled = (isSum ? rows : rows + rows.prefix(60)).shuffled(using: &generator)
                try upsert(shuffled, of: table, into: warehouse, &generator)
                let stored = try storedRows(table, in: warehouse.connection)
                #expect(stored == expected.filter { !$0.isWithdrawn }, "seed \(seed), order \(order)")
                try expectWithdrawals(of: rows, table, in: warehouse)
            }
        }
    }

    /// Upserts rows in transactions of random size, after merging each transaction in memory.
    private func upsert(
        _ rows: [TestRow], of table: Table, into warehouse: SQLiteWarehouse, _ generator: inout SeededGenerator
    ) throws {
        let merged = MergeTable(table)
        var rest = rows[...]
        while !rest.isEmpty {
            let part = rest.prefix(Int.random(in: 1...40, using: &generator))
            rest = rest.dropFirst(part.count)
            merged.merge(Array(part))
            try warehouse.begin()
            try warehouse.merge(merged)
            try warehouse.commit()
            merged.removeAll()
        }
    }

    /// Checks that exactly the withdrawals that are the greatest entry of their key are stored.
    private func expectWithdrawals(of rows: [TestRow], _ table: Table, in warehouse: SQLiteWarehouse) throws {
        guard let withdrawals = table.withdrawals else { return }
        let places = withdrawals.columns.map { table.index(of: $0.name) }
        let withdrawn = ReferenceMerge.merged(rows, as: table).filter(\.isWithdrawn)
            .map { row in TestRow(values: places.map { row.values[$0] }) }
        let remembered = try storedRows(withdrawals, in: warehouse.connection)
        #expect(remembered == withdrawn.sorted { $0.description < $1.description })
        #expect(!withdrawn.isEmpty, "nothing was withdrawn")
    }
}
