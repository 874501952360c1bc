import Domain
import Fixtures
import Pipeline
import Testing

/// The metrics and their text.
@Suite struct MetricsTests {
    @Test func theTextIsThatOfPrometheus() {
        let metrics = [
            Metric(
                "lines_total", .counter, "Lines\\ of\na run.",
                [
                    .init([.init("port", "a\"b\\c\nd"), .init("outcome", "x")], 1_234_567), .init([], 0),
                ]),
            Metric("age_seconds", "Age.", 0.25), Metric("big", "B.", 1e18), Metric("none", "N.", .nan),
        ]
        #expect(
            Metric.text(metrics) == #"""
                # HELP reelhouse_lines_total Lines\\ of\na run.
                # TYPE reelhouse_lines_total counter
                reelhouse_lines_total{port="a\"b\\c\nd",outcome="x"} 1234567
                reelhouse_lines_total 0
                # HELP reelhouse_age_seconds Age.
                # TYPE reelhouse_age_seconds gauge
                reelhouse_age_seconds 0.25
                # HELP reelhouse_big B.
                # TYPE reelhouse_big gauge
                reelhouse_big 1e+18
                # HELP reelhouse_none N.
                # TYPE reelhouse_none gauge
                reelhouse_none NaN

                """#)
    }

    /// The value of each series by its name with its labels.
    private func values(_ warehouse: LawWarehouse, now: Int64) throws -> [String: Double] {
        let lines = try Metric.text(WarehouseMetrics(of: warehouse.fixture.reader(), now: now).all)
            .split(separator: "\n").filter { !$0.hasPrefix("#") }
        return Dictionary(
            uniqueKeysWithValues: lines.map { line in
                let space = line.lastIndex(of: " ") ?? line.startIndex
                return (String(line[..<space]), Double(line[line.index(after: space)...]) ?? -1)
            })
    }

    @Test(arguments: Warehouses.present)
    func theNumbersAreThoseOfTheWarehouse(_ kind: WarehouseKind) throws {
        let lines = try LawInput.generated(seed: 16, movies: 60, events: 1500, users: 60, days: 2, dirt: 0.05)
        let sources = try PublishedInput(lines, Sources.all[0])
        let warehouse = try LawWarehouse(kind)
        let empty = try values(warehouse, now: LawClock.clock.now)
        #expect(empty["reelhouse_last_success_timestamp_seconds"] == 0)
        #expect(empty["reelhouse_lines_total{outcome=\"accepted\"}"] == 0)
        let report = try warehouse.run(movies: sources.movies, events: sources.events)
        let counts = report.run.counts
        let found = try values(warehouse, now: LawClock.clock.now + 60_000)
        // Every series is there from the first run on.
        #expect(empty.keys.sorted() == found.keys.sorted())
        for rule in CleaningRule.allCases {
            let rejected = Double(report.rejectedByRule[rule] ?? 0)
            #expect(found["reelhouse_rejected_lines_total{rule=\"\(rule.rawValue)\"}"] == rejected)
            #expect(found["reelhouse_last_run_rejected_lines{rule=\"\(rule.rawValue)\"}"] == rejected)
        }
        #expect(counts.rejected > 0)
        for (outcome, count) in [
            ("accepted", counts.accepted), ("duplicate", counts.duplicates), ("rejected", counts.rejected),
        ] {
            #expect(found["reelhouse_lines_total{outcome=\"\(outcome)\"}"] == Double(count))
            #expect(found["reelhouse_last_run_lines{outcome=\"\(outcome)\"}"] == Double(count))
            let ofSources = SourcePort.allCases.map {
                found["reelhouse_source_lines{port=\"\($0.rawValue)\",outcome=\"\(outcome)\"}"] ?? -1
            }
            #expect(ofSources.reduce(0, +) == Double(count))
        }
        let events = try warehouse.integer("SELECT count(*) FROM fact_user_event")
        #expect(found["reelhouse_table_rows{table=\"fact_user_event\"}"] == Double(events))
        #expect(found["reelhouse_runs_total{outcome=\"completed\"}"] == 1)
        #expect(found["reelhouse_last_run_outcome{outcome=\"completed\"}"] == 1)
        #expect(found["reelhouse_last_run_outcome{outcome=\"failed\"}"] == 0)
        #expect(found["reelhouse_last_success_timestamp_seconds"] == Double(LawClock.clock.now) / 1000)
        let time = try warehouse.fixture.reader().newestEventTime()
        let newest = try #require(time)
        #expect(found["reelhouse_newest_event_timestamp_seconds"] == Double(newest) / 1000)
        #expect(found["reelhouse_newest_event_age_seconds"] == Double(LawClock.clock.now + 60_000 - newest) / 1000)
        #expect(found["reelhouse_marts_stale"] == 0 && found["reelhouse_warehouse_up"] == 1)
        try warehouse.fixture.database().execute("UPDATE load_run SET outcome = 'failed'")
        let failed = try values(warehouse, now: LawClock.clock.now)
        #expect(failed["reelhouse_runs_total{outcome=\"failed\"}"] == 1)
        #expect(failed["reelhouse_last_success_timestamp_seconds"] == 0)
    }

    /// A day that is to be counted anew has none.
    @Test(arguments: Warehouses.present)
    func activeUsersAreThoseOfTheNewestDayThatHasThem(_ kind: WarehouseKind) throws {
        let warehouse = try LawWarehouse(kind)
        let empty = try values(warehouse, now: 0)
        #expect(empty["reelhouse_active_users"] == 0)
        let columns = MartTables.siteDaily.columns.filter { !$0.isNullable && $0.name != "day" }.map(\.name)
        let zeros = columns.map { _ in "0" }.joined(separator: ", ")
        let rows = [("2026-11-19", "7"), ("2026-11-20", "5"), ("2026-11-21", "NULL")]
            .map { "('\($0)', \($1), \(zeros))" }
        try warehouse.fixture.database().execute(
            """
            INSERT INTO site_daily (day, active_users, \(columns.joined(separator: ", ")))
            VALUES \(rows.joined(separator: ", "))
            """)
        let found = try values(warehouse, now: 0)
        #expect(found["reelhouse_active_users"] == 5)
        #expect(found["reelhouse_active_users_day_timestamp_seconds"] == 1_795_132_800)
    }
}
