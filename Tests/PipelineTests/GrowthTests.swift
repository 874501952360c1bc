import Domain
import Files
import Pipeline
import SQLite
import Schema
import TestSupport
import Testing

/// Logs that grow: read piece by piece, with crashes in between, they give what one reading of the whole gives.
@Suite struct GrowthTests {
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

    /// What one reading of a whole log gives.
    private static func whole(_ warehouse: LawWarehouse, _ path: String) throws -> WarehouseState {
        let other = try LawWarehouse()
        try other.run(events: [path], sizes: sizes)
        return try other.state()
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64], [false, true])
    func piecesGiveWhatTheWholeGives(_ seed: UInt64, _ crashes: Bool) throws {
        var chance = Chance(seed: seed)
        let bytes = try Self.log(seed: 70 + seed, &chance)
        let warehouse = try LawWarehouse()
        let path = warehouse.folder.path("app.log")
        var cuts = (0..<8).map { _ in Int.random(in: 0...bytes.count, using: &chance) }
        // Around an LF is where it matters.
        let ends = bytes.indices.filter { bytes[$0] == 10 }
        cuts += (0..<4).map { _ in chance.pick(ends) + Int.random(in: -2...1, using: &chance) }
        for cut in cuts.filter({ (0...bytes.count).contains($0) }).sorted() + [bytes.count] {
            try warehouse.folder.write("app.log", Array(bytes[..<cut]))
            for _ in 0..<(crashes ? 3 : 0) {
                let occurrence = Int.random(in: 1...4, using: &chance)
                let step = chance.pick([FaultyWarehouse.Step.beforeCommit, .afterCommit, .saveCheckpoint])
                do {
                    try warehouse.run(events: [path], sizes: Self.sizes) {
                        FaultyWarehouse($0, at: step, occurrence: occurrence)
                    }
                } catch is Fault {}
            }
            try warehouse.run(events: [path], sizes: Self.sizes)
        }
        let differences = try warehouse.state().differences(from: Self.whole(warehouse, path))
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
        #expect(try Database(path: warehouse.path).integer("SELECT count(*) FROM load_checkpoint") == 1)
    }

    /// Killed in the middle, a log goes on although it was renamed, and another has taken its name.
    @Test func aLogThatIsRotatedInBetweenGoesOn() throws {
        var chance = Chance(seed: 9)
        let bytes = try Self.log(seed: 79, &chance)
        let warehouse = try LawWarehouse()
        let path = try warehouse.folder.write("app.log", bytes)
        do {
            try warehouse.run(events: [path], sizes: Self.sizes) {
                FaultyWarehouse($0, at: .afterCommit, occurrence: 3)
            }
            Issue.record("the run was to break down")
        } catch is Fault {}
        let before = try Database(path: warehouse.path).integer("SELECT read FROM load_checkpoint")
        #expect(before > 0)
        let rotated = try warehouse.folder.write("app.log.1", bytes)
        try warehouse.folder.write("app.log", Array(ConformanceLines.event(1).utf8) + [10])
        let report = try warehouse.run(events: [path, rotated], sizes: Self.sizes)
        #expect(report.sources.map(\.state) == [.complete, .complete])
        #expect(report.sources[1].counts.read + before == Int64(LineCount.lines(in: bytes).count))
        #expect(try Database(path: warehouse.path).integer("SELECT count(*) FROM load_checkpoint") == 2)
    }

    /// A copy of the time before a log grew is loaded; what only begins like it is not that log.
    @Test func copiesOfAPartOfALog() throws {
        let warehouse = try LawWarehouse()
        let lines = (1...6).map { Array(ConformanceLines.event($0).utf8) + [10] }
        let path = try warehouse.folder.write("a.log", Array(lines[..<3].joined()))
        try warehouse.run(events: [path])
        try warehouse.folder.write("a.log", Array(lines[..<5].joined()))
        #expect(try warehouse.run(events: [path]).run.counts.read == 2)
        let copy = try warehouse.folder.write("copy.log", Array(lines[..<3].joined()))
        let less = try warehouse.folder.write("less.log", Array(lines[..<2].joined()))
        let other = try warehouse.folder.write("other.log", Array((lines[..<3] + [lines[5]]).joined()))
        let report = try warehouse.run(events: [path, copy, less, other])
        #expect(report.sources.map(\.state) == [.skipped, .skipped, .complete, .complete])
        // The last begins with all of the one before it, and goes on from there.
        #expect(report.sources.map(\.counts.read) == [0, 0, 2, 2])
        #expect(report.run.counts.duplicates == 3 && report.run.counts.accepted == 1)
        #expect(try warehouse.run(events: [path, copy, less, other]).run.counts.read == 0)
    }

    /// A copy that was made in the middle of a line, when the log has grown since.
    @Test(arguments: [
        (#"{"event_ty"#, 0), ("\t", 0), (ConformanceLines.event(9), 4), (ConformanceLines.event(9) + "\n{", 4),
        (#"{"event_ty"# + "\n", 4),
    ])
    func aCopyWithAnUnfinishedLine(_ tail: String, _ read: Int) throws {
        let warehouse = try LawWarehouse()
        let lines = (1...5).map { Array(ConformanceLines.event($0).utf8) + [10] }
        let begun = Array(lines[..<3].joined())
        let path = try warehouse.folder.write("a.log", begun + Array(tail.utf8.prefix(4)))
        try warehouse.run(events: [path])
        try warehouse.folder.write("a.log", Array(lines.joined()))
        #expect(try warehouse.run(events: [path]).run.counts.read == 2)
        let copy = try warehouse.folder.write("copy.log", begun + Array(tail.utf8))
        let report = try warehouse.run(events: [path, copy])
        #expect(report.sources[1].counts.read == Int64(read))
        #expect(report.sources[1].state == (read == 0 ? .skipped : .complete))
    }

    /// What was renamed has its new name in the ledger, and all else there stays; copies do not change it to and fro.
    @Test func aSkippedSourceHasTheNameItHasNow() throws {
        let warehouse = try LawWarehouse()
        let bytes = Array((1...3).map { ConformanceLines.event($0) + "\n" }.joined().utf8) + Array("bad\n".utf8)
        let old = try warehouse.folder.write("a.log", bytes)
        try warehouse.run(events: [old])
        let new = try warehouse.folder.write("a.log.1", bytes)
        let row = """
            SELECT count(*) FROM load_checkpoint WHERE is_complete AND run_id = 1 AND read = 4 AND rejected = 1
            AND source LIKE
            """
        for (paths, name) in [([old, new], "a.log"), ([new], "a.log.1"), ([new, old], "a.log.1"), ([old], "a.log")] {
            #expect(try warehouse.run(events: paths).run.counts.read == 0)
            #expect(try Database(path: warehouse.path).integer(row + " '%/\(name)'") == 1, "\(name)")
            #expect(try Database(path: warehouse.path).integer("SELECT count(*) FROM load_checkpoint") == 1)
        }
        #expect(
            try Database(path: warehouse.path)
                .integer("SELECT count(*) FROM rejected_record WHERE cured_run_id IS NULL") == 1)
    }

    @Test(arguments: Compression.allCases)
    func aReloadKilledInTheMiddleBeginsAgain(_ compression: Compression) throws {
        var chance = Chance(seed: 10)
        let bytes = try Self.log(seed: 80, &chance)
        let warehouse = try LawWarehouse()
        let path = try warehouse.folder.write("a", compression.encode(bytes))
        try warehouse.run(events: [path], sizes: Self.sizes)
        let row = try warehouse.state().checkpoints
        do {
            try warehouse.run(events: [path], sizes: Self.sizes, isReload: true) {
                FaultyWarehouse($0, at: .afterCommit, occurrence: 3)
            }
            Issue.record("the run was to break down")
        } catch is Fault {}
        #expect(try warehouse.state().checkpoints == row)
        #expect(try warehouse.run(events: [path], sizes: Self.sizes).sources.map(\.state) == [.skipped])
        let again = try warehouse.run(events: [path], sizes: Self.sizes, isReload: true)
        #expect(again.run.counts.read == Int64(LineCount.lines(in: bytes).count) && again.run.counts.accepted == 0)
        #expect(try warehouse.state().checkpoints.count == 1)
    }

    // MARK: Rows of older versions

    /// A warehouse of version 6 that knows files by all their bytes.
    private func older(_ warehouse: LawWarehouse, _ rows: [(key: String, line: Int, offset: Int, isComplete: Bool)])
        throws
    {
        let connection = try Connection(path: warehouse.path, access: .readWrite)
        for migration in Schema.sqlite.prefix(6) {
            try connection.execute(migration.sql)
            try connection.execute("INSERT INTO schema_migration VALUES (\(migration.version), '\(migration.name)', 7)")
        }
        try connection.execute("INSERT INTO load_run (run_id, started_at, outcome) VALUES (1, 1, 'completed')")
        for row in rows {
            try connection.execute(
                """
                INSERT INTO load_checkpoint (port, source_key, source, line, byte_offset, is_complete, read, accepted,
                duplicates, rejected, warnings, run_id) VALUES ('events', '\(row.key)', 'before', \(row.line),
                \(row.offset), \(row.isComplete ? 1 : 0), \(row.line), \(row.line), 0, 0, 0, 1)
                """)
        }
    }

    private func key(_ bytes: [UInt8]) throws -> String {
        let other = try LawWarehouse()
        try other.run(events: [try other.folder.write("a", bytes)])
        return try Database(path: other.path).rows("SELECT source_key FROM load_checkpoint")[0]
    }

    @Test(arguments: Compression.allCases)
    func rowsOfOlderVersionsAreKnown(_ compression: Compression) throws {
        let lines = (1...30).map { Array(ConformanceLines.event($0).utf8) + [10] }
        let first = Array(lines[..<10].joined())
        let second = Array(lines[10..<20].joined())
        let files = try [first, second].map { try compression.encode($0) }
        let warehouse = try LawWarehouse()
        try older(
            warehouse,
            [(key(files[0]), 10, first.count, true), (key(files[1]), 4, lines[10..<14].joined().count, false)])
        let paths = try [("x", files[0]), ("y", files[1])].map { try warehouse.folder.write($0.0, $0.1) }
        let report = try warehouse.run(events: paths)
        #expect(report.sources.map(\.state) == [.skipped, .complete])
        #expect(report.run.counts.read == 6 && report.run.counts.accepted == 6)
        let database = try Database(path: warehouse.path)
        #expect(try database.rows("SELECT read FROM load_checkpoint ORDER BY source_bytes, source") == ["10", "10"])
        #expect(
            try database.rows("SELECT source_bytes FROM load_checkpoint ORDER BY 1")
                == files.map(\.count).sorted().map(String.init))
        #expect(try warehouse.run(events: paths).sources.map(\.state) == [.skipped, .skipped])
    }

    @Test func aPlainFileOfAnOlderVersionHasGrown() throws {
        let lines = (1...30).map { Array(ConformanceLines.event($0).utf8) + [10] }
        let first = Array(lines[..<10].joined())
        let warehouse = try LawWarehouse()
        try older(warehouse, [(key(first), 10, first.count, true)])
        let path = try warehouse.folder.write("x", Array(lines.joined()))
        #expect(try warehouse.run(events: [path]).run.counts.read == 20)
        let database = try Database(path: warehouse.path)
        #expect(try database.rows("SELECT read || ' ' || CAST(position AS INTEGER) FROM load_checkpoint") == ["30 30"])
    }
}
