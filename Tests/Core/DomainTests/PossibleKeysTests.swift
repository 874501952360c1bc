import TableTesting
import Testing

@testable import Domain

/// The keys that a table may have.
@Suite struct PossibleKeysTests {
    static let tables = BehaviourTables.merged

    @Test(arguments: tables.map(\.name))
    func keysThatWereAddedAreNeverNew(name: String) throws {
        let table = try #require(Self.tables.first { $0.name == name })
        for seed in 0..<20 as Range<UInt64> {
            var random = RandomRows(table, seed: seed)
            let (first, second) = (MergeTable(table), MergeTable(table))
            first.merge(random.rows(5))
            second.merge(random.rows(30))
            var keys = PossibleKeys(table)
            #expect(keys.split(second.rows, second.orderByKey()).others == [])
            keys.insert(first.rows, first.orderByKey())
            let (new, others) = keys.split(second.rows, second.orderByKey())
            let key = { (row: TestRow) in table.keyColumns.map { row.values[$0] } }
            let added = Set(first.testRows.map(key))
            let isAdded = { (index: UInt32) in added.contains(key(TestRow(second.rows[Int(index)], of: second.rows))) }
            #expect(new.filter(isAdded) == [])
            // Of so few keys hardly one is taken for another.
            #expect(others.allSatisfy(isAdded))
            #expect(Set(new + others) == Set(0..<UInt32(second.rows.count)))
        }
    }

    /// How many other keys are taken for added ones, as the documentation says.
    @Test func fewOthersAreTakenForAdded() {
        let table = MergeTable(BehaviourTables.users)
        for user in 0..<500_000 as Range<Int64> {
            table.clearScratch()
            table.scratch.set(user, column: 0, cell: table.table.cells[0])
            withUnsafeBytes(of: 0) { text in _ = text.baseAddress.map { table.merge(text: $0) } }
        }
        var keys = PossibleKeys(BehaviourTables.users)
        let order = Array(0..<UInt32(table.rows.count))
        keys.insert(table.rows, order)
        #expect(keys.split(table.rows, order).new == [])
        let others = MergeTable(BehaviourTables.users)
        for user in 500_000..<600_000 as Range<Int64> {
            others.clearScratch()
            others.scratch.set(user, column: 0, cell: others.table.cells[0])
            withUnsafeBytes(of: 0) { text in _ = text.baseAddress.map { others.merge(text: $0) } }
        }
        let wrong = keys.split(others.rows, Array(0..<UInt32(others.rows.count))).others.count
        #expect((400...600).contains(wrong), "\(wrong) of 100,000")
    }
}
