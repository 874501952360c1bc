import Domain
import Pipeline
import TestSupport
import Testing

/// Law 2: the same lines, in any order, in any files, any number of times, give the same warehouse.
@Suite struct LawOrderTests {
    /// How the same lines come in.
    enum Arrangement: String, CaseIterable, Sendable {
        case shuffled, reversed, twiceInAFile, oneRunAFile, moviesAfterEvents, moviesBetweenEvents, inSmallPieces
        case oneLineATransaction, threeDecoders
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var kind: LawInput.Kind
        var seed: UInt64
        var arrangement: Arrangement
        var testDescription: String { "\(kind.rawValue) \(seed), \(arrangement.rawValue)" }

        static let all = LawInput.Kind.allCases.flatMap { kind in
            (1...3).flatMap { seed in
                Arrangement.allCases.map { Case(kind: kind, seed: seed, arrangement: $0) }
            }
        }
    }

    @Test(arguments: Case.all)
    func theSameLinesGiveTheSameWarehouse(_ test: Case) throws {
        let input = try LawInput(test.kind, seed: test.seed)
        let expected = try LawWarehouse()
        var chance = Chance(seed: test.seed)
        let movies = try input.writeMovies(into: expected.folder, named: "in", parts: 1, &chance)
        let events = try input.writeEvents(into: expected.folder, named: "in", parts: 1, &chance)
        let base = try expected.run(movies: movies, events: events).run.counts
        #expect(base.read == Int64(input.movies.count + input.events.count))
        #expect(base.areConserved)
        #expect(base.accepted > 0 && base.duplicates > 0)

        let actual = try LawWarehouse()
        let counts = try load(input, as: test.arrangement, into: actual, &chance)
        #expect(counts.areConserved)
        let factor: Int64 = test.arrangement == .twiceInAFile ? 2 : 1
        #expect(counts.read == base.read * factor)
        #expect(counts.rejected == base.rejected * factor)
        #expect(counts.warnings == base.warnings * factor)
        let differences = try actual.state().contentDifferences(from: expected.state())
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
        #expect(try actual.digest() == expected.digest())
        #expect(try actual.faults() == [])
        let facts = try Database(path: actual.path).integer("SELECT count(*) FROM fact_user_event")
        #expect(try Database(path: expected.path).integer("SELECT count(*) FROM fact_user_event") == facts)
        let eventCounts = try Database(path: actual.path).integer(
            "SELECT sum(accepted) FROM load_checkpoint WHERE port = 'events'")
        #expect(eventCounts == facts)
    }

    private func load(
        _ input: LawInput, as arrangement: Arrangement, into warehouse: LawWarehouse, _ chance: inout Chance
    ) throws -> LineCounts {
        var input = input
        switch arrangement {
        case .reversed:
            input.movies.reverse()
            input.events.reverse()
        case .twiceInAFile:
            input.movies += input.movies
            input.events += input.events
            input.shuffle(&chance)
        default: input.shuffle(&chance)
        }
        let parts = arrangement == .reversed ? 1 : 4
        let movies = try input.writeMovies(into: warehouse.folder, named: "in", parts: parts, &chance)
        let events = try input.writeEvents(into: warehouse.folder, named: "in", parts: parts, &chance)
        var runs: [LoadReport] = []
        switch arrangement {
        case .shuffled, .reversed, .twiceInAFile: runs = [try warehouse.run(movies: movies, events: events)]
        case .oneRunAFile:
            runs = try movies.map { try warehouse.run(movies: [$0]) } + events.map { try warehouse.run(events: [$0]) }
        case .moviesAfterEvents: runs = [try warehouse.run(events: events), try warehouse.run(movies: movies)]
        case .moviesBetweenEvents:
            let half = events.count / 2
            runs = [
                try warehouse.run(movies: Array(movies.prefix(1)), events: Array(events[..<half])),
                try warehouse.run(movies: Array(movies.dropFirst()), events: Array(events[half...])),
            ]
        case .inSmallPieces: runs = [try warehouse.run(movies: movies, events: events, sizes: .small)]
        case .oneLineATransaction:
            let sizes = LawWarehouse.Sizes(chunkBytes: 256, groupRows: 1, transactionLines: 1, decoders: 2)
            runs = [try warehouse.run(movies: movies, events: events, sizes: sizes)]
        case .threeDecoders:
            let sizes = LawWarehouse.Sizes(chunkBytes: 2000, groupRows: 500, transactionLines: 700, decoders: 3)
            runs = [try warehouse.run(movies: movies, events: events, sizes: sizes)]
        }
        return runs.reduce(into: LineCounts()) { $0 += $1.run.counts }
    }
}
