import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// Lines in quarantine are cured when the file that they came from is read again without them.
@Suite struct QuarantineCureTests {
    /// A warehouse and a folder of files that are loaded into it.
    private struct Bench {
        let warehouse: LawWarehouse
        let folder: TemporaryFolder

        init(_ kind: WarehouseKind) throws {
            warehouse = try LawWarehouse(kind)
            folder = try TemporaryFolder(inMemory: true)
        }

        func write(_ name: String, _ lines: [String]) throws {
            try folder.write(name, lines.map { $0 + "\n" }.joined())
        }

        /// Loads files by their names.
        @discardableResult
        func load(
            _ names: String..., sizes: LawWarehouse.Sizes = LawWarehouse.Sizes(), stop: StopSignal = StopSignal(),
            changing change: (inout LoadOptions) -> Void = { _ in },
            progress: @escaping (LoadProgress) -> Void = { _ in }
        ) throws -> LoadReport {
            let report = try warehouse.run(
                events: FilesOfATest(names.map(folder.path), port: .events), sizes: sizes, clock: DirtyInput.late,
                stop: stop, changing: change, progress: progress)
            #expect(try warehouse.faults() == [])
            return report
        }

        /// Each line in quarantine: its file's name, number, rule, and the run that cured it.
        func records() throws -> [String] {
            try warehouse.rows(
                "SELECT source, line, rule, cured_run_id FROM rejected_record ORDER BY source, line, rejected_id"
            ).map { $0.replacing(folder.path + "/", with: "") }
        }
    }

    private static func rate(_ id: Int, _ score: String = "8") -> String { QuarantineArrivalTests.rate(id, score) }

    @Test(arguments: Warehouses.present)
    func aFileThatWasMendedIsCured(_ kind: WarehouseKind) throws {
        let bench = try Bench(kind)
        try bench.write("a.ndjson", [Self.rate(1, "11"), Self.rate(2), "x"])
        try bench.write("b.ndjson", ["x"])
        #expect(try bench.load("a.ndjson", "b.ndjson").cured == 0)
        // One line is right now, one is gone, and another one is wrong: line 1 is a rate again, of another score.
        try bench.write("a.ndjson", [Self.rate(1, "12"), Self.rate(2), Self.rate(3)])
        #expect(try bench.load("a.ndjson").cured == 2)
        #expect(
            try bench.records() == [
                "a.ndjson|1|invalid_score|2", "a.ndjson|1|invalid_score|NULL", "a.ndjson|3|malformed_json|2",
                "b.ndjson|1|malformed_json|NULL",
            ])
    }

    @Test(arguments: Warehouses.present)
    func aDamagedFileThatWasMendedIsCured(_ kind: WarehouseKind) throws {
        let bench = try Bench(kind)
        let lines = (1...2000).map { Self.rate($0) + "\n" }.joined()
        let whole = try Compression.gzip.encode(Array(lines.utf8))
        try bench.folder.write("a.ndjson.gz", Array(whole.prefix(whole.count / 2)))
        let damaged = try bench.load("a.ndjson.gz")
        #expect(damaged.sources.map(\.isDamaged) == [true] && damaged.run.counts.rejected == 1)
        // Cut elsewhere, so that the damage is at another offset.
        try bench.folder.write("a.ndjson.gz", Array(whole.prefix(whole.count / 3)))
        #expect(try bench.load("a.ndjson.gz").cured == 1)
        try bench.folder.write("a.ndjson.gz", whole)
        let mended = try bench.load("a.ndjson.gz")
        #expect(mended.cured == 1 && mended.run.counts.rejected == 0)
        #expect(try bench.warehouse.rejected() == [])
        #expect(try bench.warehouse.integer("SELECT count(*) FROM fact_user_event") == 2000)
    }

    @Test(arguments: Warehouses.present)
    func whatIsFoundAgainIsOpenAgain(_ kind: WarehouseKind) throws {
        let bench = try Bench(kind)
        try bench.write("a.ndjson", ["x", Self.rate(1)])
        try bench.load("a.ndjson")
        try bench.write("a.ndjson", ["", Self.rate(1)])
        #expect(try bench.load("a.ndjson").cured == 1)
        // Another file, not the first one grown, which would not be read from its start.
        try bench.write("a.ndjson", ["x", Self.rate(2)])
        #expect(try bench.load("a.ndjson").cured == 0)
        #expect(try bench.records() == ["a.ndjson|1|malformed_json|NULL"])
        #expect(try bench.warehouse.rows("SELECT run_id, last_run_id FROM rejected_record") == ["1|3"])
        // A skipped file cures nothing. A file that is read again still has its lines.
        #expect(try bench.load("a.ndjson").cured == 0)
        #expect(try bench.load("a.ndjson", changing: { $0.isReload = true }).cured == 0)
        #expect(try bench.records() == ["a.ndjson|1|malformed_json|NULL"])
    }

    /// Loads with a commit after each chunk, and stops after the first where that is asked for.
    private func loadInPieces(_ bench: Bench, _ name: String, stops: Bool) throws -> LoadReport {
        let stop = StopSignal()
        return try bench.load(
            name, sizes: LawWarehouse.Sizes(chunkBytes: 1 << 10, groupRows: 1, transactionLines: 1), stop: stop,
            progress: { if stops, $0.counts.read > 0 { stop.request(.interrupt) } })
    }

    @Test(arguments: Warehouses.present)
    func whatAnEarlierPartOfTheReadingFoundStaysOpen(_ kind: WarehouseKind) throws {
        let bench = try Bench(kind)
        let good = (1...200).map { Self.rate($0) }
        try bench.write("a.ndjson", ["old"] + good + ["older"])
        try bench.load("a.ndjson")
        try bench.write("a.ndjson", ["x"] + good + ["y"])
        let first = try loadInPieces(bench, "a.ndjson", stops: true)
        #expect(first.sources.map(\.state) == [.partial] && first.cured == 0 && first.run.counts.rejected == 1)
        let second = try loadInPieces(bench, "a.ndjson", stops: false)
        #expect(second.sources.map(\.state) == [.complete] && second.cured == 2)
        #expect(first.run.counts.read + second.run.counts.read == 202)
        #expect(
            try bench.records() == [
                "a.ndjson|1|malformed_json|3", "a.ndjson|1|malformed_json|NULL", "a.ndjson|202|malformed_json|3",
                "a.ndjson|202|malformed_json|NULL",
            ])
    }

    @Test(arguments: Warehouses.present)
    func aLogThatGrowsKeepsItsLines(_ kind: WarehouseKind) throws {
        let bench = try Bench(kind)
        try bench.write("a.log", ["x", Self.rate(1)])
        try bench.load("a.log")
        try bench.write("a.log", ["x", Self.rate(1), "y", Self.rate(2)])
        #expect(try bench.load("a.log").cured == 0)
        try bench.write("a.log", ["x", Self.rate(1), "y", Self.rate(2), Self.rate(3)])
        #expect(try bench.load("a.log").cured == 0)
        #expect(try bench.records() == ["a.log|1|malformed_json|NULL", "a.log|3|malformed_json|NULL"])
    }

    @Test(arguments: Warehouses.present)
    func aDryRunSaysHowManyWouldBeCuredAndCuresNone(_ kind: WarehouseKind) throws {
        let bench = try Bench(kind)
        try bench.write("a.ndjson", ["x", Self.rate(1, "11"), Self.rate(2)])
        try bench.load("a.ndjson")
        let before = try bench.records()
        try bench.write("a.ndjson", [Self.rate(2)])
        try bench.write("b.ndjson", [Self.rate(1)])
        let report = try bench.load("a.ndjson", "b.ndjson", changing: { $0.isDryRun = true })
        #expect(report.cured == 2)
        #expect(try bench.records() == before)
        #expect(try bench.load("a.ndjson", "b.ndjson").cured == 2)
    }
}
