import Domain
import TableTesting
import Testing

@testable import SQLWarehouse

/// Rows that are copied when staged are merged like rows that are read in place.
@Suite struct StageAndMergeTests {
    static let tables = (MovieTables.all + BehaviourTables.merged + [MartTables.genreDaily])

    /// The stored rows of a table, sorted by their text.
    private func stored(_ table: Table, _ database: any SQLDatabase) throws -> [TestRow] {
        let names = table.columns.map(\.name).joined(separator: ", ")
        let rows = try database.query("SELECT \(names) FROM \(table.name)", [])
        var stored: [TestRow] = []
        while try rows.next() {
            stored.append(
                TestRow(
                    values: table.columns.enumerated().map { column, declaration in
                        if rows.isNull(column) { return .null }
                        switch declaration.type {
                        case .integer: return .integer(rows.integer(column))
                        case .boolean: return .integer(rows.boolean(column) ? 1 : 0)
                        case .timestamp: return .integer(rows.timestamp(column))
                        case .date: return .integer(Int64(rows.date(column) ?? .min))
                        case .real: return .real(rows.real(column))
                        case .uuid:
                            let (high, low) = rows.uuid(column)
                            return .uuid(high: high, low: low)
                        case .text, .blob: return .bytes([UInt8](rows.bytes(column)))
                        }
                    }))
        }
        return stored.sorted { $0.description < $1.description }
    }

    @Test(arguments: tables.filter { !$0.merge.isEmpty }.map(\.name))
    func mergedRowsAreThoseOfTheMergeInMemory(name: String) throws {
        let table = try #require(Self.tables.first { $0.name == name })
        let copying = try CopyingWarehouse()
        var random = RandomRows(table, seed: 5)
        let rows = random.rows(90)
        // First many rows are merged into few stored ones, at the end single rows into many.
        try merge(rows, [40, 20] + Array(repeating: 1, count: 30), as: table, copying)
        try expect(rows, in: table, copying)
    }

    /// The same for a database that inserts rows directly whose keys are not stored.
    @Test(arguments: tables.filter { !$0.merge.isEmpty }.map(\.name))
    func directlyInsertedRowsAreThoseOfTheMergeInMemory(name: String) throws {
        let table = try #require(Self.tables.first { $0.name == name })
        var directRows = 0
        for seed in 1...20 as ClosedRange<UInt64> {
            let copying = try CopyingWarehouse()
            copying.session.insertsDirectly = true
            var random = RandomRows(table, seed: seed)
            let rows = random.rows(60)
            // First single rows, many of whose keys are new.
            try merge(rows, Array(repeating: 1, count: 12) + [3, 5, 10, 30], as: table, copying)
            try expect(rows, in: table, copying)
            #expect(copying.session.storedKeys == 0)
            directRows += copying.session.directRows
        }
        #expect(directRows > 20)
    }

    /// A row that somebody else wrote is merged with, although this run knows nothing of it.
    @Test func aKeyThatIsStoredAfterAllIsMerged() throws {
        let copying = try CopyingWarehouse()
        copying.session.insertsDirectly = true
        let table = BehaviourTables.users
        let row = { (user: Int64, first: Int64, last: Int64) in
            TestRow(values: [.integer(user), .integer(first), .integer(last)])
        }
        try merge([row(1, 5, 6)], [1], as: table, copying)
        _ = try copying.session.run("INSERT INTO users (user_id, first_seen, last_seen) VALUES (2, 3, 8)", [])
        try merge([row(2, 4, 9), row(3, 7, 7)], [2], as: table, copying)
        #expect(copying.session.storedKeys == 1)
        #expect(try stored(table, copying.session) == [row(1, 5, 6), row(2, 3, 9), row(3, 7, 7)])
    }

    /// Merges rows in parts of some sizes.
    private func merge(_ rows: [TestRow], _ sizes: [Int], as table: Table, _ copying: CopyingWarehouse) throws {
        var start = 0
        for size in sizes {
            let merged = MergeTable(table)
            merged.merge(Array(rows[start..<start + size]))
            try copying.warehouse.merge(merged)
            start += size
        }
        #expect(start == rows.count)
    }

    /// Checks that rows are stored as the reference merges them.
    private func expect(_ rows: [TestRow], in table: Table, _ copying: CopyingWarehouse) throws {
        let expected = ReferenceMerge.merged(rows, as: table)
        #expect(try stored(table, copying.session) == expected.filter { !$0.isWithdrawn })
        guard let withdrawals = table.withdrawals else { return }
        let places = withdrawals.columns.map { table.index(of: $0.name) }
        let withdrawn = expected.filter(\.isWithdrawn).map { row in TestRow(values: places.map { row.values[$0] }) }
        #expect(try stored(withdrawals, copying.session) == withdrawn.sorted { $0.description < $1.description })
    }

    /// Rows of tables without merge rules never meet a stored row of the same key. They are staged and inserted.
    @Test(arguments: tables.filter { $0.merge.isEmpty }.map(\.name))
    func otherRowsAreInserted(name: String) throws {
        let table = try #require(Self.tables.first { $0.name == name })
        let copying = try CopyingWarehouse()
        var random = RandomRows(table, seed: 3)
        var keys: Set<[TestValue]> = []
        let rows = random.rows(60).filter { row in keys.insert(table.keyColumns.map { row.values[$0] }).inserted }
        let set = RowSet(table)
        for row in rows {
            // In random rows, columns outside the key may be null; here they must not be.
            var row = row
            for (index, column) in table.columns.enumerated() where row.values[index] == .null && !column.isNullable {
                row.values[index] = column.type == .integer ? .integer(4) : .bytes(Array("2001-02-03".utf8))
                if column.type == .date { row.values[index] = .integer(11_356) }
            }
            row.append(to: set)
        }
        let merged = MergeTable(table)
        for index in 0..<set.count { merged.merge(set[index], text: set.text.base) }
        let staged = StagedTable(table)
        try copying.session.stage(PackedRows(set), as: staged)
        let dialect = copying.session.dialect
        _ = try copying.session.run(
            "INSERT INTO \(table.name) (\(staged.names)) SELECT \(staged.names) FROM \(dialect.staged(staged))", [])
        #expect(try stored(table, copying.session) == merged.testRows)
        #expect(!rows.isEmpty)
    }

    @Test func everyTableIsStagedOnce() {
        let names = StagedTable.all.map(\.name)
        #expect(Set(names).count == names.count)
        for table in Self.tables { #expect(names.contains(table.name)) }
    }

    /// The fence is checked in each transaction just before its commit. If another process is the writer, nothing is
    /// committed.
    @Test func theFenceIsCheckedBeforeEachCommit() throws {
        let copying = try CopyingWarehouse()
        try copying.warehouse.commit()
        #expect(copying.session.calls == ["fence", "commit", "fence", "commit"])
        try copying.warehouse.begin()
        copying.session.isOvertaken = true
        #expect(throws: CopyingSession.Overtaken.self) { try copying.warehouse.commit() }
        #expect(copying.session.calls.last == "fence")
        try copying.warehouse.rollback()
        #expect(throws: CopyingSession.Overtaken.self) { try copying.warehouse.beginRun(at: 2, as: .bounded) }
        #expect(!copying.session.isInPlace)
    }
}
