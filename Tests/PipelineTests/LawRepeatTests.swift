import Domain
import Pipeline
import TestSupport
import Testing

/// Law 1 and law 2 where input comes again: counts are conserved, and nothing is loaded twice.
@Suite struct LawRepeatTests {
    private static let seeds: [UInt64] = [11, 12]

    private func loaded(_ seed: UInt64) throws -> (LawWarehouse, movies: [String], events: [String], LawInput) {
        let warehouse = try LawWarehouse()
        var chance = Chance(seed: seed)
        let input = try LawInput.generated(seed: seed, withConflicts: true)
        let movies = try input.writeMovies(into: warehouse.folder, named: "first", parts: 2, &chance)
        let events = try input.writeEvents(into: warehouse.folder, named: "first", parts: 3, &chance)
        try warehouse.run(movies: movies, events: events)
        return (warehouse, movies, events, input)
    }

    @Test(arguments: seeds)
    func countsAreThoseOfOtherTools(_ seed: UInt64) throws {
        let (warehouse, movies, events, _) = try loaded(seed)
        let database = try Database(path: warehouse.path)
        let lines = try LineCount.lines(ofFiles: movies + events)
        #expect(try database.integer("SELECT read FROM load_run") == lines)
        #expect(try database.integer("SELECT accepted + duplicates + rejected FROM load_run") == lines)
        #expect(try database.integer("SELECT sum(read) FROM load_checkpoint") == lines)
        for path in movies + events {
            let read = try database.integer("SELECT read FROM load_checkpoint WHERE source = '\(path)'")
            #expect(try read == LineCount.lines(ofFiles: [path]))
        }
        let accepted = try database.integer("SELECT sum(accepted) FROM load_checkpoint WHERE port = 'events'")
        #expect(try database.integer("SELECT count(*) FROM fact_user_event") == accepted)
        let rejected = try database.integer("SELECT count(*) FROM rejected_record")
        #expect(rejected > 0)
        #expect(try database.integer("SELECT rejected FROM load_run") == rejected)
        #expect(
            try database.integer("SELECT count(*) FROM (SELECT DISTINCT source, line FROM rejected_record)") == rejected
        )
        let watched = try database.integer("SELECT count(*) FROM watch_history")
        #expect(
            try database.integer("SELECT count(*) FROM fact_user_event WHERE event_type = 'watch'") == watched)
        #expect(
            try database.integer("SELECT sum(events) FROM movie_daily")
                == database.integer("SELECT count(*) FROM fact_user_event WHERE movie_id IS NOT NULL"))
    }

    @Test(arguments: seeds)
    func aFileThatIsLoadedIsSkippedWhateverItsName(_ seed: UInt64) throws {
        let (warehouse, movies, events, _) = try loaded(seed)
        let before = try warehouse.state()
        let copy = try warehouse.folder.write("moved.away", TemporaryFolder.bytes(ofFile: events[0]))
        let report = try warehouse.run(movies: movies, events: events + [copy])
        #expect(report.sources.allSatisfy { $0.state == .skipped && $0.counts == LineCounts() })
        #expect(report.run.counts == LineCounts())
        #expect(try warehouse.state() == before)
    }

    @Test(arguments: seeds)
    func aFileThatIsNamedTwiceIsReadOnce(_ seed: UInt64) throws {
        let warehouse = try LawWarehouse()
        var chance = Chance(seed: seed)
        let input = try LawInput.generated(seed: seed)
        let path = try input.writeEvents(into: warehouse.folder, named: "in", parts: 1, &chance)[0]
        let copy = try warehouse.folder.write("copy", TemporaryFolder.bytes(ofFile: path))
        let report = try warehouse.run(events: [path, path, copy])
        #expect(report.sources.map(\.state) == [.complete, .skipped, .skipped])
        #expect(report.run.counts.read == Int64(input.events.count))
    }

    @Test(arguments: seeds)
    func reloadFindsOnlyDuplicates(_ seed: UInt64) throws {
        let (warehouse, movies, events, input) = try loaded(seed)
        let before = try warehouse.state()
        let report = try warehouse.run(movies: movies, events: events, isReload: true)
        let counts = report.run.counts
        #expect(counts.areConserved)
        #expect(counts.read == Int64(input.movies.count + input.events.count))
        #expect(counts.accepted == 0)
        #expect(counts.rejected == before.sums["rejected"])
        let after = try warehouse.state()
        #expect(after.contentDifferences(from: before) == [])
        #expect(after.rejected == before.rejected)
        #expect(after.checkpoints.count == before.checkpoints.count)
    }

    @Test(arguments: seeds)
    func theSameLinesInOtherFilesAreDuplicates(_ seed: UInt64) throws {
        let warehouse = try LawWarehouse()
        var chance = Chance(seed: seed)
        var input = try LawInput.generated(seed: seed)
        let movies = try input.writeMovies(into: warehouse.folder, named: "first", parts: 1, &chance)
        let events = try input.writeEvents(into: warehouse.folder, named: "first", parts: 1, &chance)
        let first = try warehouse.run(movies: movies, events: events).run.counts
        let before = try warehouse.state()
        input.shuffle(&chance)
        let again = try warehouse.run(
            movies: input.writeMovies(into: warehouse.folder, named: "again", parts: 3, &chance),
            events: input.writeEvents(into: warehouse.folder, named: "again", parts: 3, &chance)
        ).run.counts
        #expect(again.accepted == 0)
        #expect(again.duplicates == first.accepted + first.duplicates)
        #expect(again.rejected == first.rejected)
        #expect(try warehouse.state().contentDifferences(from: before) == [])
    }

    @Test(arguments: seeds)
    func aDryRunTellsWhatARunWouldDoAndDoesNothing(_ seed: UInt64) throws {
        let (warehouse, movies, events, _) = try loaded(seed)
        let before = try warehouse.state()
        let runs = try Database(path: warehouse.path).literals(of: "load_run")
        let dry = try warehouse.run(movies: movies, events: events, isReload: true, isDryRun: true)
        #expect(
            dry.run.counts.duplicates == before.sums["accepted", default: 0] + before.sums["duplicates", default: 0])
        #expect(try warehouse.state() == before)
        #expect(try Database(path: warehouse.path).literals(of: "load_run") == runs)
        let other = try LawWarehouse()
        let fresh = try other.run(movies: movies, events: events, sizes: .small, isDryRun: true)
        #expect(fresh.run.counts.accepted == before.sums["accepted"])
        // Nothing was loaded into the file that it made, so there is none.
        #expect(TemporaryFolder.bytes(ofFile: other.path).isEmpty)
    }

    @Test func theSnapshotDateOfTheRunMakesTheSameFileAnotherSource() throws {
        let warehouse = try LawWarehouse()
        var chance = Chance(seed: 5)
        let input = try LawInput.generated(seed: 5)
        let path = try input.writeMovies(into: warehouse.folder, named: "in", parts: 1, &chance)[0]
        #expect(try warehouse.run(movies: [path]).sources.map(\.state) == [.complete])
        let report = try warehouse.run(movies: [path], snapshotDay: LawClock.day - 30)
        #expect(report.sources.map(\.state) == [.complete])
        #expect(report.run.counts.accepted > 0)
        #expect(try warehouse.run(movies: [path]).sources.map(\.state) == [.skipped])
    }
}
