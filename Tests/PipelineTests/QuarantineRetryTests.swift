import Domain
import Fixtures
import Pipeline
import Testing

/// Lines in quarantine are tried again under another clock: what was out of range then is not now.
@Suite struct QuarantineRetryTests {
    private let late = DirtyInput.late

    @Test(
        "A retry under a later clock leaves what a load under it leaves", arguments: Warehouses.present,
        LawWarehouse.RetrySizes.all)
    func laterClock(_ kind: WarehouseKind, _ sizes: LawWarehouse.RetrySizes) throws {
        let input = try DirtyInput.of(kind)
        let loaded = try input.loadedEarly(into: kind)
        let warehouse = loaded.warehouse
        let before = try warehouse.integer("SELECT count(*) FROM rejected_record")
        #expect(try warehouse.digest() != input.expected.digest)

        let report = try warehouse.retry(late, sizes)
        #expect(report.run.counts.read == before)
        #expect(report.run.counts.accepted > 100)
        #expect(report.run.counts.duplicates > 10)
        #expect(report.run.counts.rejected > 10)
        #expect(report.run.outcome == .completed)
        #expect(report.rejectedByRule.values.reduce(0, +) == report.run.counts.rejected)
        #expect(try loaded.differences(from: input.expected) == [])

        // Each line is accepted once: over all runs, as many are accepted as there are facts and documents.
        #expect(try warehouse.integer("SELECT sum(accepted) FROM load_run") == input.expected.accepted)
        let unbalanced = try warehouse.integer(
            "SELECT count(*) FROM load_run WHERE read <> accepted + duplicates + rejected OR outcome <> 'completed'")
        #expect(unbalanced == 0)
        #expect(try warehouse.faults() == [])

        let again = try warehouse.retry(late, sizes)
        #expect(again.run.counts.accepted == 0)
        #expect(again.run.counts.duplicates == 0)
        #expect(again.run.counts.read == report.run.counts.rejected)
        #expect(try loaded.differences(from: input.expected) == [])
    }

    @Test(arguments: Warehouses.present)
    func aDryRunSaysWhatARunDoesAndChangesNothing(_ kind: WarehouseKind) throws {
        let warehouse = try DirtyInput.of(kind).loadedEarly(into: kind).warehouse
        let before = try warehouse.fixture.database().everything()
        let dry = try warehouse.retry(late, isDryRun: true)
        #expect(try warehouse.fixture.database().everything() == before)
        let real = try warehouse.retry(late)
        #expect(dry.run.counts == real.run.counts)
        #expect(dry.rejectedByRule == real.rejectedByRule)
        #expect(real.run.counts.accepted > 0)
    }

    @Test(arguments: Warehouses.present)
    func whatHasArrivedAnotherWayIsCured(_ kind: WarehouseKind) throws {
        let input = try DirtyInput.of(kind)
        let loaded = try input.loadedEarly(into: kind)
        let warehouse = loaded.warehouse
        let before = try warehouse.rejected().count
        let again = try warehouse.run(
            movies: loaded.sources.movies, events: loaded.sources.events, clock: late, changing: { $0.isReload = true })
        #expect(again.cured > 100)
        #expect(try loaded.rejected() == input.expected.rejected)
        let cured = try warehouse.integer("SELECT count(*) FROM rejected_record WHERE cured_run_id = 2")
        #expect(cured == again.cured)
        #expect(Int64(before) + again.run.counts.rejected > cured + Int64(try warehouse.rejected().count))
        // Cured lines are not tried again.
        let report = try warehouse.retry(late)
        #expect(report.run.counts.accepted == 0 && report.run.counts.duplicates == 0)
        #expect(report.run.counts.read == Int64(input.expected.rejected.count))
        #expect(try warehouse.faults() == [])
    }

    @Test(arguments: Warehouses.present)
    func aCuredLineIsTriedAgainWhenItIsNamed(_ kind: WarehouseKind) throws {
        let warehouse = try DirtyInput.of(kind, events: 300).loadedEarly(into: kind).warehouse
        try warehouse.retry(late)
        let id = try warehouse.integer("SELECT min(rejected_id) FROM rejected_record WHERE cured_run_id = 2")
        let report = try warehouse.retry(late, lines: .stored(RejectedFilter(id: id, state: .all)))
        #expect(report.run.counts.read == 1 && report.run.counts.duplicates == 1)
        #expect(
            try warehouse.integer("SELECT cured_run_id FROM rejected_record WHERE rejected_id = \(id)") == 2)
    }

    /// A retry of some lines cures others of the same events, whatever source they came from.
    @Test(arguments: Warehouses.present)
    func linesOfAnEventThatCameWithAnotherAreCured(_ kind: WarehouseKind) throws {
        let warehouse = try LawWarehouse(kind)
        let line = { (score: String) in
            """
            {"event_id":"00000000-0000-4000-8000-000000000001","event_type":"rate",\
            "event_time":"2026-11-20T10:00:00Z","user_id":1,"movie_id":603,"metadata":{"score":\(score)}}
            """
        }
        let events = try Sources.all[0].make().publish(
            [
                [SourceLine(line("11")), SourceLine(line("12")), SourceLine(#"{"event_type":"rate"}"#)],
                [SourceLine(line("13"))],
            ],
            port: .events, named: "in")
        try warehouse.run(events: events, clock: late)
        let first = try #require(warehouse.openRecords().first { $0.rejection.raw == Array(line("11").utf8) })
        let report = try warehouse.retry(late, lines: .mended([MendedLine(id: first.id, raw: Array(line("9").utf8))]))
        #expect(report.run.counts.accepted == 1 && report.cured == 2)
        #expect(
            try warehouse.rows(
                "SELECT rule, cured_run_id, count(*) FROM rejected_record GROUP BY rule, cured_run_id ORDER BY rule")
                == ["invalid_event_time|NULL|1", "invalid_score|2|3"])
        #expect(try warehouse.faults() == [])
    }

    @Test(arguments: Warehouses.present)
    func aFilterLeavesOtherLinesAlone(_ kind: WarehouseKind) throws {
        let loaded = try DirtyInput.of(kind).loadedEarly(into: kind)
        let warehouse = loaded.warehouse
        let source = try #require(loaded.sources.events.names.last)
        let others = """
            SELECT rejected_id, rule, message FROM rejected_record WHERE source <> '\(source)' ORDER BY rejected_id
            """
        let before = try warehouse.rows(others)
        let report = try warehouse.retry(late, lines: .stored(RejectedFilter(source: source)))
        #expect(report.run.counts.accepted > 10)
        #expect(before.count > 10)
        #expect(try warehouse.rows(others) == before)
    }

    @Test(
        "Stopped at a commit and run again, it ends where one run does", arguments: Warehouses.present, [1, 3, 10])
    func stopped(_ kind: WarehouseKind, afterPages pages: Int) throws {
        let input = try DirtyInput.of(kind)
        let loaded = try input.loadedEarly(into: kind)
        let warehouse = loaded.warehouse
        let before = try warehouse.integer("SELECT count(*) FROM rejected_record")
        let stop = StopSignal()
        var seen = 0
        let sizes = LawWarehouse.RetrySizes(pageLines: 20, transactionLines: 20)
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
        #expect(try loaded.differences(from: input.expected) == [])
    }

    @Test("An error ends it at its last commit", arguments: Warehouses.present, [1 as Int64, 2_000_000])
    func error(_ kind: WarehouseKind, transactionLines: Int64) throws {
        let input = try DirtyInput.of(kind)
        let loaded = try input.loadedEarly(into: kind)
        let warehouse = loaded.warehouse
        let digest = try warehouse.digest()
        try broken(warehouse, LawWarehouse.RetrySizes(pageLines: 10, transactionLines: transactionLines)) { $0 }
        #expect(try warehouse.rows("SELECT outcome FROM load_run ORDER BY run_id") == ["completed", "failed"])
        #expect((try warehouse.digest() == digest) == (transactionLines > 1000))
        try warehouse.retry(late)
        #expect(try loaded.differences(from: input.expected) == [])
    }

    @Test(arguments: Warehouses.present)
    func thatLinesLeaveBeforeTheirRowsAreThereIsNoticed(_ kind: WarehouseKind) throws {
        let input = try DirtyInput.of(kind)
        let loaded = try input.loadedEarly(into: kind)
        let defect = Box<QuarantineDefectWarehouse>()
        try broken(loaded.warehouse, LawWarehouse.RetrySizes(pageLines: 10)) { inner in
            let warehouse = QuarantineDefectWarehouse(inner)
            defect.value = warehouse
            return warehouse
        }
        #expect((defect.value?.early ?? 0) > 0)
        defect.value = nil
        try loaded.warehouse.retry(late)
        #expect(try loaded.warehouse.digest() != input.expected.digest)
    }

    /// A retry of all lines that fails after 300 lines.
    private func broken(
        _ warehouse: LawWarehouse, _ sizes: LawWarehouse.RetrySizes,
        through wrap: (any Warehouse) -> any Warehouse
    ) throws {
        struct Broken: Error {}
        let records = try warehouse.openRecords()
        var given = 0
        let lines = QuarantineSelection.mended {
            given += 1
            if given > 300 { throw Broken() }
            return MendedLine(id: records[given - 1].id, raw: records[given - 1].rejection.raw)
        }
        #expect(throws: Broken.self) { try warehouse.retry(late, sizes, lines: lines, through: wrap) }
    }
}
