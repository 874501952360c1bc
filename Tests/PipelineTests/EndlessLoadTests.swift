import Domain
import Fixtures
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Pipeline

/// Loads of movies and events that are read at the same time and never end.
@Suite struct EndlessLoadTests {
    private let warehouse: LawWarehouse
    private let movies: EndlessLines
    private let events: EndlessLines
    private let stop = StopSignal()

    init() throws {
        warehouse = try LawWarehouse(.sqlite)
        movies = EndlessLines(.movies)
        events = EndlessLines(.events)
    }

    /// Carries a value to another thread.
    ///
    /// `@unchecked Sendable` holds because one thread at a time uses the value: the thread that makes a warehouse does
    /// not use it any more, and a fixture only opens databases.
    private struct Unshared<Value>: @unchecked Sendable {
        let value: Value

        init(_ value: Value) { self.value = value }
    }

    /// A load on another thread than the test.
    private final class Load: Sendable {
        private let result = Mutex<Result<LoadReport, any Error>?>(nil)
        private let isDone = DispatchSemaphore(value: 0)
        let stop: StopSignal

        init(
            into warehouse: LawWarehouse, _ sets: [any SourceSet], stop: StopSignal, _ options: LoadOptions,
            through wrap: @escaping @Sendable (any Warehouse) -> any Warehouse = { $0 }
        ) throws {
            self.stop = stop
            let writer = Unshared(wrap(try warehouse.fixture.writer()))
            Thread { [self] in
                let report = Result {
                    let loader = Loader(
                        warehouse: writer.value, rawStore: nil, options: options, stop: stop,
                        wallClock: { LawClock.clock.now })
                    return try loader.run(
                        movies: sets.first { $0.port == .movies }, events: sets.first { $0.port == .events })
                }
                result.withLock { $0 = report }
                isDone.signal()
            }.start()
        }

        /// Waits for its end; nil when it does not come in time.
        func report(within seconds: Double = 60) throws -> LoadReport? {
            guard isDone.wait(timeout: .now() + seconds) == .success else { return nil }
            return try result.withLock { $0 }?.get()
        }
    }

    private func options(_ change: (inout LoadOptions) -> Void = { _ in }) -> LoadOptions {
        var options = LoadOptions(clock: LawClock.clock)
        options.commitSeconds = 0.02
        change(&options)
        return options
    }

    private func start(
        _ options: LoadOptions, through wrap: @escaping @Sendable (any Warehouse) -> any Warehouse = { $0 }
    ) throws -> Load {
        try Load(into: warehouse, [movies.set, events.set], stop: stop, options, through: wrap)
    }

    /// Waits for a condition. Returns false when it is not met within a time that is long enough for a busy machine.
    private func wait(_ condition: () throws -> Bool) rethrows -> Bool {
        for _ in 0..<1500 {
            if try condition() { return true }
            usleep(20_000)
        }
        return false
    }

    private func count(_ sql: String) -> Int64 {
        (try? warehouse.integer(sql)) ?? 0
    }

    private static func movie(_ number: Int) -> String {
        "{\"id\":\(number),\"title\":\"\(number)\",\"release_date\":\"1999-03-31\",\"genres\":[{\"id\":28,\"name\":\"A\"}]}"
    }

    @Test func whatComesSideBySideIsWhatFilesBring() throws {
        let files = try LawWarehouse(.sqlite)
        let published = try SourceKind.plainFiles.make()
        var chance = Chance(seed: 5)
        let input = try LawInput.generated(seed: 5, movies: 30, events: 400)
        try files.run(
            movies: try published.publish(
                input.movieSources(parts: 1, of: .plainFiles, &chance), port: .movies, named: "movies"),
            events: try published.publish(
                input.eventSources(parts: 2, of: .plainFiles, &chance), port: .events, named: "events"))
        let expected = try files.digest()

        let load = try start(
            options {
                $0.martInterval = 0.05
                $0.groupRows = 30
                $0.transactionLines = 100
            })
        // Events come before and after their movies.
        let lines = input.events.map { EndlessLines.Entry(bytes: $0) }
        events.append(Array(lines.prefix(200)))
        let documents = input.movies.map { EndlessLines.Entry(bytes: $0.bytes, day: $0.day) }
        for part in 0..<4 {
            movies.append(documents.enumerated().filter { $0.offset % 4 == part }.map(\.element))
            events.append(lines.dropFirst(200).enumerated().filter { $0.offset % 4 == part }.map(\.element))
            usleep(50_000)
        }
        // The marts are refreshed while the load runs.
        let isFresh = try wait {
            if count("SELECT count(*) FROM trending") == 0 { return false }
            return try warehouse.digest() == expected
        }
        #expect(isFresh)
        stop.request(.terminate)
        let report = try #require(try load.report())
        #expect(report.run.outcome == .stopped && report.stopReason == .terminate)
        #expect(report.run.counts.read == Int64(input.movies.count + input.events.count))
        #expect(report.run.counts.areConserved)
        #expect(try warehouse.digest() == expected)
        #expect(try warehouse.faults() == [])
    }

    @Test func aStopIsQuickAndTheNextRunGoesOn() throws {
        let load = try start(options())
        events.append((1...100).map { ConformanceLines.event($0) })
        movies.append((1...5).map(Self.movie))
        #expect(wait { count("SELECT count(*) FROM fact_user_event") == 100 })
        let begin = ContinuousClock.now
        stop.request(.terminate)
        let report = try #require(try load.report(within: 3), "the stop took more than 3 s")
        #expect(ContinuousClock.now - begin < .seconds(3))
        #expect(report.run.outcome == .stopped)
        #expect(report.sources.map(\.state) == [.partial, .partial])
        #expect(count("SELECT count(*) FROM genre_daily") == 0, "the marts were not to be waited for")

        events.append((101...120).map { ConformanceLines.event($0) })
        let second = StopSignal()
        let next = try Load(
            into: warehouse, [movies.set, events.set], stop: second, options { $0.martInterval = 0.05 })
        #expect(wait { count("SELECT count(*) FROM fact_user_event") == 120 })
        #expect(wait { count("SELECT count(*) FROM fact_user_event WHERE movie_known") == 120 })
        #expect(wait { count("SELECT sum(events) FROM genre_daily") == 120 })
        second.request(.interrupt)
        #expect(try next.report()?.run.counts.read == 20)
        #expect(movies.record.closes == 2 && events.record.closes == 2)
        #expect(wait { movies.record.ends == 2 && events.record.ends == 2 }, "a source that waits is woken")
    }

    @Test func positionsAreToldInOrderAndNeverBeforeTheirRowsAreDurable() throws {
        let fixture = Unshared(warehouse.fixture as any WarehouseFixture)
        let early = Mutex<[String]>([])
        let check = { (table: String) in
            { @Sendable (position: Int64) in
                let rows = (try? fixture.value.database().integer("SELECT count(*) FROM \(table)")) ?? -1
                if rows < position { early.withLock { $0.append("\(table): \(position) told, \(rows) there") } }
            }
        }
        let movies = EndlessLines(.movies, whenCommitted: check("movies"))
        let events = EndlessLines(.events, whenCommitted: check("fact_user_event"))
        let load = try Load(
            into: warehouse, [movies.set, events.set], stop: stop,
            options {
                $0.groupRows = 20
                $0.transactionLines = 90
                $0.commitInterval = 0.01
            })
        for part in 0..<10 {
            events.append((1...70).map { ConformanceLines.event(part * 70 + $0) })
            movies.append((1...9).map { Self.movie(part * 9 + $0) })
            usleep(10_000)
        }
        #expect(wait { events.record.committed.last == 700 && movies.record.committed.last == 90 })
        stop.request(.terminate)
        _ = try load.report()
        #expect(early.withLock { $0 } == [])
        for told in [events.record.committed, movies.record.committed] {
            #expect(told == told.sorted() && Set(told).count == told.count && told.count > 1, "\(told)")
        }
    }

    /// Rows wait neither for a pause nor for a full transaction.
    @Test func aCommitComesByTimeWhileLinesGoOnComing() throws {
        let load = try start(
            options {
                $0.commitSeconds = 1000
                $0.commitInterval = 0.2
            })
        var number = 0
        #expect(
            wait {
                number += 1
                events.append([ConformanceLines.event(number)])
                return count("SELECT count(*) FROM fact_user_event") > 0
            })
        stop.request(.terminate)
        #expect(try load.report()?.run.outcome == .stopped)
    }

    @Test(arguments: [FaultyWarehouse.Step.insertFacts, .merge, .beforeCommit, .saveCheckpoint])
    func anErrorClosesBothPortsOnce(_ step: FaultyWarehouse.Step) throws {
        let load = try start(options { $0.commitInterval = 0.05 }) {
            FaultyWarehouse($0, at: step, occurrence: 2, manner: .error)
        }
        for part in 0..<100 where events.record.closes == 0 {
            events.append([ConformanceLines.event(part + 1)])
            movies.append([Self.movie(part + 1)])
            usleep(50_000)
        }
        #expect(throws: Fault.self) { try load.report() }
        #expect(movies.record.closes == 1 && events.record.closes == 1)
        // The lines up to the committed position are in the warehouse.
        #expect(count("SELECT count(*) FROM fact_user_event") >= events.record.committed.last ?? 0)
    }

    @Test func aSourceThatFailsEndsTheRunAtItsLastCommit() throws {
        let events = EndlessLines(.events, breaksAt: 100)
        let load = try Load(into: warehouse, [movies.set, events.set], stop: stop, options())
        events.append((1...50).map { ConformanceLines.event($0) })
        #expect(wait { count("SELECT count(*) FROM fact_user_event") == 50 })
        events.append((51...150).map { ConformanceLines.event($0) })
        #expect(throws: EndlessLines.Broken.self) { try load.report() }
        #expect(movies.record.closes == 1 && events.record.closes == 1)
        #expect(count("SELECT read FROM load_run WHERE outcome = 'failed'") >= 50)
    }

    /// There are so many open lines that a commit does not look at all of them. After a stop the next run does.
    @Test func whatAStopPutsOffIsDoneByTheNextRun() throws {
        let bad = (1...5000).map { ConformanceLines.event($0, "\"event_type\":\"rate\",\"metadata\":{\"score\":11}") }
        let folder = try TemporaryFolder()
        let file = try folder.write("bad.ndjson", bad.map { $0 + "\n" }.joined())
        try warehouse.run(events: FilesOfATest([file], port: .events))
        let load = try start(options())
        events.append([ConformanceLines.event(1), ConformanceLines.event(5001)])
        #expect(wait { count("SELECT count(*) FROM fact_user_event") == 2 })
        stop.request(.terminate)
        #expect(try load.report()?.cured == 0)
        #expect(count("SELECT count(*) FROM rejected_record WHERE cured_run_id IS NULL") == 5000)
        let report = try warehouse.run(
            events: FilesOfATest([try folder.write("empty.ndjson", "")], port: .events))
        #expect(report.cured == 1 && report.run.outcome == .completed)
        #expect(count("SELECT count(*) FROM rejected_record WHERE cured_run_id IS NULL") == 4999)
        #expect(count("SELECT sum(events) FROM genre_daily") == 0 && count("SELECT count(*) FROM trending") > 0)
    }
}
