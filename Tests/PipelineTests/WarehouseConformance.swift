import Domain
import Fixtures
import Testing

/// The promises of `Warehouse` and `WarehouseReader` for every database.
enum WarehousePromise: String, CaseIterable, Sendable {
    case migratesOnce, hasOneWriter, numbersRuns, marksKilledRuns, knowsTheLastOrderlyRun, showsNothingBeforeTheCommit
    case forgetsOnRollback, forgetsWhatAClosedConnectionLeft, keepsCheckpoints, knowsSources, keepsTheLastRow,
        rejectsOnce
    case pagesTheQuarantine, marksWhatStands, mergesInAnyOrder, ranksMovies, replacesMovies, enrichesAnew
    case refusesToWriteForReaders, keepsNothingOfADryRun
    case curesWhatAReadingDidNotFind, opensWhatIsFoundAgain, curesWhatArrived, replacesOnce, dropsAndCounts

    /// Whether the check opens the warehouse while a run writes to it.
    var readsWhileARunWrites: Bool {
        switch self {
        case .hasOneWriter, .showsNothingBeforeTheCommit, .forgetsOnRollback, .keepsCheckpoints, .knowsSources,
            .keepsTheLastRow, .rejectsOnce, .pagesTheQuarantine:
            true
        default: false
        }
    }

    /// Checks that a warehouse keeps the promise.
    func check(_ fixture: some WarehouseFixture) throws {
        switch self {
        case .migratesOnce: try migratesOnce(fixture)
        case .hasOneWriter: try hasOneWriter(fixture)
        case .numbersRuns: try numbersRuns(fixture)
        case .marksKilledRuns: try marksKilledRuns(fixture)
        case .knowsTheLastOrderlyRun: try knowsTheLastOrderlyRun(fixture)
        case .showsNothingBeforeTheCommit: try showsNothingBeforeTheCommit(fixture)
        case .forgetsOnRollback: try forgetsOnRollback(fixture)
        case .forgetsWhatAClosedConnectionLeft: try forgetsWhatAClosedConnectionLeft(fixture)
        case .keepsCheckpoints: try keepsCheckpoints(fixture)
        case .knowsSources: try knowsSources(fixture)
        case .keepsTheLastRow: try keepsTheLastRow(fixture)
        case .rejectsOnce: try rejectsOnce(fixture)
        case .pagesTheQuarantine: try pagesTheQuarantine(fixture)
        case .marksWhatStands: try marksWhatStands(fixture)
        case .mergesInAnyOrder: try mergesInAnyOrder(fixture)
        case .ranksMovies: try ranksMovies(fixture)
        case .replacesMovies: try replacesMovies(fixture)
        case .enrichesAnew: try enrichesAnew(fixture)
        case .refusesToWriteForReaders: try refusesToWriteForReaders(fixture)
        case .keepsNothingOfADryRun: try keepsNothingOfADryRun(fixture)
        case .curesWhatAReadingDidNotFind: try curesWhatAReadingDidNotFind(fixture)
        case .opensWhatIsFoundAgain: try opensWhatIsFoundAgain(fixture)
        case .curesWhatArrived: try curesWhatArrived(fixture)
        case .replacesOnce: try replacesOnce(fixture)
        case .dropsAndCounts: try dropsAndCounts(fixture)
        }
    }
}

// MARK: Runs and transactions

extension WarehousePromise {
    private func migratesOnce(_ fixture: some WarehouseFixture) throws {
        let warehouse = try fixture.writer()
        #expect(try !warehouse.migrate(at: 1).isEmpty)
        #expect(try warehouse.migrate(at: 2).isEmpty)
        #expect(try fixture.writer().migrate(at: 3).isEmpty)
        let version = try fixture.reader().schemaVersion()
        #expect(version.applied == version.known && version.known > 0)
        #expect(try warehouse.rowCounts().allSatisfy { $0.rows == 0 })
    }

    private func hasOneWriter(_ fixture: some WarehouseFixture) throws {
        let first = try fixture.writer()
        _ = try first.beginRun(at: 1, as: .bounded)
        let second = try fixture.writer()
        #expect(throws: WarehouseError.self) { _ = try second.beginRun(at: 2, as: .bounded) }
        first.endRun()
        _ = try second.beginRun(at: 3, as: .bounded)
        second.endRun()
        withExtendedLifetime(first) {}
    }

    private func numbersRuns(_ fixture: some WarehouseFixture) throws {
        let warehouse = try fixture.writer()
        for number: Int64 in 1...3 {
            var run = try warehouse.beginRun(at: number * 10, as: .bounded)
            #expect(run.id == number && run.startedAt == number * 10 && run.outcome == .running)
            try warehouse.begin()
            run.outcome = .completed
            run.endedAt = number * 10 + 5
            try warehouse.save(LedgerChanges(run: run))
            try warehouse.commit()
            warehouse.endRun()
        }
        let runs = try fixture.reader().runs(limit: 2)
        #expect(runs.map(\.id) == [3, 2])
        #expect(runs.map(\.endedAt) == [35, 25])
    }

    /// A run that was killed or failed, and one that is under way, has not ended as it was meant to.
    private func knowsTheLastOrderlyRun(_ fixture: some WarehouseFixture) throws {
        let warehouse = try fixture.writer()
        var last: Int64 = 0
        for outcome: RunOutcome in [.running, .failed, .completed, .running, .failed, .stopped, .failed] {
            var run = try warehouse.beginRun(at: 1, as: .bounded)
            #expect(try warehouse.lastOrderlyRun() == last, "before run \(run.id)")
            try warehouse.begin()
            (run.outcome, run.endedAt) = (outcome, outcome == .running ? nil : 2)
            let checkpoint = CheckpointChange(WarehousePromise.checkpoint("a", line: run.id))
            try warehouse.save(LedgerChanges(run: run, checkpoints: [checkpoint]))
            try warehouse.commit()
            if outcome.isOrderly { last = run.id }
            #expect(try warehouse.lastOrderlyRun() == last, "after run \(run.id)")
            var readBy: [Int64?] = []
            try warehouse.forEachKnownSource(of: .events) { readBy.append($0.lastRun) }
            #expect(readBy == [run.id])
            warehouse.endRun()
        }
        #expect(last == 6)
    }

    private func marksKilledRuns(_ fixture: some WarehouseFixture) throws {
        do {
            let killed = try fixture.writer()
            var run = try killed.beginRun(at: 1, as: .bounded)
            run.counts.read = 1
            run.counts.accepted = 1
            try killed.begin()
            try killed.save(LedgerChanges(run: run))
            try killed.commit()
            killed.endRun()
        }
        #expect(try fixture.reader().runs(limit: 9).map(\.outcome) == [.running])
        let next = try fixture.writer()
        #expect(try next.beginRun(at: 2, as: .bounded).id == 2)
        next.endRun()
        #expect(try fixture.reader().runs(limit: 9).map(\.outcome) == [.interrupted])
    }

    private func showsNothingBeforeTheCommit(_ fixture: some WarehouseFixture) throws {
        let warehouse = try fixture.writer()
        let run = try warehouse.beginRun(at: 1, as: .bounded)
        let reader = try fixture.reader()
        let empty = try digest(reader)
        try warehouse.begin()
        try warehouse.save(LedgerChanges(run: run))
        try warehouse.insertFacts(ConformanceLines.events([ConformanceLines.event(1)]))
        try warehouse.save(LedgerChanges(run: run, checkpoints: [CheckpointChange(WarehousePromise.checkpoint("a"))]))
        #expect(try digest(reader) == empty)
        #expect(try reader.checkpoints(limit: 9).isEmpty)
        try warehouse.commit()
        #expect(try digest(reader) != empty)
        #expect(try reader.checkpoints(limit: 9).count == 1)
        warehouse.endRun()
    }

    private func forgetsOnRollback(_ fixture: some WarehouseFixture) throws {
        let warehouse = try fixture.writer()
        let run = try warehouse.beginRun(at: 1, as: .bounded)
        let empty = try digest(fixture.reader())
        try warehouse.begin()
        try fill(warehouse, run)
        try warehouse.rollback()
        // Without an open transaction, rollback does nothing.
        try warehouse.rollback()
        #expect(try digest(fixture.reader()) == empty)
        #expect(try Self.stored(WarehousePromise.checkpoint("a").identity, in: warehouse) == nil)
        #expect(try warehouse.rowCounts().allSatisfy { $0.rows == 0 })
        try warehouse.begin()
        try fill(warehouse, run)
        try warehouse.commit()
        #expect(try digest(fixture.reader()) != empty)
        warehouse.endRun()
    }

    private func forgetsWhatAClosedConnectionLeft(_ fixture: some WarehouseFixture) throws {
        do {
            let killed = try fixture.writer()
            let run = try killed.beginRun(at: 1, as: .bounded)
            try killed.begin()
            try fill(killed, run)
        }
        let next = try fixture.writer()
        #expect(try next.beginRun(at: 2, as: .bounded).id == 1)
        #expect(try next.rowCounts().allSatisfy { $0.rows == 0 })
        #expect(try Self.stored(WarehousePromise.checkpoint("a").identity, in: next) == nil)
        next.endRun()
    }

    private func keepsNothingOfADryRun(_ fixture: some WarehouseFixture) throws {
        let warehouse = try fixture.writer()
        try dryRun(warehouse, id: 1)
        // The migrations were rolled back too.
        #expect(try !warehouse.migrate(at: 2).isEmpty)
        let killed = try warehouse.beginRun(at: 3, as: .bounded)
        try warehouse.begin()
        try warehouse.save(LedgerChanges(run: killed))
        try warehouse.commit()
        warehouse.endRun()
        let before = try digest(fixture.reader())
        try dryRun(warehouse, id: 2)
        #expect(try digest(fixture.reader()) == before)
        let runs = try fixture.reader().runs(limit: 9)
        #expect(runs.map(\.id) == [1] && runs.map(\.outcome) == [.running])
        #expect(try warehouse.rowCounts().allSatisfy { $0.rows == 0 })
    }

    private func dryRun(_ warehouse: any Warehouse, id: Int64) throws {
        let run = try warehouse.beginRun(at: 1, as: .dryRun)
        defer { warehouse.endRun() }
        #expect(run.id == id && run.outcome == .running)
        try fill(warehouse, run)
        #expect(try warehouse.rowCounts().contains { $0.rows > 0 })
        try warehouse.rollback()
    }

    private func fill(_ warehouse: any Warehouse, _ run: RunRecord) throws {
        try warehouse.save(LedgerChanges(run: run))
        try warehouse.insertFacts(ConformanceLines.events([ConformanceLines.event(1)]))
        let movies = try ConformanceLines.movies(["{\"id\":1,\"title\":\"One\"}"])
        try warehouse.replaceMovies(movies.documents, of: movies)
        try warehouse.quarantine([WarehousePromise.rejection(1)], run: run.id)
        try warehouse.save(LedgerChanges(run: run, checkpoints: [CheckpointChange(WarehousePromise.checkpoint("a"))]))
    }

    private func digest(_ reader: any WarehouseReader) throws -> [String: TableDigest] {
        Dictionary(uniqueKeysWithValues: try reader.digest().map { ($0.table, $0.digest) })
    }

    private func refusesToWriteForReaders(_ fixture: some WarehouseFixture) throws {
        let warehouse = try fixture.writer()
        _ = try warehouse.migrate(at: 1)
        let reader = try fixture.reader()
        for sql in [
            "DELETE FROM movies", "DROP TABLE movies", "SELECT 1; DELETE FROM movies", "CREATE TABLE more (a INTEGER)",
        ] { #expect(throws: (any Error).self, "\(sql)") { try reader.query(sql, header: { _ in }, row: { _ in }) } }
        var rows: [[QueryValue]] = []
        try reader.query("SELECT count(*) FROM movies", header: { _ in }, row: { rows.append($0) })
        #expect(rows == [[.integer(0)]])
        #expect(try reader.faults() == [])
    }
}

// MARK: Positions and quarantine

extension WarehousePromise {
    static func checkpoint(_ key: String, line: Int64 = 5, day: Int32? = nil) -> Checkpoint {
        var counts = LineCounts()
        counts.read = 5
        counts.accepted = 2
        counts.duplicates = 2
        counts.rejected = 1
        counts.warnings = 9
        return Checkpoint(
            SourceMark(identity: SourceIdentity(port: day == nil ? .events : .movies, key: key, snapshotDay: day)),
            source: "folder/" + key, position: SourcePosition(order: line, detail: "of \(key):'\(line)'"),
            isComplete: false, counts: counts)
    }

    static func rejection(_ line: Int64, rule: CleaningRule = .invalidScore, raw: [UInt8] = [0, 0xff, 10]) -> Rejection
    {
        Rejection(
            source: "a \"name\"'s", port: .events, line: line, byteOffset: line * 10, rule: rule, message: "ö is wrong",
            raw: raw, snapshotDay: nil)
    }

    /// The ledger's row of a source.
    private static func stored(_ identity: SourceIdentity, in warehouse: any Warehouse) throws -> Checkpoint? {
        var stored: Checkpoint?
        try warehouse.forEachKnownSource(of: identity.port) { known in
            if known.mark.identity == identity, !known.isOutgrown { stored = known.checkpoint }
        }
        return stored
    }

    private func keepsCheckpoints(_ fixture: some WarehouseFixture) throws {
        let warehouse = try fixture.writer()
        let run = try warehouse.beginRun(at: 1, as: .bounded)
        try warehouse.begin()
        try warehouse.save(LedgerChanges(run: run))
        let checkpoints = [
            WarehousePromise.checkpoint("a"), WarehousePromise.checkpoint("a", line: 6, day: 20_000),
            WarehousePromise.checkpoint("a", line: 7, day: 20_001), WarehousePromise.checkpoint("b", line: 8),
        ]
        try warehouse.save(LedgerChanges(run: run, checkpoints: checkpoints.map { CheckpointChange($0) }))
        var later = checkpoints[0]
        later.position = SourcePosition(order: 50)
        later.isComplete = true
        later.source = "moved"
        try warehouse.save(
            LedgerChanges(run: run, checkpoints: [CheckpointChange(later, previous: later.identity)]))
        try warehouse.commit()
        for checkpoint in [later] + checkpoints.dropFirst() {
            #expect(try Self.stored(checkpoint.identity, in: warehouse) == checkpoint)
        }
        let unknown = SourceIdentity(port: .events, key: "c")
        #expect(try Self.stored(unknown, in: warehouse) == nil)
        #expect(try fixture.reader().checkpoints(limit: 9).count == 4)
        warehouse.endRun()
    }

    /// When more of a source is read, its row is replaced. If it was complete before it grew, its earlier state stays
    /// in the ledger, once.
    private func knowsSources(_ fixture: some WarehouseFixture) throws {
        let warehouse = try fixture.writer()
        let run = try warehouse.beginRun(at: 1, as: .bounded)
        try warehouse.begin()
        try warehouse.save(LedgerChanges(run: run))
        func checkpoint(_ key: String, bytes: Int64, isComplete: Bool) -> Checkpoint {
            var checkpoint = WarehousePromise.checkpoint(key)
            checkpoint.mark = SourceMark(identity: checkpoint.identity, bytes: bytes, head: -bytes, mayGrow: true)
            checkpoint.isComplete = isComplete
            return checkpoint
        }
        var previous: SourceIdentity?
        for (index, isComplete) in [false, true, false, true].enumerated() {
            let next = checkpoint("key \(index)", bytes: Int64(index + 1) * 100, isComplete: isComplete)
            try warehouse.save(LedgerChanges(run: run, checkpoints: [CheckpointChange(next, previous: previous)]))
            previous = next.identity
        }
        try warehouse.save(LedgerChanges(run: run, checkpoints: [CheckpointChange(WarehousePromise.checkpoint("old"))]))
        try warehouse.save(
            LedgerChanges(run: run, checkpoints: [CheckpointChange(WarehousePromise.checkpoint("movies", day: 20_000))])
        )
        try warehouse.commit()
        var known: [KnownSource] = []
        try warehouse.forEachKnownSource(of: .events) { known.append($0) }
        known.sort { $0.mark.identity.key < $1.mark.identity.key }
        #expect(known.map(\.mark.identity.key) == ["key 1", "key 3", "old"])
        #expect(known.map(\.mark.bytes) == [200, 400, nil] && known.map(\.mark.head) == [-200, -400, nil])
        #expect(
            known.map(\.isOutgrown) == [true, false, false]
                && known.map(\.checkpoint.isComplete) == [true, true, false])
        #expect(known.map(\.mark.mayGrow) == [false, true, false])
        #expect(known[1].checkpoint.position == WarehousePromise.checkpoint("key 3").position)
        #expect(try fixture.reader().checkpoints(limit: 9).count == 3)
        warehouse.endRun()
    }

    private func keepsTheLastRow(_ fixture: some WarehouseFixture) throws {
        let warehouse = try fixture.writer()
        var run = try warehouse.beginRun(at: 1, as: .bounded)
        for read: Int64 in 1...3 {
            try warehouse.begin()
            run.counts.read = read
            run.counts.accepted = read
            try warehouse.save(LedgerChanges(run: run))
            try warehouse.commit()
        }
        let runs = try fixture.reader().runs(limit: 9)
        #expect(runs.map(\.counts) == [run.counts])
        warehouse.endRun()
    }

    private func rejectsOnce(_ fixture: some WarehouseFixture) throws {
        let warehouse = try fixture.writer()
        let run = try warehouse.beginRun(at: 1, as: .bounded)
        try warehouse.begin()
        try warehouse.save(LedgerChanges(run: run))
        let lines = [
            WarehousePromise.rejection(1), WarehousePromise.rejection(1, rule: .invalidVote),
            WarehousePromise.rejection(1, raw: []), WarehousePromise.rejection(2), WarehousePromise.rejection(1),
        ]
        try warehouse.quarantine(lines, run: run.id)
        try warehouse.quarantine(lines, run: run.id)
        try warehouse.commit()
        let stored = try fixture.reader().rejected(matching: RejectedFilter(), after: 0, limit: 99)
        #expect(stored.count == 4)
        #expect(stored.allSatisfy { $0.rejection.source == "a \"name\"'s" && $0.rejection.message == "ö is wrong" })
        #expect(stored.map(\.rejection.raw) == [[0, 0xff, 10], [0, 0xff, 10], [], [0, 0xff, 10]])
        warehouse.endRun()
    }

    private func pagesTheQuarantine(_ fixture: some WarehouseFixture) throws {
        let warehouse = try fixture.writer()
        let run = try warehouse.beginRun(at: 1, as: .bounded)
        try warehouse.begin()
        try warehouse.save(LedgerChanges(run: run))
        let lines = (1...10).map { WarehousePromise.rejection($0, rule: $0 % 2 == 0 ? .invalidVote : .invalidScore) }
        try warehouse.quarantine(lines, run: run.id)
        let even = RejectedFilter(rule: "invalid_vote")
        let first = try warehouse.rejected(matching: even, after: 0, limit: 2)
        #expect(first.map(\.rejection.line) == [2, 4])
        let rest = try warehouse.rejected(matching: even, after: first[1].id, limit: 99)
        #expect(rest.map(\.rejection.line) == [6, 8, 10])
        #expect(try warehouse.rejected(matching: RejectedFilter(source: "other"), after: 0, limit: 9).isEmpty)
        #expect(try warehouse.rejected(matching: RejectedFilter(id: rest[0].id), after: 0, limit: 9).count == 1)
        try warehouse.cureRejected(first.map(\.id), run: run.id)
        #expect(try warehouse.rejected(matching: even, after: 0, limit: 99).map(\.rejection.line) == [6, 8, 10])
        try warehouse.commit()
        let counts = try fixture.reader().rejectedCounts(matching: RejectedFilter())
        #expect(counts.map(\.lines) == [5, 3])
        warehouse.endRun()
    }
}
