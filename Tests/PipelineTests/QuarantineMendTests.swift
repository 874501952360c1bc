import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// Lines in quarantine that a person has corrected, and lines that cannot be tried.
@Suite struct QuarantineMendTests {
    private let clock = DirtyInput.late

    /// A warehouse and sources that are loaded into it.
    private struct Bench {
        let warehouse: LawWarehouse
        let fixture: any SourceFixture

        init(_ kind: WarehouseKind) throws {
            warehouse = try LawWarehouse(kind)
            fixture = try Sources.all[0].make()
        }

        /// Publishes a source of events.
        func events(_ name: String, _ lines: [String]) throws -> any PublishedSources {
            try fixture.publish([lines.map { SourceLine($0) }], port: .events, named: name)
        }

        /// Publishes a source of movies of one snapshot date.
        func movies(_ name: String, _ lines: [String]) throws -> any PublishedSources {
            // 2026-10-01
            try fixture.publish([lines.map { SourceLine($0, snapshotDay: 20_727) }], port: .movies, named: name)
        }
    }

    private static func rate(_ id: Int, score: String, movie: Int = 603) -> String {
        """
        {"event_id":"00000000-0000-4000-8000-00000000000\(id)","event_type":"rate",\
        "event_time":"2026-11-20T10:00:0\(id)Z","user_id":\(id),"movie_id":\(movie),"metadata":{"score":\(score)}}
        """
    }

    @Test(arguments: Warehouses.present)
    func aMendedLineIsLoadedAndOneThatIsStillWrongStaysAsItCame(_ kind: WarehouseKind) throws {
        let bench = try Bench(kind)
        let warehouse = bench.warehouse
        try warehouse.run(events: bench.events("e", (1...3).map { Self.rate($0, score: "11") }), clock: clock)
        let records = try warehouse.openRecords()
        try #require(records.count == 3)
        let (first, second, third) = (records[0], records[1], records[2])
        let before = try warehouse.rejected()

        let report = try warehouse.retry(
            clock,
            lines: .mended([
                MendedLine(
                    id: first.id, raw: Array(Self.rate(1, score: "10").utf8), source: first.rejection.source,
                    line: first.rejection.line),
                // Mended twice: the second finds it gone.
                MendedLine(id: first.id, raw: Array(Self.rate(1, score: "9").utf8)),
                MendedLine(id: second.id, raw: Array(Self.rate(2, score: "true").utf8)),
                // Of another warehouse, or not there.
                MendedLine(id: third.id, raw: Array(Self.rate(3, score: "8").utf8), source: "other"),
                MendedLine(
                    id: third.id, raw: Array(Self.rate(3, score: "8").utf8), line: third.rejection.line + 1000),
                MendedLine(id: third.id + 1000, raw: Array(Self.rate(4, score: "8").utf8)),
            ]))
        #expect(report.run.counts.read == 2)
        #expect(report.run.counts.accepted == 1)
        #expect(report.missing == 4)
        #expect(report.faults.map(\.id) == [second.id])
        #expect(
            report.faults.first?.message
                == "score is true; expected a number from 0.5 to 10, or null to withdraw the rating")
        #expect(try warehouse.rows("SELECT user_id, CAST(score AS INTEGER) FROM ratings") == ["1|10"])
        #expect(try warehouse.openRecords().map(\.id) == [second.id, third.id])
        let after = try warehouse.rejected()
        #expect(after.count == 2 && after.allSatisfy(before.contains))
    }

    @Test(arguments: Warehouses.present)
    func aConflictStaysUntilItsIdIsItsOwn(_ kind: WarehouseKind) throws {
        let bench = try Bench(kind)
        let warehouse = bench.warehouse
        try warehouse.run(
            events: bench.events("e", [Self.rate(1, score: "5"), Self.rate(1, score: "6")]), clock: clock)
        let before = try warehouse.rejected()
        let record = try #require(warehouse.openRecords().first)
        let again = try warehouse.retry(clock)
        #expect(again.rejectedByRule == [.eventIDConflict: 1])
        #expect(try warehouse.rejected() == before)
        let mended = Self.rate(1, score: "6").replacing("000000000001", with: "0000000000ff")
        let report = try warehouse.retry(
            clock, lines: .mended([MendedLine(id: record.id, raw: Array(mended.utf8))]))
        #expect(report.run.counts.accepted == 1)
        #expect(try warehouse.rejected() == [])
        #expect(try warehouse.rows("SELECT CAST(score AS INTEGER) FROM ratings") == ["6"])
    }

    @Test(arguments: Warehouses.present)
    func ofTwoThatAreAcceptedNowAndConflictTheSecondStays(_ kind: WarehouseKind) throws {
        let bench = try Bench(kind)
        let warehouse = bench.warehouse
        try warehouse.run(
            events: bench.events("e", [Self.rate(1, score: "5"), Self.rate(1, score: "6")]),
            clock: RunClock(now: EventRules.earliestTime))
        let before = try warehouse.openRecords()
        #expect(before.map(\.rejection.rule) == [.eventTimeOutOfRange, .eventTimeOutOfRange])
        let report = try warehouse.retry(clock)
        #expect(report.run.counts.accepted == 1)
        let left = try warehouse.openRecords()
        #expect(left.map(\.id) == before.suffix(1).map(\.id))
        #expect(left.map(\.rejection.rule) == [.eventIDConflict])
        #expect(left.map(\.rejection.line) == before.suffix(1).map(\.rejection.line))
        #expect(left.first?.run == report.run.id)
    }

    @Test(arguments: Warehouses.present)
    func aMendedMovieHasTheSnapshotDateThatItCameWithAndItsFactsFollow(_ kind: WarehouseKind) throws {
        let bench = try Bench(kind)
        let warehouse = bench.warehouse
        let events = try bench.events("e", [Self.rate(1, score: "5")])
        let good = #"{"id":603,"title":"The Glass Harbor","release_date":"1999-03-31","vote_count":5,"vote_average":8}"#
        let bad = good.replacing(#""The Glass Harbor""#, with: #"" ""#)
        let facts = "SELECT CASE WHEN movie_known THEN 1 ELSE 0 END, release_year FROM fact_user_event"
        try warehouse.run(movies: bench.movies("bad", [bad]), events: events, clock: clock)
        #expect(try warehouse.rows(facts) == ["0|NULL"])
        let record = try #require(warehouse.openRecords().first)
        let report = try warehouse.retry(clock, lines: .mended([MendedLine(id: record.id, raw: Array(good.utf8))]))
        #expect(report.run.counts.accepted == 1)
        #expect(report.refresh.reenrichedFacts == 1)
        #expect(try warehouse.rows(facts) == ["1|1999"])

        let expected = try LawWarehouse(kind)
        try expected.run(movies: bench.movies("good", [good]), events: events, clock: clock)
        #expect(try warehouse.digest() == expected.digest())
    }

    @Test(arguments: Warehouses.present)
    func movieAndEventLinesTakeTurns(_ kind: WarehouseKind) throws {
        let bench = try Bench(kind)
        let warehouse = bench.warehouse
        var mended: [MendedLine] = []
        for number in 1...6 {
            let isMovie = number % 2 == 0
            let bad = isMovie ? #"{"id":\#(number)}"# : Self.rate(number, score: "11", movie: number + 1)
            let good = isMovie ? #"{"id":\#(number),"title":"T"}"# : Self.rate(number, score: "1", movie: number + 1)
            try warehouse.run(
                movies: isMovie ? bench.movies("\(number)", [bad]) : nil,
                events: isMovie ? nil : bench.events("\(number)", [bad]), clock: clock)
            let record = try #require(warehouse.openRecords().last)
            mended.append(MendedLine(id: record.id, raw: Array(good.utf8)))
        }
        let report = try warehouse.retry(clock, lines: .mended(mended))
        #expect(report.run.counts.accepted == 6)
        let facts = "SELECT user_id, CASE WHEN movie_known THEN 1 ELSE 0 END FROM fact_user_event ORDER BY user_id"
        #expect(try warehouse.rows(facts) == ["1|1", "3|1", "5|1"])
        #expect(try warehouse.rows("SELECT count(*) FROM ratings") == ["3"])
    }

    /// Of a line over 16 MiB and of a damaged file only a part is kept.
    @Test(arguments: Warehouses.present)
    func whatIsNotWholeIsLeftAside(_ kind: WarehouseKind) throws {
        let warehouse = try LawWarehouse(kind)
        let folder = try TemporaryFolder(inMemory: true)
        // The rest of either would be an event if it were read as a line.
        let line = Array(Self.rate(1, score: "5").utf8)
        let long = try folder.write("long", line + [UInt8](repeating: 0x20, count: 16 << 20) + [0x7d, 10])
        let lines = (1...2000).map { Self.rate($0 % 10, score: String($0)) + "\n" }.joined()
        let whole = try Compression.gzip.encode(Array(lines.utf8))
        let cut = try folder.write("cut", Array(whole.prefix(whole.count / 2)))
        try warehouse.run(files: [long, cut], clock: clock)
        let before = try warehouse.openRecords().filter { !$0.rejection.isWhole }
        #expect(Set(before.map(\.rejection.rule)) == [.malformedJSON, .damagedFile])
        let report = try warehouse.retry(clock)
        #expect(report.leftAside == [.malformedJSON: 1, .damagedFile: 1])
        #expect(report.run.counts.read > 50)
        let mended = try warehouse.retry(clock, lines: .mended(before.map { MendedLine(id: $0.id, raw: line) }))
        #expect(mended.leftAside == [.malformedJSON: 1, .damagedFile: 1])
        #expect(mended.run.counts.read == 0)
        #expect(try warehouse.openRecords().filter { !$0.rejection.isWhole }.map(\.id) == before.map(\.id))
    }

    @Test(arguments: Warehouses.present)
    func aNumberIsNeverGivenTwice(_ kind: WarehouseKind) throws {
        let bench = try Bench(kind)
        let warehouse = bench.warehouse
        try warehouse.run(events: bench.events("1", [Self.rate(1, score: "11")]), clock: clock)
        let first = try #require(warehouse.openRecords().first)
        try warehouse.retry(
            clock, lines: .mended([MendedLine(id: first.id, raw: Array(Self.rate(1, score: "1").utf8))]))
        try warehouse.run(events: bench.events("2", [Self.rate(2, score: "11")]), clock: clock)
        let second = try warehouse.openRecords()
        #expect(second.count == 1 && second[0].id > first.id)
    }

    @Test(arguments: Warehouses.present)
    func longLinesComeInSeveralPages(_ kind: WarehouseKind) throws {
        let bench = try Bench(kind)
        let warehouse = bench.warehouse
        let padding = String(repeating: "x", count: 5 << 20)
        let lines = (1...4).map { Self.rate($0, score: "5").dropLast() + #","x":"\#(padding)"}"# }
        try warehouse.run(
            events: bench.events("e", lines.map(String.init)), clock: RunClock(now: EventRules.earliestTime))
        let page = try warehouse.openRecords(limit: 100)
        #expect(page.count == 2)
        #expect(try warehouse.retry(clock).run.counts.accepted == 4)
    }
}
