import Domain
import Fixtures
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Pipeline

/// Loads of movies and events that are read at the same time and never end.
@Suite struct EndlessLoadTests {
    private static func movie(_ number: Int) -> String {
        "{\"id\":\(number),\"title\":\"\(number)\",\"release_date\":\"1999-03-31\",\"genres\":[{\"id\":28,\"name\":\"A\"}]}"
    }

    @Test(arguments: Warehouses.present)
    func whatComesSideBySideIsWhatFilesBring(_ kind: WarehouseKind) throws {
        let bench = try EndlessBench(kind)
        let files = try LawWarehouse(kind)
        let published = try SourceKind.plainFiles.make()
        var chance = Chance(seed: 5)
        let input = try LawInput.generated(seed: 5, movies: 30, events: 400)
        try files.run(
            movies: try published.publish(
                input.movieSources(parts: 1, of: .plainFiles, &chance), port: .movies, named: "movies"),
            events: try published.publish(
                input.eventSources(parts: 2, of: .plainFiles, &chance), port: .events, named: "events"))
        let expected = try files.digest()

        let load = try bench.start(
            EndlessBench.options {
                $0.martInterval = 0.05
                $0.groupRows = 30
                $0.transactionLines = 100
            })
        // Events come before and after their movies.
        let lines = input.events.map { EndlessLines.Entry(bytes: $0) }
        bench.events.append(Array(lines.prefix(200)))
        let documents = input.movies.map { EndlessLines.Entry(bytes: $0.bytes, day: $0.day) }
        for part in 0..<4 {
            bench.movies.append(documents.enumerated().filter { $0.offset % 4 == part }.map(\.element))
            bench.events.append(lines.dropFirst(200).enumerated().filter { $0.offset % 4 == part }.map(\.element))
            usleep(50_000)
        }
        // The marts follow while it goes on.
        let isFresh = try bench.wait {
            if bench.count("SELECT count(*) FROM trending") == 0 { return false }
            return try bench.warehouse.digest() == expected
        }
        #expect(isFresh)
        bench.stop.request(.terminate)
        let report = try #require(try load.report())
        #expect(report.run.outcome == .stopped && report.stopReason == .terminate)
        #expect(report.run.counts.read == Int64(input.movies.count + input.events.count))
        #expect(report.run.counts.areConserved)
        #expect(try bench.warehouse.digest() == expected)
        #expect(try bench.warehouse.faults() == [])
    }

    /// An event of next week is refused today, and taken next week by the same run.
    @Test func theClockOfARunThatGoesOnForDaysGoesOn() throws {
        let bench = try EndlessBench(.sqlite)
        let day: Int64 = 86_400_000
        let now = Mutex(LawClock.clock.now)
        let load = try bench.start(
            EndlessBench.options { $0.clockNow = { RunClock(now: now.withLock { $0 }) } })
        func click(_ number: Int) -> String {
            "{\"event_type\":\"click\",\"event_time\":\(LawClock.clock.now + 7 * day + Int64(number)),\"user_id\":1,\"movie_id\":1}"
        }
        bench.events.append([click(1)])
        #expect(bench.wait { bench.count("SELECT count(*) FROM rejected_record") == 1 })
        now.withLock { $0 += 7 * day }
        bench.events.append([click(2)])
        #expect(bench.wait { bench.count("SELECT count(*) FROM fact_user_event") == 1 })
        bench.stop.request(.terminate)
        #expect(try load.report()?.run.counts.rejected == 1)
    }

    @Test(arguments: Warehouses.present)
    func aStopIsQuickAndTheNextRunGoesOn(_ kind: WarehouseKind) throws {
        let bench = try EndlessBench(kind)
        let load = try bench.start(EndlessBench.options())
        bench.events.append((1...100).map { ConformanceLines.event($0) })
        bench.movies.append((1...5).map(Self.movie))
        #expect(bench.wait { bench.count("SELECT count(*) FROM fact_user_event") == 100 })
        let begin = ContinuousClock.now
        bench.stop.request(.terminate)
        let report = try #require(try load.report(within: 3), "the stop took more than 3 s")
        #expect(ContinuousClock.now - begin < .seconds(3))
        #expect(report.run.outcome == .stopped)
        #expect(report.sources.map(\.state) == [.partial, .partial])
        #expect(bench.count("SELECT count(*) FROM genre_daily") == 0, "the marts were not to be waited for")

        bench.events.append((101...120).map { ConformanceLines.event($0) })
        let second = StopSignal()
        let next = try EndlessLoad(
            into: bench.warehouse, [bench.movies.set, bench.events.set], stop: second,
            EndlessBench.options { $0.martInterval = 0.05 })
        #expect(bench.wait { bench.count("SELECT count(*) FROM fact_user_event") == 120 })
        #expect(bench.wait { bench.count("SELECT count(*) FROM fact_user_event WHERE movie_known") == 120 })
        #expect(bench.wait { bench.count("SELECT sum(events) FROM genre_daily") == 120 })
        second.request(.interrupt)
        #expect(try next.report()?.run.counts.read == 20)
        #expect(bench.movies.record.closes == 2 && bench.events.record.closes == 2)
        #expect(
            bench.wait { bench.movies.record.ends == 2 && bench.events.record.ends == 2 },
            "a source that waits is woken")
    }

    @Test(arguments: Warehouses.present)
    func positionsAreToldInOrderAndNeverBeforeTheirRowsAreDurable(_ kind: WarehouseKind) throws {
        let bench = try EndlessBench(kind)
        let fixture = Unshared(bench.warehouse.fixture as any WarehouseFixture)
        let early = Mutex<[String]>([])
        let check = { (table: String) in
            { @Sendable (position: Int64) in
                let rows = (try? fixture.value.database().integer("SELECT count(*) FROM \(table)")) ?? -1
                if rows < position { early.withLock { $0.append("\(table): \(position) told, \(rows) there") } }
            }
        }
        let movies = EndlessLines(.movies, whenCommitted: check("movies"))
        let events = EndlessLines(.events, whenCommitted: check("fact_user_event"))
        let load = try EndlessLoad(
            into: bench.warehouse, [movies.set, events.set], stop: bench.stop,
            EndlessBench.options {
                $0.groupRows = 20
                $0.transactionLines = 90
                $0.commitInterval = 0.01
            })
        for part in 0..<10 {
            events.append((1...70).map { ConformanceLines.event(part * 70 + $0) })
            movies.append((1...9).map { Self.movie(part * 9 + $0) })
            // The load may be slow to begin, and would take all lines together.
            if part == 0 {
                _ = bench.wait { !events.record.committed.isEmpty && !movies.record.committed.isEmpty }
            }
            usleep(10_000)
        }
        #expect(bench.wait { events.record.committed.last == 700 && movies.record.committed.last == 90 })
        bench.stop.request(.terminate)
        _ = try load.report()
        #expect(early.withLock { $0 } == [])
        for told in [events.record.committed, movies.record.committed] {
            #expect(told == told.sorted() && Set(told).count == told.count && told.count > 1, "\(told)")
        }
    }

    /// Rows wait neither for a pause nor for a full transaction.
    @Test(arguments: Warehouses.present)
    func aCommitComesByTimeWhileLinesGoOnComing(_ kind: WarehouseKind) throws {
        let bench = try EndlessBench(kind)
        let load = try bench.start(
            EndlessBench.options {
                $0.commitSeconds = 1000
                $0.commitInterval = 0.2
            })
        var number = 0
        #expect(
            bench.wait {
                number += 1
                bench.events.append([ConformanceLines.event(number)])
                return bench.count("SELECT count(*) FROM fact_user_event") > 0
            })
        bench.stop.request(.terminate)
        #expect(try load.report()?.run.outcome == .stopped)
    }

    @Test(
        arguments: Warehouses.present, [FaultyWarehouse.Step.insertFacts, .merge, .beforeCommit, .saveCheckpoint])
    func anErrorClosesBothPortsOnce(_ kind: WarehouseKind, _ step: FaultyWarehouse.Step) throws {
        let bench = try EndlessBench(kind)
        let load = try bench.start(EndlessBench.options { $0.commitInterval = 0.05 }) {
            FaultyWarehouse($0, at: step, occurrence: 2, manner: .error)
        }
        var number = 0
        let isClosed = bench.wait {
            number += 1
            bench.events.append([ConformanceLines.event(number)])
            bench.movies.append([Self.movie(number)])
            return bench.events.record.closes > 0
        }
        #expect(isClosed)
        #expect(throws: Fault.self) { try load.report() }
        #expect(bench.movies.record.closes == 1 && bench.events.record.closes == 1)
        // What was told is there.
        #expect(bench.count("SELECT count(*) FROM fact_user_event") >= bench.events.record.committed.last ?? 0)
    }

    @Test(arguments: Warehouses.present)
    func aSourceThatFailsEndsTheRunAtItsLastCommit(_ kind: WarehouseKind) throws {
        let bench = try EndlessBench(kind, events: EndlessLines(.events, breaksAt: 100))
        let load = try bench.start(EndlessBench.options())
        bench.events.append((1...50).map { ConformanceLines.event($0) })
        #expect(bench.wait { bench.count("SELECT count(*) FROM fact_user_event") == 50 })
        bench.events.append((51...150).map { ConformanceLines.event($0) })
        #expect(throws: EndlessLines.Broken.self) { try load.report() }
        #expect(bench.movies.record.closes == 1 && bench.events.record.closes == 1)
        #expect(bench.count("SELECT read FROM load_run WHERE outcome = 'failed'") >= 50)
    }

    /// So many lines are open that a commit does not look at all of them; a stop leaves that to the next run.
    @Test(arguments: Warehouses.present)
    func whatAStopPutsOffIsDoneByTheNextRun(_ kind: WarehouseKind) throws {
        let bench = try EndlessBench(kind)
        let bad = (1...5000).map { ConformanceLines.event($0, "\"event_type\":\"rate\",\"metadata\":{\"score\":11}") }
        let folder = try TemporaryFolder()
        let file = try folder.write("bad.ndjson", bad.map { $0 + "\n" }.joined())
        try bench.warehouse.run(events: FilesOfATest([file], port: .events))
        let load = try bench.start(EndlessBench.options())
        bench.events.append([ConformanceLines.event(1), ConformanceLines.event(5001)])
        #expect(bench.wait { bench.count("SELECT count(*) FROM fact_user_event") == 2 })
        bench.stop.request(.terminate)
        #expect(try load.report()?.cured == 0)
        // The database may be locked for a moment while the load's connection is closed.
        #expect(bench.wait { bench.count("SELECT count(*) FROM rejected_record WHERE cured_run_id IS NULL") == 5000 })
        let report = try bench.warehouse.run(
            events: FilesOfATest([try folder.write("empty.ndjson", "")], port: .events))
        #expect(report.cured == 1 && report.run.outcome == .completed)
        #expect(bench.count("SELECT count(*) FROM rejected_record WHERE cured_run_id IS NULL") == 4999)
        #expect(
            bench.count("SELECT sum(events) FROM genre_daily") == 0 && bench.count("SELECT count(*) FROM trending") > 0)
    }
}
