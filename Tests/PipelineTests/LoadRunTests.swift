import Domain
import SQLite
import TestSupport
import Testing

@testable import Pipeline

/// The order in which a load calls its warehouse and its input.
@Suite struct LoadRunTests {
    /// An input whose batches are all ready. It records which batches are released.
    private final class Batches: LoadInput {
        var arrivals: [LoadArrival]
        /// How often the server of the source is away before it can be opened.
        var failures = 0
        private(set) var released = 0
        private(set) var closed: [SourcePort] = []

        init(_ arrivals: [LoadArrival]) { self.arrivals = arrivals }

        func prepare() throws {}
        func open(_ port: SourcePort) throws {
            if failures == 0 { return }
            failures -= 1
            throw Away()
        }
        func next() throws -> LoadArrival { arrivals.isEmpty ? .ended(.events) : arrivals.removeFirst() }
        func settle(_ rejections: [Rejection], of chunk: LineChunk, run: RunRecord) throws -> Int { 0 }
        func didCount(_ chunk: LineChunk, _ counts: LineCounts, total: LineCounts) {}
        func release(_ port: SourcePort) { released += 1 }
        func committed(_ positions: [(source: Source, position: SourcePosition)]) {}
        func rollback(to run: RunRecord, because error: any Error) throws {}
        func close(_ port: SourcePort) { closed.append(port) }
    }

    /// The server of a source does not answer.
    private struct Away: ReportedError {
        let message = "away"
        let hint = "Wait."
        let kind = FailureKind.unreachable
    }

    private func run(
        _ input: Batches, on warehouse: any Warehouse, stop: StopSignal = StopSignal(), isEndless: Bool = false,
        retryFor: Duration = .zero
    ) throws -> LoadRun {
        let record = try warehouse.beginRun(at: LawClock.clock.now, as: .bounded)
        defer { warehouse.endRun() }
        var plan = LoadPlan(turns: [[.events]])
        plan.isEndless = isEndless
        let run = LoadRun(
            record, plan: plan, input: input, warehouse: warehouse,
            rawStore: nil, retries: WarehouseRetries(warehouse, for: retryFor, logger: .silent), stop: stop,
            stages: StageTimes(), wallClock: { LawClock.clock.now }, willRefresh: { _ in })
        try run.run()
        return run
    }

    private func batches(_ count: Int) throws -> [LoadArrival] {
        let decoder = try EventDecoder(clock: LawClock.clock)
        return try (1...count).map { number in
            let chunk = ConformanceLines.chunk([ConformanceLines.event(number)], name: "\(number)")
            return .batch(.events(try decoder.decode(chunk)))
        }
    }

    /// A follower may take over while the server of its source is away.
    @Test(arguments: [(true, Duration.seconds(600), 2), (true, .zero, 1), (false, .seconds(600), 1)])
    func aSourceWithoutAnEndIsWaitedFor(_ isEndless: Bool, _ retryFor: Duration, _ failures: Int) throws {
        let folder = try TemporaryFolder(inMemory: true)
        let warehouse = FaultyWarehouse(try SQLiteWarehouse(path: folder.path("w.db")))
        let input = Batches(try batches(1))
        input.failures = failures
        if isEndless, retryFor > .zero {
            let run = try run(input, on: warehouse, isEndless: true, retryFor: retryFor)
            #expect(run.tally.run.counts.read == 1 && input.failures == 0)
        } else {
            #expect(throws: Away.self) { _ = try run(input, on: warehouse, isEndless: isEndless, retryFor: retryFor) }
            #expect(input.failures == 0 && Set(input.closed) == [.movies, .events])
        }
    }

    /// Chunks are released before the upsert, so that decoders can work in the meantime.
    @Test func chunksAreGivenBackBeforeTheyAreUpserted() throws {
        let folder = try TemporaryFolder(inMemory: true)
        let warehouse = FaultyWarehouse(try SQLiteWarehouse(path: folder.path("w.db")), at: .merge, manner: .error)
        let input = Batches(try batches(3))
        #expect(throws: Fault.self) { _ = try run(input, on: warehouse) }
        #expect(warehouse.hasFired)
        #expect(input.released == 3, "they were to be given back before the first table is merged")
        #expect(Set(input.closed) == [.movies, .events])
    }

    /// After a signal no more events are inserted; their chunks are released, and the next run reads them.
    @Test func whatIsHeldIsLeftWhereASignalComes() throws {
        let folder = try TemporaryFolder(inMemory: true)
        let warehouse = FaultyWarehouse(try SQLiteWarehouse(path: folder.path("w.db")))
        let stop = StopSignal()
        let input = Batches(try batches(2) + [.pause] + batches(5).suffix(3))
        let signalling = Signalling(input, after: 6, stop)
        let record = try warehouse.beginRun(at: LawClock.clock.now, as: .bounded)
        defer { warehouse.endRun() }
        let run = LoadRun(
            record, plan: LoadPlan(turns: [[.events]]), input: signalling, warehouse: warehouse, rawStore: nil,
            retries: WarehouseRetries(warehouse, for: .zero, logger: .silent), stop: stop, stages: StageTimes(),
            wallClock: { LawClock.clock.now }, willRefresh: { _ in })
        try run.run()
        #expect(run.stopReason == .terminate && run.tally.run.outcome == .stopped)
        #expect(run.tally.run.counts.read == 2)
        #expect(warehouse.counts[.insertFacts] == 1)
        #expect(input.released == 5)
        #expect(run.rowCounts.count == 1, "rows are counted at the start only")
    }

    /// Asks for a stop after a number of calls of `next`.
    private final class Signalling: LoadInput {
        private let inner: Batches
        private var left: Int
        private let stop: StopSignal

        init(_ inner: Batches, after count: Int, _ stop: StopSignal) {
            self.inner = inner
            left = count
            self.stop = stop
        }

        func next() throws -> LoadArrival {
            left -= 1
            if left == 0 { stop.request(.terminate) }
            return try inner.next()
        }

        func prepare() throws {}
        func open(_ port: SourcePort) throws {}
        func settle(_ rejections: [Rejection], of chunk: LineChunk, run: RunRecord) throws -> Int { 0 }
        func didCount(_ chunk: LineChunk, _ counts: LineCounts, total: LineCounts) {}
        func release(_ port: SourcePort) { inner.release(port) }
        func committed(_ positions: [(source: Source, position: SourcePosition)]) {}
        func rollback(to run: RunRecord, because error: any Error) throws {}
        func close(_ port: SourcePort) { inner.close(port) }
    }

    /// A commit that throws may have succeeded.
    @Test func nothingIsWrittenWhereACommitIsInDoubt() throws {
        let folder = try TemporaryFolder(inMemory: true)
        let warehouse = FaultyWarehouse(
            try SQLiteWarehouse(path: folder.path("w.db")), at: .afterCommit, occurrence: 2, manner: .error)
        #expect(throws: Fault.self) { _ = try run(Batches(try batches(1)), on: warehouse) }
        #expect(warehouse.counts[.begin] == 2 && warehouse.counts[.saveRun] == 2)
        let outcomes = try Database(path: folder.path("w.db")).rows("SELECT outcome || read FROM load_run")
        #expect(outcomes == ["running1"])
    }
}
