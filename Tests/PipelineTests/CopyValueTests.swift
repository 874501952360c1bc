import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// Values at the ends of their ranges, and lines in quarantine of any bytes, are copied as they are.
@Suite struct CopyValueTests {
    private static let movies = [
        #"{"id":9223372036854775807,"title":"\u0000 é \ud83d\ude00","vote_count":-9223372036854775808,"#
            + #""popularity":1.7976931348623157e308,"vote_average":5e-324,"release_date":"0001-01-01","#
            + #""budget":9223372036854775807,"revenue":1,"genres":[{"id":9223372036854775807,"name":"G"}],"#
            + #""overview":"\#(String(repeating: "long ", count: 40_000))"}"#,
        #"{"id":1,"title":"A","release_date":"9999-12-31","popularity":-0.0,"vote_count":9223372036854775807,"#
            + #""release_dates":{"results":[{"iso_3166_1":"DE","release_dates":[{"type":3,"release_date":"#
            + #""1899-12-31T23:59:59.999Z"}]}]}}"#,
    ]
    private static let events = [
        #"{"event_type":"click","event_time":"1995-01-01T00:00:00.000Z","user_id":9223372036854775807,"movie_id":1}"#,
        #"{"event_type":"dwell","event_time":"1999-12-31T23:59:59.999Z","user_id":1,"movie_id":9223372036854775807,"#
            + #""metadata":{"seconds":1.7976931348623157e308}}"#,
        #"{"event_id":"ffffffff-ffff-ffff-ffff-ffffffffffff","event_type":"search","event_time":"2000-02-29T00:00:00Z","#
            + #""user_id":1,"metadata":{"query":"\\ \t ' \" \ufffd"}}"#,
        #"{"event_id":"00000000-0000-0000-0000-000000000000","event_type":"rate","event_time":"2000-02-29T00:00:00Z","#
            + #""user_id":1,"movie_id":1,"session_id":"s\\","metadata":{"score":0.5}}"#,
    ]

    @Test(arguments: CopyPair.all)
    func extremeValues(_ pair: CopyPair) throws {
        let (source, copy) = (
            try LawWarehouse(pair.source, hasTables: false), try LawWarehouse(pair.target, hasTables: false)
        )
        let day = LawClock.day
        let input = LawInput(
            movies: Self.movies.map { LawInput.MovieLine(day: day, bytes: Array($0.utf8)) },
            events: Self.events.map { Array($0.utf8) })
        let published = try PublishedInput(input, Sources.all[0])
        let report = try source.run(movies: published.movies, events: published.events)
        #expect(report.run.counts.accepted == 6)
        try source.copy(to: copy)
        #expect(try copy.digest() == source.digest())
        #expect(try copy.integer("SELECT count(*) FROM movies WHERE vote_count = -9223372036854775807 - 1") == 1)
    }

    @Test(arguments: CopyPair.all)
    func linesInQuarantine(_ pair: CopyPair) throws {
        let (source, copy) = (
            try LawWarehouse(pair.source, hasTables: false), try LawWarehouse(pair.target, hasTables: false)
        )
        try CopyQuarantine.add(
            [
                CopyQuarantine.rejection(1, raw: []),
                CopyQuarantine.rejection(2, raw: [UInt8](repeating: 0, count: 64 << 10)),
                CopyQuarantine.rejection(3, raw: Array("\u{FFFD}".utf8)),
                CopyQuarantine.rejection(4, raw: [0xff, 0xfe, 0x00, 0xc3, 0x28, 0x5c, 0x0a]),
                CopyQuarantine.rejection(.max, raw: [0x7b], message: "\\x 'quoted' \u{FFFD} \t"),
                CopyQuarantine.rejection(5, raw: [1], source: String(repeating: "ä", count: 2000)),
                CopyQuarantine.rejection(6, raw: [UInt8](repeating: 0x61, count: 17 << 20)),
            ], to: source)
        try source.copy(to: copy)
        #expect(try copy.ledger() == source.ledger())
    }

    /// A time that the target cannot store becomes null, since no event of that time can ever be loaded.
    @Test(arguments: CopyPair.all)
    func timesThatADatabaseCannotStore(_ pair: CopyPair) throws {
        let (source, copy) = (
            try LawWarehouse(pair.source, hasTables: false), try LawWarehouse(pair.target, hasTables: false)
        )
        let times: [Int64] = [.min, .max, 0]
        try CopyQuarantine.add(
            times.enumerated().map { line, time in
                CopyQuarantine.rejection(
                    Int64(line + 1), raw: [1], identity: .event(time: time, idHigh: 1, idLow: 2))
            }, to: source)
        try source.copy(to: copy)
        let count = "SELECT count(*) FROM rejected_record WHERE event_time IS NOT NULL"
        let isSQLite = [pair.source, pair.target].allSatisfy { $0.name == WarehouseKind.sqlite.name }
        #expect(try copy.integer(count) == (isSQLite ? 3 : 1))
        #expect(try copy.integer("SELECT count(*) FROM rejected_record") == 3)
    }
}
