import Domain
import Fixtures
import Schema
import TestSupport
import Testing

@testable import Pipeline

/// The built-in checks: none finds anything in a warehouse that was loaded well, and each finds its defect.
@Suite struct WarehouseCheckTests {
    /// A fault that a check has to find.
    struct Defect: Sendable, CustomTestStringConvertible {
        let check: String
        /// What another program does to the warehouse.
        var sql: @Sendable (any TestDatabase) throws -> String = { _ in "" }
        /// What the clock is moved by, in days.
        var days: Int64 = 0
        var set: [String] = []

        init(_ check: String, _ sql: String) {
            self.check = check
            self.sql = { _ in sql }
        }

        init(
            _ check: String, days: Int64 = 0, set: [String] = [],
            sql: (@Sendable (any TestDatabase) throws -> String)? = nil
        ) {
            self.check = check
            self.days = days
            self.set = set
            if let sql { self.sql = sql }
        }

        var testDescription: String { check }
    }

    private static let oneWatch = "(event_time, event_id) = (SELECT event_time, event_id FROM watch_history LIMIT 1)"

    private static let oneDay = "day = (SELECT min(day) FROM site_daily)"

    /// One row of a table of what a user says of a movie.
    private static func one(_ table: String) -> String {
        "(user_id, movie_id) = (SELECT user_id, movie_id FROM \(table) LIMIT 1)"
    }

    static let defects: [Defect] = [
        Defect("lines_add_up", "UPDATE load_run SET accepted = accepted + 1"),
        Defect("lines_add_up", "UPDATE load_checkpoint SET rejected = rejected + 1"),
        Defect("sources_within_runs", "UPDATE load_run SET read = 0, accepted = 0, duplicates = 0, rejected = 0"),
        Defect("accepted_lines_have_rows", "DELETE FROM fact_user_event WHERE event_type = 'view'"),
        Defect("accepted_lines_have_rows", "UPDATE load_run SET read = read - accepted, accepted = 0"),
        Defect(
            "rejected_lines_kept",
            "DELETE FROM rejected_record WHERE rejected_id = (SELECT min(rejected_id) FROM rejected_record)"),
        Defect("rejected_lines_by_run", "UPDATE load_run SET read = read - 1, rejected = rejected - 1"),
        Defect("row_counts", "DELETE FROM watch_history WHERE \(oneWatch)"),
        Defect(
            "facts_have_users_and_sessions",
            "DELETE FROM users WHERE user_id = (SELECT user_id FROM fact_user_event LIMIT 1)"),
        Defect(
            "facts_have_users_and_sessions",
            """
            DELETE FROM dim_session
            WHERE session_id = (SELECT session_id FROM fact_user_event WHERE session_id IS NOT NULL LIMIT 1)
            """),
        Defect("watches_are_facts", "DELETE FROM watch_history WHERE \(oneWatch)"),
        Defect("watches_are_facts", "DELETE FROM fact_user_event WHERE \(oneWatch)"),
        Defect("behaviour_has_users", "DELETE FROM users WHERE user_id = (SELECT user_id FROM ratings LIMIT 1)"),
        Defect("behaviour_has_users", "DELETE FROM users WHERE user_id = (SELECT user_id FROM dim_session LIMIT 1)"),
        Defect("opinions_are_there", "DELETE FROM ratings WHERE \(one("ratings"))"),
        Defect("opinions_are_there", "DELETE FROM reactions WHERE \(one("reactions"))"),
        Defect("opinions_are_there", "DELETE FROM watchlist WHERE \(one("watchlist"))"),
        Defect("opinions_are_there") {
            // A rating that is older than the last one of its user and movie.
            "UPDATE ratings SET event_time = \($0.literal(time: 0)) WHERE \(one("ratings"))"
        },
        Defect(
            "movies_have_snapshots",
            "DELETE FROM movie_popularity WHERE movie_id = (SELECT min(movie_id) FROM movie_popularity)"),
        Defect(
            "movie_lists_have_movies", "DELETE FROM movies WHERE movie_id = (SELECT movie_id FROM movie_cast LIMIT 1)"),
        Defect("movie_lists_have_entries", "DELETE FROM genres"),
        Defect("movie_lists_have_entries", "DELETE FROM people"),
        Defect("movie_lists_have_entries", "DELETE FROM production_countries"),
        Defect(
            "movie_daily_matches_facts",
            "UPDATE movie_daily SET events = events + 1 WHERE day = (SELECT min(day) FROM movie_daily)"),
        Defect("movie_daily_matches_facts", "DELETE FROM movie_daily WHERE day = (SELECT min(day) FROM movie_daily)"),
        Defect(
            "genre_daily_matches_movie_daily",
            "DELETE FROM genre_daily WHERE genre_id = (SELECT min(genre_id) FROM genre_daily)"),
        Defect("site_daily_matches_facts", "UPDATE site_daily SET events = events + 1"),
        Defect("site_daily_matches_facts", "UPDATE site_daily SET active_users = active_users - 1"),
        Defect("site_daily_matches_facts", "UPDATE site_daily SET new_users = new_users + 1 WHERE \(oneDay)"),
        Defect("site_daily_matches_facts", "UPDATE site_daily SET sessions = sessions + 1 WHERE \(oneDay)"),
        Defect("site_daily_matches_facts", "DELETE FROM site_daily WHERE \(oneDay)"),
        Defect(
            "site_daily_matches_facts",
            "DELETE FROM dim_session WHERE session_id = (SELECT min(session_id) FROM dim_session)"),
        Defect("top_movies_is_whole", "DELETE FROM top_movies"),
        Defect("top_movies_is_whole", "DELETE FROM top_movies WHERE position = 2"),
        Defect("top_movies_is_whole", "DELETE FROM top_movies WHERE position = (SELECT max(position) FROM top_movies)"),
        Defect("trending_is_whole", "DELETE FROM trending"),
        Defect("trending_is_whole", "DELETE FROM trending WHERE position = 1"),
        Defect("trending_is_whole", "DELETE FROM trending WHERE position = (SELECT max(position) FROM trending)"),
        Defect("marts_are_current", "INSERT INTO load_stale_day (day) VALUES ('2026-11-01')"),
        Defect("marts_are_current", "INSERT INTO load_pending_movie (movie_id, changes_facts) VALUES (1, '1')"),
        Defect(
            "facts_are_enriched",
            """
            UPDATE fact_user_event SET movie_known = NOT movie_known
            WHERE movie_id = (SELECT movie_id FROM fact_user_event WHERE movie_known LIMIT 1)
            """),
        Defect("events_are_fresh", days: 4),
        Defect("events_are_fresh", set: ["freshness=1ms"]),
        Defect("movies_are_fresh", days: 40),
        Defect("runs_are_fresh", days: 3),
        Defect("last_run_ended_well", "UPDATE load_run SET outcome = 'failed', error = 'the disk is full'"),
        Defect("last_run_ended_well", "UPDATE load_run SET outcome = 'interrupted'"),
        Defect("run_is_as_large_as_usual") { runs($0, accepted: [90, 100, 110, 100, 0, 100, 301]) },
        Defect("run_is_as_large_as_usual") { runs($0, accepted: [90, 100, 110, 100, 5000, 100, 33]) },
        Defect(
            "few_lines_are_rejected",
            "UPDATE load_run SET read = 1000, accepted = 890, duplicates = 0, rejected = 110"),
        Defect("values_are_there", "UPDATE dim_session SET device = NULL"),
        Defect("values_are_there", "UPDATE movies SET release_date = NULL"),
        Defect("values_are_there", "DELETE FROM movie_genres"),
        Defect("facts_are_possible", "UPDATE fact_user_event SET score = 10.5 WHERE event_type = 'rate'"),
        Defect("facts_are_possible", "UPDATE fact_user_event SET seconds = -1 WHERE event_type = 'watch'"),
        Defect("facts_are_possible", "UPDATE fact_user_event SET event_type = 'jump' WHERE event_type = 'click'"),
        Defect("facts_are_possible", "UPDATE fact_user_event SET movie_id = NULL WHERE event_type = 'click'"),
        Defect("facts_are_possible", set: ["earliest=2030-01-01"]),
        Defect("events_are_past", days: -20),
        Defect("opinions_are_possible", "UPDATE ratings SET score = 0"),
        Defect("opinions_are_possible", "UPDATE reactions SET reaction = 'love'"),
        Defect("opinions_are_possible", "UPDATE watchlist SET status = 'burnt'"),
        Defect("opinions_are_possible", "UPDATE watch_history SET watched_seconds = -1"),
        Defect("times_are_in_order") { "UPDATE users SET last_seen = \($0.literal(time: 0))" },
        Defect("times_are_in_order") { "UPDATE dim_session SET ended_at = \($0.literal(time: 0))" },
        Defect("movies_are_plausible", "UPDATE movies SET vote_average = 11"),
        Defect("movies_are_plausible", "UPDATE movies SET release_date = '1799-01-01'"),
        Defect("movies_are_plausible", "UPDATE movies SET snapshot_date = '2999-01-01'"),
        Defect(
            "event_ids_have_one_time",
            """
            UPDATE fact_user_event SET event_id = (SELECT event_id FROM fact_user_event ORDER BY event_time LIMIT 1)
            WHERE event_time = (SELECT max(event_time) FROM fact_user_event)
            """),
    ]

    /// Runs that accepted these numbers of lines, after the one that is there.
    private static func runs(_ database: any TestDatabase, accepted: [Int]) -> String {
        let time = database.literal(time: LawClock.clock.now)
        return accepted.enumerated().map { number, lines in
            """
            INSERT INTO load_run (run_id, started_at, ended_at, outcome, read, accepted)
            VALUES (\(100 + number), \(time), \(time), 'completed', \(lines), \(lines))
            """
        }.joined(separator: ";")
    }

    private static func loaded(_ kind: WarehouseKind) throws -> LawWarehouse {
        let lines = try LawInput.generated(seed: 16, movies: 60, events: 1500, users: 60, days: 2, dirt: 0.05)
        let sources = try PublishedInput(lines, Sources.all[0])
        let warehouse = try LawWarehouse(kind)
        try warehouse.run(movies: sources.movies, events: sources.events)
        return warehouse
    }

    private static func builtIn() throws -> CheckSet {
        try CheckSet([CheckFile(name: "schema/checks.sql", text: Schema.checks)])
    }

    /// What checks find, as of some days after the load.
    static func report(
        _ set: CheckSet, _ warehouse: LawWarehouse, days: Int64 = 0,
        changing change: (inout WarehouseChecks.Options) -> Void = { _ in }
    ) throws -> CheckReport {
        let clock = RunClock(now: LawClock.clock.now + days * CivilDate.millisecondsPerDay)
        var options = WarehouseChecks.Options(clock: clock)
        change(&options)
        return try WarehouseChecks(set, of: warehouse.fixture.reader(), options, wallClock: { 0 }).run()
    }

    /// Changes a warehouse as no program should: constraints do not hold.
    private static func corrupt(_ warehouse: LawWarehouse, _ sql: (any TestDatabase) throws -> String) throws {
        let database = try warehouse.fixture.database()
        try database.execute(
            warehouse.fixture.file != nil
                ? "PRAGMA ignore_check_constraints = ON"
                : """
                SET session_replication_role = replica;
                ALTER TABLE load_run DROP CONSTRAINT load_run_check;
                ALTER TABLE load_checkpoint DROP CONSTRAINT load_checkpoint_check
                """)
        try database.execute(sql(database))
    }

    @Test(arguments: Warehouses.present)
    func nothingIsFoundInAGoodWarehouse(_ kind: WarehouseKind) throws {
        let warehouse = try Self.loaded(kind)
        let report = try Self.report(Self.builtIn(), warehouse)
        for result in report.results where result.outcome == .found {
            Issue.record("\(result.check.name): \(result.columns) \(result.rows)")
        }
        #expect(report.failure == nil)
        #expect(report.passed.count == report.results.count)
    }

    @Test(arguments: Warehouses.present)
    func nothingIsFoundInAnEmptyWarehouse(_ kind: WarehouseKind) throws {
        let report = try Self.report(Self.builtIn(), LawWarehouse(kind))
        #expect(report.failed.isEmpty && report.warned.isEmpty)
    }

    @Test func everyCheckHasADefect() throws {
        #expect(try Set(Self.builtIn().checks.map(\.name)) == Set(Self.defects.map(\.check)))
    }

    @Test(arguments: Warehouses.present, defects)
    func aCheckFindsItsDefect(_ kind: WarehouseKind, _ defect: Defect) throws {
        let warehouse = try Self.loaded(kind)
        var set = try Self.builtIn()
        try set.select(only: [defect.check], skip: [])
        let good = try Self.report(set, warehouse)
        #expect(good.passed.count == 1, "\(good.results.map(\.rows))")
        try Self.corrupt(warehouse, defect.sql)
        for assignment in defect.set { try set.set(assignment) }
        let report = try Self.report(set, warehouse, days: defect.days)
        let result = try #require(report.results.first)
        #expect(result.outcome == .found && result.count > 0 && !result.rows.isEmpty)
        #expect(result.rows.allSatisfy { $0.count == result.columns.count })
        #expect((report.failure == nil) == (result.check.level == .warn))
    }

    /// With few runs, runs that read nothing, or a run of usual size there is nothing to say.
    @Test(arguments: Warehouses.present, [[100, 100, 1000], [0, 0, 0, 0, 0, 0, 1], [100, 100, 100, 100, 100, 40]])
    func aRunIsNotCalledUnusualWithoutReason(_ kind: WarehouseKind, _ accepted: [Int]) throws {
        let warehouse = try LawWarehouse(kind)
        try Self.corrupt(warehouse) { Self.runs($0, accepted: accepted) }
        var set = try Self.builtIn()
        try set.select(only: ["run_is_as_large_as_usual"], skip: [])
        #expect(try Self.report(set, warehouse).passed.count == 1)
    }
}
