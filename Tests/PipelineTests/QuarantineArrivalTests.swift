import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// Lines in quarantine are cured when their event or movie is loaded from another line of any source.
@Suite struct QuarantineArrivalTests {
    private static let clock = DirtyInput.late

    static func rate(_ id: Int, _ score: String = "8") -> String {
        """
        {"event_id":"00000000-0000-4000-8000-\(100_000_000_000 + id)","event_type":"rate",\
        "event_time":"2026-11-20T10:00:00Z","user_id":\(id),"movie_id":603,"metadata":{"score":\(score)}}
        """
    }

    /// A warehouse and sources that are loaded into it one after the other.
    private struct Bench {
        let warehouse: LawWarehouse
        let fixture: any SourceFixture

        init(_ backends: Backends) throws {
            warehouse = try LawWarehouse(backends.warehouse)
            fixture = try backends.source.make()
        }

        /// Loads a source, and returns how many lines this cured.
        func load(_ name: String, _ port: SourcePort, _ lines: [SourceLine]) throws -> Int64 {
            let sources = try fixture.publish([lines], port: port, named: name)
            let report = try warehouse.run(
                movies: port == .movies ? sources : nil, events: port == .events ? sources : nil,
                clock: QuarantineArrivalTests.clock)
            #expect(try warehouse.faults() == [])
            return report.cured
        }

        /// The lines in quarantine: the run that put them there, rule, and the run that cured them.
        func records() throws -> [String] {
            try warehouse.rows("SELECT run_id, rule, cured_run_id FROM rejected_record ORDER BY run_id, line")
        }
    }

    @Test(arguments: Backends.all(serving: [.events]))
    func aLineThatComesInALaterFormIsCured(_ backends: Backends) throws {
        let bench = try Bench(backends)
        let load = { (name: String, lines: [String]) in try bench.load(name, .events, lines.map { SourceLine($0) }) }
        #expect(try load("a", [Self.rate(1, "11"), Self.rate(2, "11"), Self.rate(3)]) == 0)
        #expect(try load("b", [Self.rate(1)]) == 1)
        #expect(try bench.records() == ["1|invalid_score|2", "1|invalid_score|NULL"])
        // The event of the third line is in the warehouse with other content: a line with a conflict is not cured by
        // it.
        #expect(try load("c", [Self.rate(3, "9"), Self.rate(3, "11")]) == 1)
        #expect(
            try bench.records() == [
                "1|invalid_score|2", "1|invalid_score|NULL", "3|event_id_conflict|NULL", "3|invalid_score|3",
            ])
    }

    @Test(arguments: Backends.all(serving: [.movies]))
    func aMovieThatComesInALaterFormIsCured(_ backends: Backends) throws {
        let bench = try Bench(backends)
        let load = { (name: String, day: Int32, line: String) in
            try bench.load(name, .movies, [SourceLine(line, snapshotDay: day)])
        }
        let day: Int32 = 20_727  // 2026-10-01
        #expect(try load("a", day, #"{"id":5}"#) == 0)
        // Of another day, and of another movie.
        #expect(try load("b", day + 1, #"{"id":5,"title":"Five"}"#) == 0)
        #expect(try load("c", day, #"{"id":6,"title":"Six"}"#) == 0)
        #expect(try load("d", day, #"{"id":5,"title":"Five"}"#) == 1)
        #expect(try bench.records() == ["1|missing_title|4"])
    }

    /// Whether lines are cured does not depend on how small the transactions are.
    @Test(arguments: Backends.forGeneratedLines, [1, 40, 2_000_000] as [Int64])
    func theSizeOfTransactionsDoesNotMatter(_ backends: Backends, _ transactionLines: Int64) throws {
        let lines = try DirtyInput.of(backends.warehouse, events: 600, withConflicts: true).lines
        let sources = try PublishedInput(lines, backends.source)
        let expected = try LawWarehouse(backends.warehouse)
        try expected.run(events: sources.events, clock: Self.clock)
        let warehouse = try LawWarehouse(backends.warehouse)
        let sizes = LawWarehouse.Sizes(chunkBytes: 1 << 10, groupRows: 16, transactionLines: transactionLines)
        try warehouse.run(events: sources.events, sizes: sizes, clock: Self.clock)
        #expect(try warehouse.rejected() == expected.rejected())
        #expect(try warehouse.faults() == [])
    }
}
