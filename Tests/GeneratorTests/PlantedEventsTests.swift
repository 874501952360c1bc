import Domain
import Testing

@testable import Generator

/// What was planted is what a plain count finds.
@Suite struct PlantedEventsTests {
    @Test(arguments: [
        options(), options(dirt: 0.03), options(events: 20_000, seed: 9, dirt: 0.2), options(dirt: 0.6),
        options(dirt: 1),
        options(days: 1, dirt: 0.3), options(dirt: 0.4, plantsConflicts: false), options(movies: 0, dirt: 0.1),
        options(movies: 1, users: 1, dirt: 0.2), options(events: 300, days: 40, dirt: 0.2),
        options(events: 1, dirt: 0.5),
        options(events: 0, dirt: 0.5),
    ])
    func countsAreExact(_ options: GeneratorOptions) throws {
        let data = try GeneratedFolder(options)
        let files = try data.files("events")
        let count = try ReferenceCount(files)
        let planted = data.counts
        #expect(planted.lines == options.events)
        #expect(planted.eventFiles == options.days)
        #expect(files.count == options.days)
        #expect(files.reduce(0) { $0 + $1.bytes.count { $0 == 0x0a } } == planted.lines)
        #expect(count.lines == planted.lines)
        #expect(count.accepted.count == planted.distinctEvents)
        #expect(count.duplicates == planted.duplicates)
        #expect(count.duplicatesInOtherFiles == planted.duplicatesInOtherFiles)
        #expect(count.rejected == planted.rejectedByRule)
        #expect(count.rejected["event_id_conflict", default: 0] == planted.conflicts)
        #expect(count.late == planted.late)
        #expect(count.accepted.count { $0.identifier == nil } == planted.withoutEventID)
        #expect(count.accepted.count { $0.isInOlderForm } == planted.legacyForm)
        #expect(Set(count.accepted.map(\.identity)).count == planted.distinctEvents)
    }

    @Test func cleanDataHasNoDirt() throws {
        let data = try GeneratedFolder(options(events: 20_000))
        var clean = PlantedCounts()
        clean.lines = 20_000
        clean.eventFiles = 5
        clean.movieFiles = 2
        clean.bytes = data.counts.bytes
        clean.movieLines = data.counts.movieLines
        #expect(data.counts == clean)
        #expect(clean.distinctEvents == 20_000)
    }

    @Test func everyKindOfDirtIsPlanted() throws {
        let planted = try GeneratedFolder(options(events: 10_000, dirt: 0.05)).counts
        let rules = Set(planted.rejectedByRule.keys)
        let others: Set<String> = [
            "invalid_movie_id", "missing_title", "refused_by_warehouse", "damaged_file", "unsupported_file",
        ]
        #expect(rules == Set(CleaningRule.allCases.map(\.rawValue)).subtracting(others))
        let numbers = [
            planted.duplicates, planted.duplicatesInOtherFiles, planted.conflicts, planted.legacyForm, planted.late,
            planted.withoutEventID, planted.unknownMovies,
        ]
        #expect(numbers.allSatisfy { $0 > 0 })
        #expect(planted.duplicates > planted.duplicatesInOtherFiles)
    }

    @Test func withoutConflictsOrderCannotMatter() throws {
        let planted = try GeneratedFolder(options(dirt: 0.5, plantsConflicts: false)).counts
        #expect(planted.conflicts == 0)
        #expect(planted.rejectedByRule["event_id_conflict"] == nil)
        #expect(planted.duplicates > 0)
    }

    @Test func eventsAreOfMoviesThatHaveADocumentUnlessPlanted() throws {
        let data = try GeneratedFolder(options(events: 10_000, dirt: 0.1))
        let count = try ReferenceCount(data.files("events"))
        let movies = Set(try cleanedMovies(data).documents.map(\.movieID))
        #expect(movies.count == 60)
        let unknown = count.accepted.count { event in event.movie.map { !movies.contains($0) } ?? false }
        #expect(unknown == data.counts.unknownMovies)
        #expect(unknown > 0)
    }
}
