import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// Repeated input: read = accepted + duplicates + rejected still holds, and nothing is loaded twice.
@Suite struct LawRepeatTests {
    private static let seeds: [UInt64] = LongTests.areOn ? [11, 12] : [11]

    /// A warehouse that some sources are loaded into.
    private struct Loaded {
        let lines: LawInput
        let warehouse: LawWarehouse
        let sources: PublishedInput

        init(_ backends: Backends, seed: UInt64) throws {
            lines = try LawInput.generated(seed: seed, withConflicts: true)
            warehouse = try LawWarehouse(backends.warehouse)
            sources = try PublishedInput(lines, backends.source, movieParts: 2, eventParts: 3, seed: seed)
            try warehouse.run(movies: sources.movies, events: sources.events)
        }
    }

    @Test(arguments: Backends.forGeneratedLines, seeds)
    func countsAreThoseOfOtherTools(_ backends: Backends, _ seed: UInt64) throws {
        let loaded = try Loaded(backends, seed: seed)
        let database = try loaded.warehouse.fixture.database()
        let counts = try loaded.sources.movies.lineCounts() + loaded.sources.events.lineCounts()
        let lines = counts.reduce(0, +)
        #expect(lines == Int64(loaded.lines.movies.count + loaded.lines.events.count))
        #expect(try database.integer("SELECT read FROM load_run") == lines)
        #expect(try database.integer("SELECT accepted + duplicates + rejected FROM load_run") == lines)
        #expect(try database.integer("SELECT sum(read) FROM load_checkpoint") == lines)
        for (name, count) in zip(loaded.sources.movies.names + loaded.sources.events.names, counts) {
            #expect(try database.integer("SELECT read FROM load_checkpoint WHERE source = '\(name)'") == count)
        }
        let accepted = try database.integer("SELECT sum(accepted) FROM load_checkpoint WHERE port = 'events'")
        #expect(try database.integer("SELECT count(*) FROM fact_user_event") == accepted)
        let rejected = try database.integer("SELECT count(*) FROM rejected_record")
        #expect(rejected > 0)
        #expect(try database.integer("SELECT rejected FROM load_run") == rejected)
        let places = "SELECT count(*) FROM (SELECT DISTINCT source, line FROM rejected_record) AS places"
        #expect(try database.integer(places) == rejected)
        let watched = try database.integer("SELECT count(*) FROM watch_history")
        #expect(
            try database.integer("SELECT count(*) FROM fact_user_event WHERE event_type = 'watch'") == watched)
        #expect(
            try database.integer("SELECT sum(events) FROM movie_daily")
                == database.integer("SELECT count(*) FROM fact_user_event WHERE movie_id IS NOT NULL"))
    }

    @Test(arguments: Backends.forGeneratedLines, seeds)
    func whatIsLoadedIsNotReadAgain(_ backends: Backends, _ seed: UInt64) throws {
        let loaded = try Loaded(backends, seed: seed)
        let before = try loaded.warehouse.state()
        let report = try loaded.warehouse.run(movies: loaded.sources.movies, events: loaded.sources.events)
        #expect(report.sources.count == (loaded.sources.movies.names + loaded.sources.events.names).count)
        #expect(report.sources.allSatisfy { $0.counts == LineCounts() })
        #expect(report.run.counts == LineCounts())
        #expect(try loaded.warehouse.state() == before)
    }

    @Test(arguments: Backends.forGeneratedLines, seeds)
    func reloadFindsOnlyDuplicates(_ backends: Backends, _ seed: UInt64) throws {
        let loaded = try Loaded(backends, seed: seed)
        let before = try loaded.warehouse.state()
        let report = try loaded.warehouse.run(
            movies: loaded.sources.movies, events: loaded.sources.events, changing: { $0.isReload = true })
        let counts = report.run.counts
        #expect(counts.areConserved)
        #expect(counts.read == Int64(loaded.lines.movies.count + loaded.lines.events.count))
        #expect(counts.accepted == 0)
        #expect(counts.rejected == before.sums["rejected"])
        let after = try loaded.warehouse.state()
        #expect(after.contentDifferences(from: before) == [])
        #expect(after.rejected == before.rejected)
        #expect(after.checkpoints.count == before.checkpoints.count)
    }

    @Test(arguments: Backends.forGeneratedLines, seeds)
    func theSameLinesInOtherSourcesAreDuplicates(_ backends: Backends, _ seed: UInt64) throws {
        let warehouse = try LawWarehouse(backends.warehouse)
        var lines = try LawInput.generated(seed: seed)
        let sources = try PublishedInput(lines, backends.source, eventParts: 1, seed: seed)
        let first = try warehouse.run(movies: sources.movies, events: sources.events).run.counts
        let before = try warehouse.state()
        var chance = Chance(seed: seed)
        lines.shuffle(&chance)
        let others = try PublishedInput(
            lines, backends.source, in: sources.fixture, movieParts: 3, eventParts: 3, seed: seed, named: "again")
        let again = try warehouse.run(movies: others.movies, events: others.events).run.counts
        #expect(again.accepted == 0)
        #expect(again.duplicates == first.accepted + first.duplicates)
        #expect(again.rejected == first.rejected)
        #expect(try warehouse.state().contentDifferences(from: before) == [])
    }

    @Test(arguments: Backends.forGeneratedLines, seeds)
    func aDryRunTellsWhatARunWouldDoAndDoesNothing(_ backends: Backends, _ seed: UInt64) throws {
        let loaded = try Loaded(backends, seed: seed)
        let before = try loaded.warehouse.state()
        let everything = try loaded.warehouse.fixture.database().everything()
        let dry = try loaded.warehouse.run(
            movies: loaded.sources.movies, events: loaded.sources.events,
            changing: {
                $0.isReload = true
                $0.isDryRun = true
            })
        #expect(
            dry.run.counts.duplicates == before.sums["accepted", default: 0] + before.sums["duplicates", default: 0])
        #expect(try loaded.warehouse.fixture.database().everything() == everything)
        let other = try LawWarehouse(backends.warehouse, hasTables: false)
        let fresh = try other.run(
            movies: loaded.sources.movies, events: loaded.sources.events, sizes: .small,
            changing: { $0.isDryRun = true })
        #expect(fresh.run.counts.accepted == before.sums["accepted"])
        #expect(try other.fixture.isUntouched())
    }

    @Test(arguments: Backends.forGeneratedLines)
    func theSnapshotDateOfTheRunMakesTheSameLinesAnotherSource(_ backends: Backends) throws {
        let warehouse = try LawWarehouse(backends.warehouse)
        let movies = try PublishedInput(LawInput.generated(seed: 5), backends.source, seed: 5).movies
        let first = try warehouse.run(movies: movies).run.counts
        #expect(first.accepted > 0)
        let dated = try warehouse.run(movies: movies, changing: { $0.snapshotDay = LawClock.day - 30 }).run.counts
        #expect(dated.read == first.read && dated.accepted > 0)
        #expect(try warehouse.run(movies: movies).run.counts.read == 0)
    }
}
