import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// A dry run in a warehouse of an older version whose last run was killed. The dry run reports what a run would do, and
/// changes nothing.
@Suite struct DryRunTests {
    /// A version of the schema that lacks a migration.
    struct Older: Sendable, CustomTestStringConvertible {
        var warehouse: WarehouseKind
        var version: Int
        var testDescription: String { "\(warehouse) of version \(version)" }

        static let all = Warehouses.present.flatMap { kind in
            (1..<kind.migrations.count).map { Older(warehouse: kind, version: $0) }
        }
    }

    private let sources: PublishedInput

    init() throws {
        sources = try PublishedInput(LawInput.generated(seed: 61, withConflicts: true), Sources.all[0], seed: 61)
    }

    /// Makes a warehouse of an older version, with a killed run and a line in quarantine that would be accepted now.
    private func left(by older: Older) throws -> LawWarehouse {
        let warehouse = try LawWarehouse(older.warehouse, hasTables: false)
        try older.warehouse.migrate(warehouse.fixture, to: older.version)
        let database = try warehouse.fixture.database()
        let line = database.literal(Array(ConformanceLines.event(1).utf8))
        let hash = database.literal([UInt8](repeating: 0, count: 32))
        try database.execute(
            """
            INSERT INTO load_run (run_id, started_at, outcome, read, rejected)
            VALUES (4, \(database.literal(time: 5)), 'running', 1, 1);
            INSERT INTO rejected_record (source, line, byte_offset, rule, message, raw, port, raw_hash, run_id)
            VALUES ('a', 1, 0, 'invalid_score', 'wrong', \(line), 'events', \(hash), 4)
            """)
        return warehouse
    }

    private func content(_ warehouse: LawWarehouse) throws -> [String] {
        try warehouse.fixture.database().everything()
    }

    @Test(arguments: Older.all)
    func aLoad(_ older: Older) throws {
        let warehouse = try left(by: older)
        let before = try content(warehouse)
        let dry = try load(warehouse, isDryRun: true)
        #expect(try content(warehouse) == before)
        let real = try load(warehouse, isDryRun: false)
        #expect(dry.run.id == 5 && real.run.id == 5)
        #expect(dry.run.outcome == .completed)
        #expect(dry.run.counts == real.run.counts && real.run.counts.rejected > 0)
        #expect(dry.rejectedByRule == real.rejectedByRule && dry.warningsByReason == real.warningsByReason)
        #expect(dry.sources.map(\.counts) == real.sources.map(\.counts))
        #expect(dry.rowsBefore.map(\.rows) == real.rowsBefore.map(\.rows))
        #expect(dry.rows.map(\.rows) == real.rows.map(\.rows))
        #expect(dry.refresh == real.refresh)
        let runs = try warehouse.rows("SELECT run_id, outcome FROM load_run ORDER BY run_id")
        #expect(runs == ["4|interrupted", "5|completed"])
    }

    private func load(_ warehouse: LawWarehouse, isDryRun: Bool) throws -> LoadReport {
        try warehouse.run(
            movies: sources.movies, events: sources.events, sizes: .small, changing: { $0.isDryRun = isDryRun })
    }

    @Test(arguments: Older.all)
    func aRetry(_ older: Older) throws {
        let warehouse = try left(by: older)
        let before = try content(warehouse)
        let dry = try retry(warehouse, isDryRun: true)
        #expect(try content(warehouse) == before)
        let real = try retry(warehouse, isDryRun: false)
        #expect(dry.run.id == 5 && real.run.id == 5)
        #expect(dry.run.counts == real.run.counts && real.run.counts.accepted == 1)
        #expect(dry.refresh == real.refresh && real.refresh.refreshedDays == 1)
        let open = "SELECT count(*) FROM rejected_record WHERE cured_run_id IS NULL OR cured_run_id <> 5"
        #expect(try warehouse.integer(open) == 0)
    }

    private func retry(_ warehouse: LawWarehouse, isDryRun: Bool) throws -> QuarantineReport {
        try warehouse.retry(LawClock.clock, isDryRun: isDryRun)
    }

    /// An error in the middle of a dry run changes nothing either.
    @Test(arguments: Warehouses.present, FaultyWarehouse.Manner.allCases)
    func oneThatBreaksDown(_ kind: WarehouseKind, _ manner: FaultyWarehouse.Manner) throws {
        let warehouse = try left(by: Older(warehouse: kind, version: 1))
        let before = try content(warehouse)
        #expect(throws: Fault.self) {
            try warehouse.run(
                movies: sources.movies, events: sources.events, sizes: .small,
                through: { FaultyWarehouse($0, at: .refreshMarts, manner: manner) },
                changing: { $0.isDryRun = true })
        }
        #expect(try content(warehouse) == before)
        #expect(try load(warehouse, isDryRun: false).run.outcome == .completed)
    }
}
