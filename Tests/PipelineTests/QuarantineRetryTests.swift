import Domain
import Pipeline
import SQLite
import Testing

/// Lines in quarantine are tried again under another clock: what was out of range then is not now.
@Suite struct QuarantineRetryTests {
    private let early = QuarantineBench.early
    private let late = QuarantineBench.late

    @Test("A retry under a later clock leaves what a load under it leaves", arguments: QuarantineWarehouse.Sizes.all)
    func laterClock(sizes: QuarantineWarehouse.Sizes) throws {
        let bench = try QuarantineBench()
        try bench.generate()
        let expected = try bench.loaded("late", late)
        let warehouse = try bench.loaded("early", early)
        let before = try warehouse.integer("SELECT count(*) FROM rejected_record")
        #expect(try warehouse.digest() != expected.digest())

        let report = try warehouse.retry(late, sizes)
        #expect(report.run.counts.read == before)
        #expect(report.run.counts.accepted > 100)
        #expect(report.run.counts.duplicates > 10)
        #expect(report.run.counts.rejected > 10)
        #expect(report.run.outcome == .completed)
        #expect(report.rejectedByRule.values.reduce(0, +) == report.run.counts.rejected)
        #expect(try warehouse.digest() == expected.digest())
        #expect(try warehouse.rejected() == expected.rejected())

        // What is accepted is accepted once: over all runs as often as there are facts and documents.
        let accepted = try warehouse.integer("SELECT sum(accepted) FROM load_run")
        #expect(accepted == (try expected.integer("SELECT sum(accepted) FROM load_run")))
        let unbalanced = try warehouse.integer(
            "SELECT count(*) FROM load_run WHERE read <> accepted + duplicates + rejected OR outcome <> 'completed'")
        #expect(unbalanced == 0)
        #expect(try SQLiteReader(path: warehouse.path).faults() == [])

        let again = try warehouse.retry(late, sizes)
        #expect(again.run.counts.accepted == 0)
        #expect(again.run.counts.duplicates == 0)
        #expect(again.run.counts.read == report.run.counts.rejected)
        #expect(try warehouse.digest() == expected.digest())
        #expect(try warehouse.rejected() == expected.rejected())
    }

    @Test func aDryRunSaysWhatARunDoesAndChangesNothing() throws {
        let bench = try QuarantineBench()
        try bench.generate()
        let warehouse = try bench.loaded("early", early)
        let before = try (warehouse.digest(), warehouse.rejected(), warehouse.runs())
        let dry = try warehouse.retry(late, isDryRun: true)
        #expect(try (warehouse.digest(), warehouse.rejected(), warehouse.runs()) == before)
        let real = try warehouse.retry(late)
        #expect(dry.run.counts == real.run.counts)
        #expect(dry.rejectedByRule == real.rejectedByRule)
        #expect(real.run.counts.accepted > 0)
    }

    @Test func whatHasArrivedAnotherWayIsCured() throws {
        let bench = try QuarantineBench()
        try bench.generate()
        let warehouse = try bench.loaded("early", early)
        let before = try warehouse.rejected().count
        let loaded = try warehouse.load(
            movies: ["\(bench.folder)/movies"], events: ["\(bench.folder)/events"], late, isReload: true)
        #expect(loaded.cured > 100)
        let expected = try bench.loaded("late", late)
        #expect(try warehouse.rejected() == expected.rejected())
        let cured = try warehouse.integer("SELECT count(*) FROM rejected_record WHERE cured_run_id = 2")
        #expect(cured == loaded.cured)
        #expect(Int64(before) + loaded.run.counts.rejected > cured + Int64(try warehouse.rejected().count))
        // Cured lines are not tried again.
        let report = try warehouse.retry(late)
        #expect(report.run.counts.accepted == 0 && report.run.counts.duplicates == 0)
        #expect(report.run.counts.read == Int64(try expected.rejected().count))
        #expect(try SQLiteReader(path: warehouse.path).faults() == [])
    }

    @Test func aCuredLineIsTriedAgainWhenItIsNamed() throws {
        let bench = try QuarantineBench()
        try bench.generate(events: 300)
        let warehouse = try bench.loaded("early", early)
        try warehouse.retry(late)
        let id = try warehouse.integer("SELECT min(rejected_id) FROM rejected_record WHERE cured_run_id = 2")
        let report = try warehouse.retry(late, lines: .stored(RejectedFilter(id: id, state: .all)))
        #expect(report.run.counts.read == 1 && report.run.counts.duplicates == 1)
        #expect(
            try warehouse.integer("SELECT cured_run_id FROM rejected_record WHERE rejected_id = \(id)") == 2)
    }

    /// A retry of some lines cures others of the same events, whatever file they came in.
    @Test func linesOfAnEventThatCameWithAnotherAreCured() throws {
        let bench = try QuarantineBench()
        let warehouse = bench.warehouse("w")
        let line = { (score: String) in
            """
            {"event_id":"00000000-0000-4000-8000-000000000001","event_type":"rate",\
            "event_time":"2026-11-20T10:00:00Z","user_id":1,"movie_id":603,"metadata":{"score":\(score)}}
            """
        }
        let first = try bench.write("1.ndjson", [line("11"), line("12"), #"{"event_type":"rate"}"#])
        let second = try bench.write("2.ndjson", [line("13")])
        try warehouse.load(events: [first, second], late)
        let report = try warehouse.retry(late, lines: .mended([MendedLine(id: 1, raw: Array(line("9").utf8))]))
        #expect(report.run.counts.accepted == 1 && report.cured == 2)
        #expect(
            try warehouse.rows("SELECT rejected_id, cured_run_id FROM rejected_record ORDER BY 1")
                == ["1|2", "2|2", "3|null", "4|2"])
        #expect(try SQLiteReader(path: warehouse.path).faults() == [])
    }

    @Test func aFilterLeavesOtherLinesAlone() throws {
        let bench = try QuarantineBench()
        try bench.generate()
        let warehouse = try bench.loaded("early", early)
        let source = "\(bench.folder)/events/2026-11-18.ndjson.zst"
        let others = try warehouse.rows(
            "SELECT rejected_id, rule, message FROM rejected_record WHERE source <> '\(source)' ORDER BY 1")
        let report = try warehouse.retry(late, lines: .stored(RejectedFilter(source: source)))
        #expect(report.run.counts.accepted > 10)
        #expect(
            try warehouse.rows(
                "SELECT rejected_id, rule, message FROM rejected_record WHERE source <> '\(source)' ORDER BY 1")
                == others)
    }

    @Test("Stopped at a commit and run again, it ends where one run does", arguments: [1, 3, 10])
    func stopped(afterPages pages: Int) throws {
        let bench = try QuarantineBench()
        try bench.generate()
        let expected = try bench.loaded("late", late)
        let warehouse = try bench.loaded("early", early)
        let before = try warehouse.integer("SELECT count(*) FROM rejected_record")
        let stop = StopSignal()
        var seen = 0
        let sizes = QuarantineWarehouse.Sizes(pageLines: 20, transactionLines: 20)
        let report = try warehouse.retry(
            late, sizes, stop: stop,
            progress: { _ in
                seen += 1
                if seen == pages { stop.request(.interrupt) }
            })
        #expect(report.stopReason == .interrupt)
        #expect(report.run.outcome == .stopped)
        #expect(report.run.counts.read == Int64(pages * 20))
        let left = try warehouse.integer("SELECT count(*) FROM rejected_record WHERE cured_run_id IS NULL")
        #expect(left == before - report.run.counts.accepted - report.run.counts.duplicates)
        try warehouse.retry(late)
        #expect(try warehouse.digest() == expected.digest())
        #expect(try warehouse.rejected() == expected.rejected())
    }

    @Test("An error ends it at its last commit", arguments: [1 as Int64, 2_000_000])
    func error(transactionLines: Int64) throws {
        let bench = try QuarantineBench()
        try bench.generate()
        let expected = try bench.loaded("late", late)
        let warehouse = try bench.loaded("early", early)
        let digest = try warehouse.digest()
        try broken(warehouse, QuarantineWarehouse.Sizes(pageLines: 10, transactionLines: transactionLines)) { $0 }
        #expect(try warehouse.rows("SELECT outcome FROM load_run ORDER BY run_id") == ["completed", "failed"])
        #expect((try warehouse.digest() == digest) == (transactionLines > 1000))
        try warehouse.retry(late)
        #expect(try warehouse.digest() == expected.digest())
        #expect(try warehouse.rejected() == expected.rejected())
    }

    @Test func thatLinesLeaveBeforeTheirRowsAreThereIsNoticed() throws {
        let bench = try QuarantineBench()
        try bench.generate()
        let expected = try bench.loaded("late", late)
        let warehouse = try bench.loaded("early", early)
        var defect: QuarantineDefectWarehouse?
        try broken(warehouse, QuarantineWarehouse.Sizes(pageLines: 10)) { inner in
            let warehouse = QuarantineDefectWarehouse(inner)
            defect = warehouse
            return warehouse
        }
        #expect((defect?.early ?? 0) > 0)
        try warehouse.retry(late)
        #expect(try warehouse.digest() != expected.digest())
    }

    /// A retry of all lines that breaks down after 300.
    private func broken(
        _ warehouse: QuarantineWarehouse, _ sizes: QuarantineWarehouse.Sizes,
        through wrap: (SQLiteWarehouse) -> any Warehouse
    ) throws {
        struct Broken: Error {}
        let records = try SQLiteReader(path: warehouse.path).rejected(
            matching: RejectedFilter(), after: 0, limit: .max)
        var given = 0
        let lines = QuarantineSelection.mended {
            given += 1
            if given > 300 { throw Broken() }
            return MendedLine(id: records[given - 1].id, raw: records[given - 1].rejection.raw)
        }
        #expect(throws: Broken.self) { try warehouse.retry(late, sizes, lines: lines, through: wrap) }
    }
}
