import Domain
import Files
import Pipeline
import SQLite
import TestSupport
import Testing

/// Lines in quarantine are cured when their source is read again without them, or when what they say has arrived.
@Suite struct QuarantineCureTests {
    private let clock = QuarantineBench.late
    private let bench: QuarantineBench
    private let warehouse: QuarantineWarehouse

    init() throws {
        bench = try QuarantineBench()
        warehouse = bench.warehouse("w")
    }

    private static func rate(_ id: Int, _ score: String = "8") -> String {
        """
        {"event_id":"00000000-0000-4000-8000-\(100_000_000_000 + id)","event_type":"rate",\
        "event_time":"2026-11-20T10:00:00Z","user_id":\(id),"movie_id":603,"metadata":{"score":\(score)}}
        """
    }

    /// Each line in quarantine: its source's name, number, rule, and the run that cured it.
    private func records() throws -> [String] {
        try warehouse.rows(
            "SELECT source, line, rule, cured_run_id FROM rejected_record ORDER BY source, line, rejected_id"
        ).map { $0.replacing(bench.folder + "/", with: "") }
    }

    private func load(_ names: String..., isReload: Bool = false) throws -> LoadReport {
        let report = try warehouse.load(
            events: names.map { "\(bench.folder)/\($0)" }, clock, isReload: isReload)
        #expect(try SQLiteReader(path: warehouse.path).faults() == [])
        return report
    }

    @Test func aFileThatWasMendedIsCured() throws {
        _ = try bench.write("a.ndjson", [Self.rate(1, "11"), Self.rate(2), "x"])
        _ = try bench.write("b.ndjson", ["x"])
        #expect(try load("a.ndjson", "b.ndjson").cured == 0)
        // One line is right now, one is gone, and another one is wrong: line 1 is a rate again, of another score.
        _ = try bench.write("a.ndjson", [Self.rate(1, "12"), Self.rate(2), Self.rate(3)])
        #expect(try load("a.ndjson").cured == 2)
        #expect(
            try records() == [
                "a.ndjson|1|invalid_score|2", "a.ndjson|1|invalid_score|null", "a.ndjson|3|malformed_json|2",
                "b.ndjson|1|malformed_json|null",
            ])
    }

    @Test func aDamagedFileThatWasMendedIsCured() throws {
        let lines = (1...2000).map { Self.rate($0) + "\n" }.joined()
        let whole = try Compression.gzip.encode(Array(lines.utf8))
        _ = try bench.write("a.ndjson.gz", bytes: Array(whole.prefix(whole.count / 2)))
        let damaged = try load("a.ndjson.gz")
        #expect(damaged.sources.map(\.isDamaged) == [true] && damaged.run.counts.rejected == 1)
        // Cut elsewhere: the place of the damage is another one.
        _ = try bench.write("a.ndjson.gz", bytes: Array(whole.prefix(whole.count / 3)))
        #expect(try load("a.ndjson.gz").cured == 1)
        _ = try bench.write("a.ndjson.gz", bytes: whole)
        let mended = try load("a.ndjson.gz")
        #expect(mended.cured == 1 && mended.run.counts.rejected == 0)
        #expect(try warehouse.rejected() == [])
        #expect(try warehouse.integer("SELECT count(*) FROM fact_user_event") == 2000)
    }

    @Test func whatIsFoundAgainIsOpenAgain() throws {
        _ = try bench.write("a.ndjson", ["x", Self.rate(1)])
        _ = try load("a.ndjson")
        _ = try bench.write("a.ndjson", ["", Self.rate(1)])
        #expect(try load("a.ndjson").cured == 1)
        // Not the first file grown, which would not be read from its start.
        _ = try bench.write("a.ndjson", ["x", Self.rate(2)])
        #expect(try load("a.ndjson").cured == 0)
        #expect(try records() == ["a.ndjson|1|malformed_json|null"])
        #expect(try warehouse.rows("SELECT run_id, last_run_id FROM rejected_record") == ["1|3"])
        // A file that is skipped says nothing of its lines, and one that is read again says that they are there.
        #expect(try load("a.ndjson").cured == 0)
        #expect(try load("a.ndjson", isReload: true).cured == 0)
        #expect(try records() == ["a.ndjson|1|malformed_json|null"])
    }

    @Test func aLineThatComesInALaterFormIsCured() throws {
        _ = try bench.write("a.ndjson", [Self.rate(1, "11"), Self.rate(2, "11"), Self.rate(3)])
        _ = try load("a.ndjson")
        _ = try bench.write("b.ndjson", [Self.rate(1)])
        #expect(try load("b.ndjson").cured == 1)
        #expect(try records() == ["a.ndjson|1|invalid_score|2", "a.ndjson|2|invalid_score|null"])
        // The event of line 3 stands with other content: a conflict is no earlier form of it.
        _ = try bench.write("c.ndjson", [Self.rate(3, "9"), Self.rate(3, "11")])
        #expect(try load("c.ndjson").cured == 1)
        #expect(try records().suffix(2) == ["c.ndjson|1|event_id_conflict|null", "c.ndjson|2|invalid_score|3"])
    }

    @Test func aMovieThatComesInALaterFormIsCured() throws {
        let load = { (name: String, line: String) in
            _ = try bench.write(name, [line])
            return try warehouse.load(movies: ["\(bench.folder)/\(name)"], clock).cured
        }
        #expect(try load("a-2026-10-01.ndjson", #"{"id":5}"#) == 0)
        // Of another day, and of another movie.
        #expect(try load("b-2026-10-02.ndjson", #"{"id":5,"title":"Five"}"#) == 0)
        #expect(try load("b-2026-10-01.ndjson", #"{"id":6,"title":"Six"}"#) == 0)
        #expect(try load("c-2026-10-01.ndjson", #"{"id":5,"title":"Five"}"#) == 1)
        #expect(try records() == ["a-2026-10-01.ndjson|1|missing_title|4"])
    }

    /// Loads with a commit after each chunk, and stops after the first where that is asked for.
    private func loadInPieces(_ name: String, stops: Bool) throws -> LoadReport {
        var options = LoadOptions(clock: clock)
        options.transactionLines = 1
        options.groupRows = 1
        let stop = StopSignal()
        let loader = Loader(
            warehouse: try SQLiteWarehouse(path: warehouse.path), rawStore: nil, options: options, stop: stop,
            wallClock: { clock.now },
            progress: { if stops, $0.counts.read > 0 { stop.request(.interrupt) } })
        return try loader.run(
            movies: nil, events: try FileSet(["\(bench.folder)/\(name)"], port: .events, chunkSize: 1 << 10))
    }

    @Test func whatAnEarlierPartOfTheReadingFoundStaysOpen() throws {
        let good = (1...200).map { Self.rate($0) }
        _ = try bench.write("a.ndjson", ["old"] + good + ["older"])
        _ = try load("a.ndjson")
        _ = try bench.write("a.ndjson", ["x"] + good + ["y"])
        let first = try loadInPieces("a.ndjson", stops: true)
        #expect(first.sources.map(\.state) == [.partial] && first.cured == 0 && first.run.counts.rejected == 1)
        let second = try loadInPieces("a.ndjson", stops: false)
        #expect(second.sources.map(\.state) == [.complete] && second.cured == 2)
        #expect(first.run.counts.read + second.run.counts.read == 202)
        #expect(
            try records() == [
                "a.ndjson|1|malformed_json|3", "a.ndjson|1|malformed_json|null", "a.ndjson|202|malformed_json|3",
                "a.ndjson|202|malformed_json|null",
            ])
    }

    @Test func aLogThatGrowsKeepsItsLines() throws {
        _ = try bench.write("a.log", ["x", Self.rate(1)])
        _ = try load("a.log")
        _ = try bench.write("a.log", ["x", Self.rate(1), "y", Self.rate(2)])
        #expect(try load("a.log").cured == 0)
        _ = try bench.write("a.log", ["x", Self.rate(1), "y", Self.rate(2), Self.rate(3)])
        #expect(try load("a.log").cured == 0)
        #expect(try records() == ["a.log|1|malformed_json|null", "a.log|3|malformed_json|null"])
    }

    @Test func aDryRunSaysHowManyWouldBeCuredAndCuresNone() throws {
        _ = try bench.write("a.ndjson", ["x", Self.rate(1, "11"), Self.rate(2)])
        _ = try load("a.ndjson")
        let before = try records()
        _ = try bench.write("a.ndjson", [Self.rate(2)])
        _ = try bench.write("b.ndjson", [Self.rate(1)])
        var options = LoadOptions(clock: clock)
        options.isDryRun = true
        let loader = Loader(
            warehouse: try SQLiteWarehouse(path: warehouse.path), rawStore: nil, options: options,
            wallClock: { clock.now })
        let files = ["a.ndjson", "b.ndjson"].map { "\(bench.folder)/\($0)" }
        let report = try loader.run(movies: nil, events: try FileSet(files, port: .events))
        #expect(report.cured == 2)
        #expect(try records() == before)
        #expect(try load("a.ndjson", "b.ndjson").cured == 2)
    }

    /// Whether lines are cured does not depend on how small the transactions are, nor on the order of the files.
    @Test(arguments: [1, 40, 2_000_000] as [Int64])
    func theSizeOfTransactionsDoesNotMatter(lines: Int64) throws {
        try bench.generate(events: 600, withConflicts: true)
        let expected = bench.warehouse("expected")
        try expected.load(events: ["\(bench.folder)/events"], clock)
        var options = LoadOptions(clock: clock)
        options.transactionLines = lines
        options.groupRows = 16
        let loader = Loader(
            warehouse: try SQLiteWarehouse(path: warehouse.path), rawStore: nil, options: options,
            wallClock: { clock.now })
        _ = try loader.run(
            movies: nil, events: try FileSet(["\(bench.folder)/events"], port: .events, chunkSize: 1 << 10))
        #expect(try warehouse.rejected() == expected.rejected())
        #expect(try SQLiteReader(path: warehouse.path).faults() == [])
    }
}
