import Domain
import Pipeline
import SQLite
import Schema
import TestSupport
import Testing

/// A dry run of a warehouse that an older version wrote and a killed run left: it tells what a run would do, and leaves
/// all as it was.
@Suite struct DryRunTests {
    private let warehouse: LawWarehouse
    private let input: (movies: [String], events: [String])

    init() throws {
        warehouse = try LawWarehouse()
        var chance = Chance(seed: 61)
        let lines = try LawInput.generated(seed: 61, withConflicts: true)
        input = (
            try lines.writeMovies(into: warehouse.folder, named: "in", parts: 1, &chance),
            try lines.writeEvents(into: warehouse.folder, named: "in", parts: 2, &chance)
        )
    }

    /// The versions that lack a migration.
    static let versions = 1..<Schema.sqlite.count

    /// Makes the warehouse as a version left it, with a run that was killed and a line in quarantine that is fine now.
    private func leave(version: Int) throws {
        let connection = try Connection(path: warehouse.path, access: .readWrite)
        for migration in Schema.sqlite.prefix(version) {
            try connection.execute(migration.sql)
            try connection.execute("INSERT INTO schema_migration VALUES (\(migration.version), '\(migration.name)', 7)")
        }
        try connection.execute(
            """
            INSERT INTO load_run (run_id, started_at, outcome, read, rejected) VALUES (4, 5, 'running', 1, 1);
            INSERT INTO rejected_record (source, line, byte_offset, rule, message, raw, port, raw_hash, run_id)
            VALUES ('a', 1, 0, 'invalid_score', 'wrong', CAST('\(ConformanceLines.event(1))' AS BLOB), 'events',
            zeroblob(32), 4)
            """)
    }

    /// All that the file says: its schema, and the rows of each of its tables.
    private func content() throws -> [String] {
        let database = try Database(path: warehouse.path)
        let tables = try database.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        return try database.rows("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema")
            + tables.flatMap { name in try database.literals(of: name).map { "\(name) \($0)" } }
    }

    @Test(arguments: versions)
    func aLoad(version: Int) throws {
        try leave(version: version)
        let before = try content()
        let dry = try load(isDryRun: true)
        #expect(try content() == before)
        let real = try load(isDryRun: false)
        #expect(dry.run.id == 5 && real.run.id == 5)
        #expect(dry.run.outcome == .completed)
        #expect(dry.run.counts == real.run.counts && real.run.counts.rejected > 0)
        #expect(dry.rejectedByRule == real.rejectedByRule && dry.warningsByReason == real.warningsByReason)
        #expect(dry.sources.map(\.counts) == real.sources.map(\.counts))
        #expect(dry.rowsBefore.map(\.rows) == real.rowsBefore.map(\.rows))
        #expect(dry.rows.map(\.rows) == real.rows.map(\.rows))
        #expect(dry.refresh == real.refresh)
        let runs = try Database(path: warehouse.path).rows("SELECT run_id || outcome FROM load_run ORDER BY run_id")
        #expect(runs == ["4interrupted", "5completed"])
    }

    private func load(isDryRun: Bool) throws -> LoadReport {
        try warehouse.run(movies: input.movies, events: input.events, sizes: .small, isDryRun: isDryRun)
    }

    @Test(arguments: versions)
    func aRetry(version: Int) throws {
        try leave(version: version)
        let before = try content()
        let dry = try retry(isDryRun: true)
        #expect(try content() == before)
        let real = try retry(isDryRun: false)
        #expect(dry.run.id == 5 && real.run.id == 5)
        #expect(dry.run.counts == real.run.counts && real.run.counts.accepted == 1)
        #expect(dry.refresh == real.refresh && real.refresh.refreshedDays == 1)
        let open = "SELECT count(*) FROM rejected_record WHERE cured_run_id IS NOT 5"
        #expect(try Database(path: warehouse.path).integer(open) == 0)
    }

    private func retry(isDryRun: Bool) throws -> QuarantineReport {
        try QuarantineWarehouse(path: warehouse.path).retry(LawClock.clock, isDryRun: isDryRun)
    }

    /// An error in the middle of it leaves all as it was as well.
    @Test(arguments: FaultyWarehouse.Manner.allCases)
    func oneThatBreaksDown(_ manner: FaultyWarehouse.Manner) throws {
        try leave(version: 1)
        let before = try content()
        #expect(throws: Fault.self) {
            try warehouse.run(movies: input.movies, events: input.events, sizes: .small, isDryRun: true) {
                FaultyWarehouse($0, at: .refreshMarts, manner: manner)
            }
        }
        #expect(try content() == before)
        #expect(try load(isDryRun: false).run.outcome == .completed)
    }
}
