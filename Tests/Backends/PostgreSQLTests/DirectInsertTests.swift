import Domain
import Servers
import TableTesting
import Testing

@testable import PostgreSQL

/// Rows of merged tables that are copied straight into their tables.
@Suite(.needsServer) struct DirectInsertTests {
    private static func user(_ id: Int64, _ firstSeen: Int64, _ lastSeen: Int64) -> TestRow {
        TestRow(values: [.integer(id), .integer(firstSeen), .integer(lastSeen)])
    }

    private func merge(_ rows: [TestRow], into bench: FactBench) throws {
        let table = MergeTable(BehaviourTables.users)
        table.merge(rows)
        try bench.warehouse.begin()
        try bench.warehouse.merge(table)
        try bench.warehouse.commit()
    }

    private func users(_ bench: FactBench) throws -> String? {
        try bench.value(
            """
            SELECT string_agg(concat_ws(' ', user_id, extract(epoch FROM first_seen)::bigint,
                extract(epoch FROM last_seen)::bigint), ', ' ORDER BY user_id) FROM #.users
            """)
    }

    /// A row that somebody else wrote is merged with, although this run knows nothing of it.
    @Test func aKeyThatIsStoredAfterAllIsMerged() throws {
        let bench = try FactBench()
        try bench.beginRun()
        try merge([Self.user(1, 5000, 6000)], into: bench)
        try bench.other.execute(
            "INSERT INTO \(bench.location.qualified("users")) VALUES (2, to_timestamp(3), to_timestamp(8))")
        try merge([Self.user(2, 4000, 9000), Self.user(3, 7000, 7000)], into: bench)
        #expect(try users(bench) == "1 5 6, 2 3 9, 3 7 7")
    }

    /// What a rolled-back transaction wrote is not taken for stored, and what an earlier one wrote is.
    @Test func aRollbackLosesNothing() throws {
        let bench = try FactBench()
        try bench.beginRun()
        let table = MergeTable(BehaviourTables.users)
        table.merge([Self.user(1, 5000, 6000), Self.user(2, 1000, 1000)])
        try bench.warehouse.begin()
        try bench.warehouse.merge(table)
        try bench.warehouse.rollback()
        for _ in 0..<2 { try merge([Self.user(1, 5000, 6000), Self.user(3, 2000, 3000)], into: bench) }
        try merge([Self.user(1, 4000, 4000), Self.user(2, 1000, 1000), Self.user(4, 9000, 9000)], into: bench)
        #expect(try users(bench) == "1 4 6, 2 1 1, 3 2 3, 4 9 9")
    }

    /// Autovacuum counts no rows while they are not committed. The planner would then read all of them for each look-up.
    @Test func rowsThatAnotherAnalysisDidNotSeeAreCounted() throws {
        let bench = try FactBench()
        try bench.beginRun()
        let table = MergeTable(BehaviourTables.users)
        table.merge((1...500).map { Self.user($0, 5000, 6000) })
        try bench.warehouse.begin()
        try bench.warehouse.merge(table)
        let counted = "SELECT reltuples::bigint FROM pg_class WHERE oid = '#.users'::regclass"
        try bench.other.execute("ANALYZE \(bench.location.qualified("users"))")
        #expect(try bench.value(counted) == "0")
        try bench.warehouse.session.willLookUp(in: BehaviourTables.merged)
        #expect(try bench.value(counted) == "500")
        try bench.warehouse.rollback()
    }
}
