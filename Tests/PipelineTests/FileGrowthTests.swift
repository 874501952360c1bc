import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// Files that grow: several runs over a growing file, with crashes, give the same warehouse as one run over all of it.
@Suite struct FileGrowthTests {
    private static let sizes = LawWarehouse.Sizes(chunkBytes: 2 << 10, groupRows: 20, transactionLines: 40)

    /// A log with blank lines, CRs and lines that break rules.
    private static func log(seed: UInt64, _ chance: inout Chance) throws -> [UInt8] {
        let input = try LawInput.generated(seed: seed, movies: 20, events: 240, withConflicts: true)
        var bytes: [UInt8] = []
        for line in input.events {
            if chance.isLucky(oneIn: 12) { bytes += Array(" \t\n".utf8) }
            bytes += line
            if chance.isLucky(oneIn: 8) { bytes.append(13) }
            bytes.append(10)
        }
        return bytes
    }

    /// The warehouse after one run over a whole log.
    private static func whole(_ path: String) throws -> WarehouseState {
        let other = try LawWarehouse(Warehouses.all[0])
        try other.run(files: [path], sizes: sizes)
        return try other.state()
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64], [false, true])
    func piecesGiveWhatTheWholeGives(_ seed: UInt64, _ crashes: Bool) throws {
        var chance = Chance(seed: seed)
        let bytes = try Self.log(seed: 70 + seed, &chance)
        let (warehouse, folder) = try (LawWarehouse(Warehouses.all[0]), TemporaryFolder(inMemory: true))
        let path = folder.path("app.log")
        var cuts = (0..<8).map { _ in Int.random(in: 0...bytes.count, using: &chance) }
        // Faults are likeliest where a piece ends near an LF.
        let ends = bytes.indices.filter { bytes[$0] == 10 }
        cuts += (0..<4).map { _ in chance.pick(ends) + Int.random(in: -2...1, using: &chance) }
        for cut in cuts.filter({ (0...bytes.count).contains($0) }).sorted() + [bytes.count] {
            try folder.write("app.log", Array(bytes[..<cut]))
            for _ in 0..<(crashes ? 3 : 0) {
                let occurrence = Int.random(in: 1...4, using: &chance)
                let step = chance.pick([FaultyWarehouse.Step.beforeCommit, .afterCommit, .saveCheckpoint])
                do {
                    try warehouse.run(files: [path], sizes: Self.sizes) {
                        FaultyWarehouse($0, at: step, occurrence: occurrence)
                    }
                } catch is Fault {}
            }
            try warehouse.run(files: [path], sizes: Self.sizes)
        }
        let differences = try warehouse.state().differences(from: Self.whole(path))
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
        #expect(try warehouse.integer("SELECT count(*) FROM load_checkpoint") == 1)
    }

    /// After a crash, the load of a log continues although the log was renamed and another file has its name.
    @Test func aLogThatIsRotatedInBetweenGoesOn() throws {
        var chance = Chance(seed: 9)
        let bytes = try Self.log(seed: 79, &chance)
        let (warehouse, folder) = try (LawWarehouse(Warehouses.all[0]), TemporaryFolder(inMemory: true))
        let path = try folder.write("app.log", bytes)
        do {
            try warehouse.run(files: [path], sizes: Self.sizes) {
                FaultyWarehouse($0, at: .afterCommit, occurrence: 3)
            }
            Issue.record("the run was to break down")
        } catch is Fault {}
        let before = try warehouse.integer("SELECT read FROM load_checkpoint")
        #expect(before > 0)
        let rotated = try folder.write("app.log.1", bytes)
        try folder.write("app.log", Array(ConformanceLines.event(1).utf8) + [10])
        let report = try warehouse.run(files: [path, rotated], sizes: Self.sizes)
        #expect(report.sources.map(\.state) == [.complete, .complete])
        #expect(report.sources[1].counts.read + before == Int64(LineCount.lines(in: bytes).count))
        #expect(try warehouse.integer("SELECT count(*) FROM load_checkpoint") == 2)
    }

    /// A copy from before a log grew is skipped as loaded. A file that only begins with the same bytes is another
    /// source.
    @Test func copiesOfAPartOfALog() throws {
        let (warehouse, folder) = try (LawWarehouse(Warehouses.all[0]), TemporaryFolder(inMemory: true))
        let lines = (1...6).map { Array(ConformanceLines.event($0).utf8) + [10] }
        let path = try folder.write("a.log", Array(lines[..<3].joined()))
        try warehouse.run(files: [path])
        try folder.write("a.log", Array(lines[..<5].joined()))
        #expect(try warehouse.run(files: [path]).run.counts.read == 2)
        let copy = try folder.write("copy.log", Array(lines[..<3].joined()))
        let less = try folder.write("less.log", Array(lines[..<2].joined()))
        let other = try folder.write("other.log", Array((lines[..<3] + [lines[5]]).joined()))
        let report = try warehouse.run(files: [path, copy, less, other])
        #expect(report.sources.map(\.state) == [.skipped, .skipped, .complete, .complete])
        // The last file begins with all bytes of the one before it, and continues it.
        #expect(report.sources.map(\.counts.read) == [0, 0, 2, 2])
        #expect(report.run.counts.duplicates == 3 && report.run.counts.accepted == 1)
        #expect(try warehouse.run(files: [path, copy, less, other]).run.counts.read == 0)
    }

    /// A copy that was made in the middle of a line, when the log has grown since.
    @Test(arguments: [
        (#"{"event_ty"#, 0), ("\t", 0), (ConformanceLines.event(9), 4), (ConformanceLines.event(9) + "\n{", 4),
        (#"{"event_ty"# + "\n", 4),
    ])
    func aCopyWithAnUnfinishedLine(_ tail: String, _ read: Int) throws {
        let (warehouse, folder) = try (LawWarehouse(Warehouses.all[0]), TemporaryFolder(inMemory: true))
        let lines = (1...5).map { Array(ConformanceLines.event($0).utf8) + [10] }
        let begun = Array(lines[..<3].joined())
        let path = try folder.write("a.log", begun + Array(tail.utf8.prefix(4)))
        try warehouse.run(files: [path])
        try folder.write("a.log", Array(lines.joined()))
        #expect(try warehouse.run(files: [path]).run.counts.read == 2)
        let copy = try folder.write("copy.log", begun + Array(tail.utf8))
        let report = try warehouse.run(files: [path, copy])
        #expect(report.sources[1].counts.read == Int64(read))
        #expect(report.sources[1].state == (read == 0 ? .skipped : .complete))
    }

    /// A renamed file has its new name in the ledger, and nothing else changes there. Copies do not change the name.
    @Test func aSkippedSourceHasTheNameItHasNow() throws {
        let (warehouse, folder) = try (LawWarehouse(Warehouses.all[0]), TemporaryFolder(inMemory: true))
        let bytes = Array((1...3).map { ConformanceLines.event($0) + "\n" }.joined().utf8) + Array("bad\n".utf8)
        let old = try folder.write("a.log", bytes)
        try warehouse.run(files: [old])
        let new = try folder.write("a.log.1", bytes)
        let row = """
            SELECT count(*) FROM load_checkpoint WHERE is_complete AND run_id = 1 AND read = 4 AND rejected = 1
            AND source LIKE
            """
        for (paths, name) in [([old, new], "a.log"), ([new], "a.log.1"), ([new, old], "a.log.1"), ([old], "a.log")] {
            #expect(try warehouse.run(files: paths).run.counts.read == 0)
            #expect(try warehouse.integer(row + " '%/\(name)'") == 1, "\(name)")
            #expect(try warehouse.integer("SELECT count(*) FROM load_checkpoint") == 1)
        }
        #expect(
            try warehouse.integer("SELECT count(*) FROM rejected_record WHERE cured_run_id IS NULL") == 1)
    }

    @Test(arguments: Compression.allCases)
    func aReloadKilledInTheMiddleBeginsAgain(_ compression: Compression) throws {
        var chance = Chance(seed: 10)
        let bytes = try Self.log(seed: 80, &chance)
        let (warehouse, folder) = try (LawWarehouse(Warehouses.all[0]), TemporaryFolder(inMemory: true))
        let path = try folder.write("a", compression.encode(bytes))
        try warehouse.run(files: [path], sizes: Self.sizes)
        let row = try warehouse.state().checkpoints
        do {
            try warehouse.run(files: [path], sizes: Self.sizes, isReload: true) {
                FaultyWarehouse($0, at: .afterCommit, occurrence: 3)
            }
            Issue.record("the run was to break down")
        } catch is Fault {}
        #expect(try warehouse.state().checkpoints == row)
        #expect(try warehouse.run(files: [path], sizes: Self.sizes).sources.map(\.state) == [.skipped])
        let again = try warehouse.run(files: [path], sizes: Self.sizes, isReload: true)
        #expect(again.run.counts.read == Int64(LineCount.lines(in: bytes).count) && again.run.counts.accepted == 0)
        #expect(try warehouse.state().checkpoints.count == 1)
    }
}

extension LawWarehouse {
    /// Loads files of events.
    @discardableResult
    func run(
        files paths: [String], sizes: Sizes = Sizes(), clock: RunClock = LawClock.clock, isReload: Bool = false,
        through wrap: (any Warehouse) -> any Warehouse = { $0 }
    ) throws -> LoadReport {
        try run(
            events: FilesOfATest(paths, port: .events), sizes: sizes, clock: clock, through: wrap,
            changing: { $0.isReload = isReload })
    }
}
