import Domain
import Pipeline
import SQLite
import TestSupport
import Testing

/// Lines in quarantine are mended by a person, or cannot be tried at all.
@Suite struct QuarantineMendTests {
    private let clock = QuarantineBench.late

    private static func rate(_ id: Int, score: String, movie: Int = 603) -> String {
        """
        {"event_id":"00000000-0000-4000-8000-00000000000\(id)","event_type":"rate",\
        "event_time":"2026-11-20T10:00:0\(id)Z","user_id":\(id),"movie_id":\(movie),"metadata":{"score":\(score)}}
        """
    }

    private func quarantined(_ warehouse: QuarantineWarehouse) throws -> [RejectedRecord] {
        try SQLiteReader(path: warehouse.path).rejected(matching: RejectedFilter(), after: 0, limit: 100)
    }

    @Test func aMendedLineIsLoadedAndOneThatIsStillWrongStaysAsItCame() throws {
        let bench = try QuarantineBench()
        let warehouse = bench.warehouse("w")
        let file = try bench.write("e.ndjson", (1...3).map { Self.rate($0, score: "11") })
        try warehouse.load(events: [file], clock)
        let records = try quarantined(warehouse)
        #expect(records.map(\.id) == [1, 2, 3])
        let before = try warehouse.rejected()

        let report = try warehouse.retry(
            clock,
            lines: .mended([
                MendedLine(id: 1, raw: Array(Self.rate(1, score: "10").utf8), source: file, line: 1),
                // Mended twice: the second finds it gone.
                MendedLine(id: 1, raw: Array(Self.rate(1, score: "9").utf8)),
                MendedLine(id: 2, raw: Array(Self.rate(2, score: "true").utf8)),
                // Of another warehouse, or not there.
                MendedLine(id: 3, raw: Array(Self.rate(3, score: "8").utf8), source: "other.ndjson"),
                MendedLine(id: 3, raw: Array(Self.rate(3, score: "8").utf8), line: 17),
                MendedLine(id: 99, raw: Array(Self.rate(4, score: "8").utf8)),
            ]))
        #expect(report.run.counts.read == 2)
        #expect(report.run.counts.accepted == 1)
        #expect(report.missing == 4)
        #expect(report.faults.map(\.id) == [2])
        #expect(
            report.faults.first?.message
                == "score is true; expected a number from 0.5 to 10, or null to withdraw the rating")
        #expect(try warehouse.rows("SELECT user_id, score FROM ratings") == ["1|10.0"])
        #expect(try warehouse.rejected() == Array(before.dropFirst()))
    }

    @Test func aConflictStaysUntilItsIdIsItsOwn() throws {
        let bench = try QuarantineBench()
        let warehouse = bench.warehouse("w")
        let file = try bench.write("e.ndjson", [Self.rate(1, score: "5"), Self.rate(1, score: "6")])
        try warehouse.load(events: [file], clock)
        let before = try warehouse.rejected()
        let again = try warehouse.retry(clock)
        #expect(again.rejectedByRule == [.eventIDConflict: 1])
        #expect(try warehouse.rejected() == before)
        let mended = Self.rate(1, score: "6").replacing("000000000001", with: "0000000000ff")
        let report = try warehouse.retry(clock, lines: .mended([MendedLine(id: 1, raw: Array(mended.utf8))]))
        #expect(report.run.counts.accepted == 1)
        #expect(try warehouse.rejected() == [])
        #expect(try warehouse.rows("SELECT score FROM ratings") == ["6.0"])
    }

    @Test func ofTwoThatAreAcceptedNowAndConflictTheSecondStays() throws {
        let bench = try QuarantineBench()
        let warehouse = bench.warehouse("w")
        let file = try bench.write("e.ndjson", [Self.rate(1, score: "5"), Self.rate(1, score: "6")])
        try warehouse.load(events: [file], RunClock(now: EventRules.earliestTime))
        #expect(try quarantined(warehouse).map(\.rejection.rule) == [.eventTimeOutOfRange, .eventTimeOutOfRange])
        let report = try warehouse.retry(clock)
        #expect(report.run.counts.accepted == 1)
        let left = try quarantined(warehouse)
        #expect(left.map(\.id) == [2])
        #expect(left.map(\.rejection.rule) == [.eventIDConflict])
        #expect(left.map(\.rejection.line) == [2])
        #expect(left.first?.run == report.run.id)
    }

    @Test func aMendedMovieHasTheSnapshotDateOfItsFileAndItsFactsFollow() throws {
        let bench = try QuarantineBench()
        let event = try bench.write("e.ndjson", [Self.rate(1, score: "5")])
        let good = #"{"id":603,"title":"The Glass Harbor","release_date":"1999-03-31","vote_count":5,"vote_average":8}"#
        let bad = good.replacing(#""The Glass Harbor""#, with: #"" ""#)
        let warehouse = bench.warehouse("w")
        try warehouse.load(movies: [try bench.write("2026-10-01.ndjson", [bad])], events: [event], clock)
        #expect(try warehouse.rows("SELECT movie_known, release_year FROM fact_user_event") == ["0|null"])
        let report = try warehouse.retry(clock, lines: .mended([MendedLine(id: 1, raw: Array(good.utf8))]))
        #expect(report.run.counts.accepted == 1)
        #expect(report.refresh.reenrichedFacts == 1)
        #expect(try warehouse.rows("SELECT movie_known, release_year FROM fact_user_event") == ["1|1999"])

        let expected = bench.warehouse("x")
        try expected.load(movies: [try bench.write("2026-10-01.ndjson", [good])], events: [event], clock)
        #expect(try warehouse.digest() == expected.digest())
    }

    @Test func movieAndEventLinesTakeTurns() throws {
        let bench = try QuarantineBench()
        let warehouse = bench.warehouse("w")
        var mended: [MendedLine] = []
        for number in 1...6 {
            let isMovie = number % 2 == 0
            let bad = isMovie ? #"{"id":\#(number)}"# : Self.rate(number, score: "11", movie: number + 1)
            let good = isMovie ? #"{"id":\#(number),"title":"T"}"# : Self.rate(number, score: "1", movie: number + 1)
            let file = try bench.write("\(number).ndjson", [bad])
            try warehouse.load(movies: isMovie ? [file] : nil, events: isMovie ? nil : [file], clock)
            mended.append(MendedLine(id: Int64(number), raw: Array(good.utf8)))
        }
        let report = try warehouse.retry(clock, lines: .mended(mended))
        #expect(report.run.counts.accepted == 6)
        #expect(
            try warehouse.rows("SELECT user_id, movie_known FROM fact_user_event ORDER BY 1") == ["1|1", "3|1", "5|1"])
        #expect(try warehouse.rows("SELECT count(*) FROM ratings") == ["3"])
    }

    @Test func whatIsNotWholeIsLeftAside() throws {
        let bench = try QuarantineBench()
        let warehouse = bench.warehouse("w")
        // Both would be an event if their rest were taken for a line.
        let line = Array(Self.rate(1, score: "5").utf8)
        let long = try bench.write("long.ndjson", bytes: line + [UInt8](repeating: 0x20, count: 16 << 20) + [0x7d, 10])
        try bench.generate(events: 500)
        let days = "\(bench.folder)/events/2026-11-20.ndjson.zst"
        let whole = TemporaryFolder.bytes(ofFile: days)
        let cut = try bench.write("cut.ndjson.zst", bytes: Array(whole[..<(whole.count - 10)]))
        try warehouse.load(events: [long, cut], clock)
        let before = try quarantined(warehouse).filter { !$0.rejection.isWhole }
        #expect(Set(before.map(\.rejection.rule)) == [.malformedJSON, .damagedFile])
        let report = try warehouse.retry(clock)
        #expect(report.leftAside == [.malformedJSON: 1, .damagedFile: 1])
        let mended = try warehouse.retry(clock, lines: .mended(before.map { MendedLine(id: $0.id, raw: line) }))
        #expect(mended.leftAside == [.malformedJSON: 1, .damagedFile: 1])
        #expect(mended.run.counts.read == 0)
        #expect(try quarantined(warehouse).filter { !$0.rejection.isWhole }.map(\.id) == before.map(\.id))
    }

    @Test func aNumberIsNeverGivenTwice() throws {
        let bench = try QuarantineBench()
        let warehouse = bench.warehouse("w")
        try warehouse.load(events: [try bench.write("1.ndjson", [Self.rate(1, score: "11")])], clock)
        try warehouse.retry(clock, lines: .mended([MendedLine(id: 1, raw: Array(Self.rate(1, score: "1").utf8))]))
        try warehouse.load(events: [try bench.write("2.ndjson", [Self.rate(2, score: "11")])], clock)
        #expect(try quarantined(warehouse).map(\.id) == [2])
    }

    @Test func longLinesComeInSeveralPages() throws {
        let bench = try QuarantineBench()
        let warehouse = bench.warehouse("w")
        let padding = String(repeating: "x", count: 5 << 20)
        let lines = (1...4).map { Self.rate($0, score: "5").dropLast() + #","x":"\#(padding)"}"# }
        let file = try bench.write("e.ndjson", lines.map(String.init))
        try warehouse.load(events: [file], RunClock(now: EventRules.earliestTime))
        let page = try SQLiteReader(path: warehouse.path).rejected(matching: RejectedFilter(), after: 0, limit: 100)
        #expect(page.count == 2)
        #expect(try warehouse.retry(clock).run.counts.accepted == 4)
    }
}
