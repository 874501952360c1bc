import Domain
import Foundation
import Testing

@testable import SQLite

/// The first load uses a rollback journal, and everything after it a write-ahead log.
@Suite struct JournalModeTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("w.db") }

    init() throws { folder = try TemporaryFolder() }

    private func usesLog() throws -> Bool { try #require(try DatabaseHeader(path: path)).usesLog }

    /// Begins a run, commits that it has read a line, and ends it with an outcome.
    private func run(_ warehouse: SQLiteWarehouse, _ outcome: RunOutcome) throws {
        var run = try warehouse.beginRun(at: 1, as: .bounded)
        run.counts.read = 1
        run.counts.accepted = 1
        run.outcome = outcome
        try warehouse.begin()
        try warehouse.save(LedgerChanges(run: run))
        try warehouse.commit()
    }

    /// Leaves a warehouse as a first load does that is killed after a commit.
    private func killed() throws { try run(SQLiteWarehouse(path: path), .running) }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test(arguments: [RunOutcome.completed, .stopped, .failed])
    func aLogComesWithTheEndOfTheFirstRun(_ outcome: RunOutcome) throws {
        do {
            let warehouse = try SQLiteWarehouse(path: path)
            try run(warehouse, outcome)
            #expect(try !usesLog())
            warehouse.endRun()
            #expect(try usesLog())
            try run(warehouse, .completed)
            #expect(try usesLog())
            warehouse.endRun()
        }
        #expect(try names() == ["w.db"])
        #expect(try SQLiteReader(path: path).runs(limit: 9).map(\.outcome) == [.completed, outcome])
    }

    @Test func aFirstLoadThatWasKilledGoesOnAsItBegan() throws {
        try killed()
        #expect(try !usesLog())
        #expect(try SQLiteReader(path: path).runs(limit: 9).map(\.counts.read) == [1])
        try killed()
        #expect(try !usesLog())
        do {
            let warehouse = try SQLiteWarehouse(path: path)
            try run(warehouse, .completed)
            #expect(try !usesLog())
            warehouse.endRun()
        }
        #expect(try usesLog())
        #expect(try names() == ["w.db"])
        let runs = try SQLiteReader(path: path).runs(limit: 9)
        #expect(runs.map(\.outcome) == [.completed, .interrupted, .interrupted])
    }

    @Test func aMigrationGivesALog() throws {
        _ = try folder.warehouse("w.db")
        #expect(try usesLog())
        try run(SQLiteWarehouse(path: path), .running)
        #expect(try usesLog())
        try FileManager.default.removeItem(atPath: path)
        try killed()
        // The load created all tables, but not the indexes yet.
        #expect(try SQLiteWarehouse(path: path).migrate(at: 2).allSatisfy { $0.hasPrefix("index ") })
        #expect(try usesLog())
        #expect(try names() == ["w.db"])
    }

    @Test func aDryRunChangesNothing() throws {
        try killed()
        do {
            let warehouse = try SQLiteWarehouse(path: path)
            let run = try warehouse.beginRun(at: 2, as: .dryRun)
            try warehouse.save(LedgerChanges(run: run))
            try warehouse.rollback()
            warehouse.endRun()
            // Other programs can read the warehouse again.
            #expect(try Connection(path: path, access: .readOnly).integer("SELECT count(*) FROM load_run") == 1)
        }
        #expect(try !usesLog())
        #expect(try names() == ["w.db"])
    }

    /// `VACUUM INTO` makes a copy without a log.
    @Test func aCopyWithoutALogGetsOneBeforeItIsLoadedInto() throws {
        do {
            let warehouse = try folder.warehouse()
            try run(warehouse, .completed)
            warehouse.endRun()
            try warehouse.connection.execute("VACUUM INTO '\(path)'")
        }
        #expect(try !usesLog())
        #expect(try SQLiteReader(path: path).runs(limit: 9).count == 1)
        try run(SQLiteWarehouse(path: path), .running)
        #expect(try usesLog())
    }

    @Test func aLoadOfManySmallCommitsGetsALog() throws {
        let warehouse = try SQLiteWarehouse(path: path)
        let run = try warehouse.beginRun(at: 1, as: .bounded)
        // `beginRun` made the first commit.
        for commit in 2...SmallCommits.usual + 1 {
            #expect(try !usesLog(), "before commit \(commit)")
            try warehouse.begin()
            try warehouse.save(LedgerChanges(run: run))
            try warehouse.commit()
        }
        #expect(try usesLog())
        #expect(try SQLiteReader(path: path).runs(limit: 9).count == 1)
        try warehouse.begin()
        try warehouse.save(LedgerChanges(run: run))
        try warehouse.commit()
        warehouse.endRun()
        #expect(try usesLog())
    }

    @Test func commitsAreSmallOrLarge() {
        let large = SmallCommits.pagesOfALargeOne
        for (growth, isSlow) in [
            ([1, 1, 1, 1], false), ([1, 1, 1, 1, 1], true), ([1, 1, 1, large, 1], false),
            (Array(repeating: large, count: 50), false), ([1, large, 1, large, 1, large, 1, large, 1], true),
            ([0, 0, 0, 0, 0], true),
        ] {
            var (commits, pages, answer) = (SmallCommits(), Int64(0), false)
            for more in growth {
                pages += more
                answer = commits.add(pages: pages)
            }
            #expect(answer == isSlow, "\(growth)")
        }
    }

    @Test func aPlaceWithoutSupportForALogIsToldOf() throws {
        let mode = JournalMode(of: try Connection(path: "", access: .inMemory), busyTimeout: 0)
        let error = try #require(throws: SQLiteFileError.self) { try mode.expectLogSupport() }
        #expect(error.description.contains("write-ahead log"))
    }

    @Test func readersAreRefusedAndToldSo() throws {
        let warehouse = try SQLiteWarehouse(path: path)
        try run(warehouse, .completed)
        for asOwner in [true, false] {
            let error = try #require(throws: SQLiteFileError.self) { try SQLiteReader(path: path, asOwner: asOwner) }
            guard case .firstLoad(path, let bytes) = error else {
                Issue.record("another error: \(error)")
                continue
            }
            #expect(bytes > 100_000)
        }
        // Other programs are locked out, so that they cannot delay a commit.
        let other = try Connection(path: path, access: .readOnly)
        let busy = try #require(throws: SQLiteError.self) { try other.integer("SELECT count(*) FROM load_run") }
        #expect(busy.isBusy)
        let second = try #require(throws: WarehouseError.self) { try SQLiteWarehouse(path: path) }
        guard case .inUse(path, nil) = second else { throw second }
        warehouse.endRun()
        #expect(try other.integer("SELECT count(*) FROM load_run") == 1)
        #expect(try SQLiteReader(path: path).runs(limit: 9).count == 1)
    }

    @Test(arguments: [
        [], [UInt8](repeating: 0, count: 100), Array("SQLite format 3\0".utf8), [UInt8](repeating: 65, count: 4096),
    ])
    func whatHasNoHeaderHasNone(_ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(try DatabaseHeader(path: path) == nil)
    }

    @Test func aHeaderSaysWhoseTheDatabaseIs() throws {
        for (id, mode, usesLog): (Int64, String, Bool) in [(0x5265_656c, "DELETE", false), (-7, "WAL", true)] {
            try? FileManager.default.removeItem(atPath: path)
            let connection = try Connection(path: path, access: .readWrite)
            try connection.execute("PRAGMA journal_mode = \(mode); PRAGMA application_id = \(id); CREATE TABLE a (b)")
            try connection.execute("PRAGMA wal_checkpoint")
            let header = try #require(try DatabaseHeader(path: path))
            #expect(header.applicationID == id && header.usesLog == usesLog)
        }
    }
}
