import TableTesting
import Testing

@testable import Domain

/// The laws of the merge, for every declared table that has one: order, split and repeats make no difference.
@Suite struct MergeTableTests {
    static let tables = (MovieTables.all + BehaviourTables.merged).filter { !$0.merge.isEmpty }

    @Test(arguments: tables.map(\.name))
    func itEqualsTheDeclarationReadPlainly(name: String) throws {
        let table = try #require(Self.tables.first { $0.name == name })
        let isSum = table.merge.contains { if case .sum = $0 { true } else { false } }
        for seed in 0..<30 as Range<UInt64> {
            var random = RandomRows(table, seed: seed)
            let rows = random.rows(100)
            let expected = ReferenceMerge.merged(rows, as: table)
            var generator = SeededGenerator(seed: seed)
            let inOrder = MergeTable(table)
            inOrder.merge(rows)
            #expect(inOrder.testRows == expected, "seed \(seed)")
            let shuffled = MergeTable(table)
            shuffled.merge(rows.shuffled(using: &generator))
            #expect(shuffled.testRows == expected, "seed \(seed), shuffled")
            // Two parts merged apart, and then one into the other.
            let (left, right) = (MergeTable(table), MergeTable(table))
            left.merge(Array(rows.prefix(37)))
            right.merge(Array(rows.dropFirst(37)))
            left.merge(right.testRows)
            #expect(left.testRows == expected, "seed \(seed), split")
            if isSum { continue }
            left.merge(rows + expected)
            #expect(left.testRows == expected, "seed \(seed), repeated")
        }
    }

    @Test func manyKeysAreKeptApart() {
        let table = MergeTable(BehaviourTables.users)
        let rows = (0..<20_000).map { TestRow(values: [.integer($0 * 7919), .integer(5), .integer(5)]) }
        table.merge(rows)
        #expect(table.rows.count == 20_000)
        table.merge(rows.map { TestRow(values: [$0.values[0], .integer(4), .integer(6)]) })
        #expect(table.rows.count == 20_000)
        #expect(table.testRows.allSatisfy { $0.values[1...] == [.integer(4), .integer(6)] })
        #expect(table.byteSize > 20_000 * 4 * 8)
        table.removeAll()
        #expect(table.rows.count == 0)
        // What is kept for more rows is not counted, or every group after the first commit would be one of its own.
        #expect(table.byteSize == 0)
        table.merge(Array(rows.prefix(3)))
        #expect(table.testRows == Array(rows.prefix(3)).sorted { $0.description < $1.description })
    }

    @Test(arguments: tables.map(\.name))
    func theOrderByKeyIsThatOfTheKeys(name: String) throws {
        let table = try #require(Self.tables.first { $0.name == name })
        var random = RandomRows(table, seed: 9)
        let merged = MergeTable(table)
        merged.merge(random.rows(100))
        let keys = merged.orderByKey().map { index in
            let row = TestRow(merged.rows[Int(index)], of: merged.rows)
            return table.keyColumns.map { row.values[$0] }
        }
        #expect(keys.count == merged.rows.count)
        for (left, right) in zip(keys, keys.dropFirst()) {
            let first = zip(left, right).first { $0.0 != $0.1 }
            #expect(first.map { $0.0 < $0.1 } == true, "\(left) \(right)")
        }
    }
}
