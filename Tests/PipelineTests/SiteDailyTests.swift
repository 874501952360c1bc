import Domain
import Fixtures
import Pipeline
import Testing

/// `site_daily` is a function of the tables alone, whatever the runs, transactions and order that they came in.
@Suite struct SiteDailyTests {
    private static let midnight = Int64(LawClock.day - 2) * CivilDate.millisecondsPerDay

    /// An event at a time of an hour from a midnight.
    private static func event(
        _ hours: Double, user: Int, session: String? = nil, type: String = "click", metadata: String = ""
    ) -> [UInt8] {
        let time = midnight + Int64(hours * 3_600_000)
        let session = session.map { "\"session_id\":\"\($0)\"," } ?? ""
        let movie = type == "search" ? "" : "\"movie_id\":1,"
        return Array(
            ("{\"event_type\":\"\(type)\",\"event_time\":\(time),\"user_id\":\(user),\(session)\(movie)"
                + "\"metadata\":{\(metadata)}}").utf8)
    }

    /// Random events of few users and sessions around some midnights.
    private static func events(_ count: Int, _ chance: inout Chance) -> [[UInt8]] {
        (0..<count).map { _ in
            let hours = Double(chance.next() % 12) / 2 - 3 + chance.pick([-480, -48, -24, 0, 24])
            let user = Int(chance.next() % 9) + 1
            let session = chance.isLucky(oneIn: 3) ? nil : "s\(chance.next() % 12)"
            switch chance.next() % 5 {
            case 0: return event(hours, user: user, session: session, type: "search", metadata: "\"query\":\"x\"")
            case 1:
                let score = chance.pick(["7.35", "0.5", "10", "null", "9.999"])
                return event(hours, user: user, session: session, type: "rate", metadata: "\"score\":\(score)")
            case 2: return event(hours, user: user, session: session, type: "view")
            default: return event(hours, user: user, session: session)
            }
        }
    }

    private func load(
        _ events: [[UInt8]], into warehouse: LawWarehouse, sizes: LawWarehouse.Sizes = LawWarehouse.Sizes(),
        named name: String
    ) throws -> LoadReport {
        let lines = LawInput(movies: [], events: events)
        let sources = try PublishedInput(lines, Sources.all[0], eventParts: 1, named: name)
        let report = try warehouse.run(events: sources.events, sizes: sizes)
        #expect(report.run.counts.rejected == 0)
        return report
    }

    @Test(arguments: Warehouses.present)
    func hasTheNumbersOfItsDefinition(_ kind: WarehouseKind) throws {
        let warehouse = try LawWarehouse(kind)
        let events = [
            Self.event(1, user: 1, session: "a"), Self.event(2.5, user: 1, session: "a", type: "view"),
            Self.event(3, user: 2, type: "rate", metadata: "\"score\":7.5"),
            Self.event(4, user: 1, type: "rate", metadata: "\"score\":null"),
            Self.event(23, user: 3, session: "b"), Self.event(25, user: 3, session: "b", type: "search"),
            Self.event(26, user: 1, type: "comment_vote", metadata: "\"comment_id\":\"c\",\"vote\":1"),
        ]
        _ = try load(events, into: warehouse, named: "in")
        let (day, next) = (CivilDate.text(ofDay: LawClock.day - 2), CivilDate.text(ofDay: LawClock.day - 1))
        // 5,400 s and 7,200 s are a mean of 6,300 s.
        let expected = [
            "\(day)|5|2|1|0|0|0|2|0|0|0|0|3|3|2|12600000|1|7500|6300000000|7500000",
            "\(next)|2|0|0|0|0|0|0|0|0|0|0|2|0|0|0|0|0|NULL|NULL",
        ]
        #expect(try warehouse.rows(SiteDailyOracle.query) == expected)
        #expect(try SiteDailyOracle.rows(of: warehouse) == expected)
    }

    /// Runs of any size, each in transactions of any size, with lines again and in any order.
    @Test(arguments: Warehouses.present, [1, 2, 3, 4, 5, 6])
    func equalsTheDefinitionAfterEachRun(_ kind: WarehouseKind, seed: UInt64) throws {
        var chance = Chance(seed: seed)
        let warehouse = try LawWarehouse(kind)
        var all: [[UInt8]] = []
        for run in 0..<Int(chance.next() % 4) + 2 {
            var lines = Self.events(Int(chance.next() % 120) + 1, &chance)
            if chance.isLucky(oneIn: 2) { lines += all.shuffled(using: &chance).prefix(40) }
            lines.shuffle(using: &chance)
            all += lines
            var sizes = LawWarehouse.Sizes.small
            sizes.groupRows = Int(chance.next() % 20) + 1
            sizes.transactionLines = Int64(chance.pick([5, 30, 500]))
            _ = try load(lines, into: warehouse, sizes: sizes, named: "run\(run)")
            #expect(try warehouse.rows(SiteDailyOracle.query) == SiteDailyOracle.rows(of: warehouse))
            #expect(try warehouse.faults() == [])
        }
    }

    @Test(arguments: LawInput.Kind.allCases, Warehouses.present)
    func equalsTheDefinitionOfAllKindsOfLines(_ lines: LawInput.Kind, _ kind: WarehouseKind) throws {
        let warehouse = try LawWarehouse(kind)
        let sources = try PublishedInput(LawInput(lines, seed: 7), Sources.all[0], eventParts: 3)
        try warehouse.run(movies: sources.movies, events: sources.events, sizes: .small)
        #expect(try warehouse.rows(SiteDailyOracle.query) == SiteDailyOracle.rows(of: warehouse))
    }

    /// The facts of a day are counted only where users had events both before and after it.
    @Test(arguments: Warehouses.present)
    func countsOnlyTheDaysThatNothingElseTells(_ kind: WarehouseKind) throws {
        let warehouse = try LawWarehouse(kind)
        func recounted(_ events: [[UInt8]], _ name: String) throws -> Int64 {
            let report = try load(
                events, into: warehouse, sizes: .init(groupRows: 1, transactionLines: 1), named: name)
            #expect(try warehouse.rows(SiteDailyOracle.query) == SiteDailyOracle.rows(of: warehouse))
            return report.refresh.recountedDays
        }
        let days = (0..<5).flatMap { day in
            (1...3).map { Self.event(Double(day - 2) * 24 + Double($0), user: $0, session: "s\(day)\($0)") }
        }
        #expect(try recounted(days, "inOrder") == 0, "what comes in the order of time is never counted again")
        #expect(try recounted([Self.event(20, user: 8)], "newUser") == 0)
        #expect(try recounted([Self.event(-70, user: 8)], "earlierFirstVisit") == 0)
        #expect(try recounted([Self.event(-49, user: 3, session: "s03")], "earlierSession") == 0)
        #expect(try recounted([Self.event(21, user: 8), Self.event(22, user: 8)], "sameDay") == 0)
        #expect(try recounted([Self.event(20, user: 2)], "between") == 1)
        #expect(try recounted([Self.event(-20, user: 8)], "betweenAndNew") == 1)
        #expect(try recounted([], "nothing") == 0)
    }

    /// Where there are facts and no days, the next run computes all of them, with the digits that runs add up.
    @Test(arguments: Warehouses.present)
    func fillsAnEmptyMart(_ kind: WarehouseKind) throws {
        let warehouse = try LawWarehouse(kind)
        var chance = Chance(seed: 8)
        for run in 0..<3 { _ = try load(Self.events(80, &chance), into: warehouse, named: "run\(run)") }
        let before = try warehouse.digest()["site_daily"]
        try warehouse.fixture.database().execute("DELETE FROM site_daily")
        #expect(try !warehouse.faults().isEmpty)
        _ = try load([], into: warehouse, named: "none")
        #expect(try warehouse.digest()["site_daily"] == before)
        #expect(try warehouse.faults() == [])
    }

    /// A warehouse of the version before this mart can be read, and gets the mart with its first run.
    @Test(arguments: Warehouses.present.filter { $0.name == WarehouseKind.sqlite.name })
    func fillsAnOlderWarehouse(_ kind: WarehouseKind) throws {
        let loaded = try LawWarehouse(kind)
        var chance = Chance(seed: 9)
        _ = try load(Self.events(200, &chance), into: loaded, named: "in")
        let warehouse = try LawWarehouse(kind, hasTables: false)
        let version = try #require(kind.migrations.first { $0.name.hasSuffix("_site_daily") }?.version)
        try kind.migrate(warehouse.fixture, to: version - 1)
        let file = try #require(loaded.fixture.file)
        let tables = ["users", "dim_session", "fact_user_event", "load_row_count"]
        try warehouse.fixture.database().execute(
            "ATTACH '\(file)' AS loaded;" + tables.map { "INSERT INTO main.\($0) SELECT * FROM loaded.\($0);" }.joined()
        )
        #expect(try warehouse.fixture.reader().rowCounts().allSatisfy { $0.table != "site_daily" })
        #expect(try warehouse.digest()["site_daily"] == nil)
        #expect(try warehouse.fixture.reader().martState().isStale == false)
        #expect(try warehouse.faults() == [])
        _ = try load(Self.events(30, &chance), into: warehouse, named: "later")
        #expect(try warehouse.rows(SiteDailyOracle.query) == SiteDailyOracle.rows(of: warehouse))
        #expect(try warehouse.faults() == [])
    }
}
