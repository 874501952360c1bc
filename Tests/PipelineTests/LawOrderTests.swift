import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// Order does not matter: the same lines, in any order, from any sources, any number of times, give the same warehouse.
@Suite struct LawOrderTests {
    /// How the lines are divided and ordered.
    enum Arrangement: String, CaseIterable, Sendable {
        case shuffled, reversed, twiceInASource, oneRunASource, moviesAfterEvents, moviesBetweenEvents, inSmallPieces
        case oneLineATransaction, threeDecoders
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var backends: Backends
        var kind: LawInput.Kind
        var seed: UInt64
        var arrangement: Arrangement
        var testDescription: String { "\(backends): \(kind.rawValue) \(seed), \(arrangement.rawValue)" }

        /// All of them; every other one for backends other than the default ones, unless it is a long test.
        private static func arrangements(_ backends: Backends) -> [Arrangement] {
            if backends.areDefault || LongTests.areOn { return Arrangement.allCases }
            return Arrangement.allCases.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        }

        static let all = LawInput.Kind.allCases.flatMap { kind in
            Backends.all(serving: [.movies, .events], with: kind.needs).flatMap { backends in
                (1...(backends.areDefault ? 3 : 1)).flatMap { seed in
                    arrangements(backends).map { Case(backends: backends, kind: kind, seed: seed, arrangement: $0) }
                }
            }
        }
    }

    /// The warehouse after one run over one source a port.
    private struct Expected: Sendable {
        var input: LawInput
        var counts: LineCounts
        var state: WarehouseState
        var digest: [String: TableDigest]
        var facts: Int64

        private static let shared = Shared<String, Expected>()

        static func of(_ test: Case) throws -> Expected {
            try shared.value(of: "\(test.backends) \(test.kind) \(test.seed)") {
                let input = try LawInput(test.kind, seed: test.seed)
                let warehouse = try LawWarehouse(test.backends.warehouse)
                let sources = try test.backends.source.make()
                var chance = Chance(seed: test.seed)
                let kind = test.backends.source
                let counts = try warehouse.run(
                    movies: sources.publish(
                        input.movieSources(parts: 1, of: kind, &chance), port: .movies, named: "in"),
                    events: sources.publish(
                        input.eventSources(parts: 1, of: kind, &chance), port: .events, named: "in")
                ).run.counts
                return Expected(
                    input: input, counts: counts, state: try warehouse.state(), digest: try warehouse.digest(),
                    facts: try warehouse.integer("SELECT count(*) FROM fact_user_event"))
            }
        }
    }

    @Test(arguments: Case.all)
    func theSameLinesGiveTheSameWarehouse(_ test: Case) throws {
        let expected = try Expected.of(test)
        let base = expected.counts
        #expect(base.read == Int64(expected.input.movies.count + expected.input.events.count))
        #expect(base.areConserved)
        #expect(base.accepted > 0 && base.duplicates > 0)

        let actual = try LawWarehouse(test.backends.warehouse)
        let counts = try load(expected.input, as: test, into: actual)
        #expect(counts.areConserved)
        let factor: Int64 = test.arrangement == .twiceInASource ? 2 : 1
        #expect(counts.read == base.read * factor)
        #expect(counts.rejected == base.rejected * factor)
        #expect(counts.warnings == base.warnings * factor)
        let differences = try actual.state().contentDifferences(from: expected.state)
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
        #expect(try actual.digest() == expected.digest)
        #expect(try actual.faults() == [])
        #expect(try actual.integer("SELECT count(*) FROM fact_user_event") == expected.facts)
        let accepted = "SELECT sum(accepted) FROM load_checkpoint WHERE port = 'events'"
        #expect(try actual.integer(accepted) == expected.facts)
    }

    private func load(_ input: LawInput, as test: Case, into warehouse: LawWarehouse) throws -> LineCounts {
        var chance = Chance(seed: test.seed + 1000)
        var input = input
        switch test.arrangement {
        case .reversed:
            input.movies.reverse()
            input.events.reverse()
        case .twiceInASource:
            input.movies += input.movies
            input.events += input.events
            input.shuffle(&chance)
        default: input.shuffle(&chance)
        }
        let fixture = try test.backends.source.make()
        let parts = test.arrangement == .reversed ? 1 : 4
        let movies = input.movieSources(parts: parts, of: test.backends.source, &chance)
        let events = input.eventSources(parts: parts, of: test.backends.source, &chance)
        /// Publishes some of the sources on their own, and runs over them.
        func run(
            movies: ArraySlice<[SourceLine]>, events: ArraySlice<[SourceLine]>,
            sizes: LawWarehouse.Sizes = LawWarehouse.Sizes()
        ) throws -> LoadReport {
            let publish = { (sources: ArraySlice<[SourceLine]>, port: SourcePort) in
                try sources.isEmpty
                    ? nil : fixture.publish(Array(sources), port: port, named: "from \(sources.startIndex)")
            }
            return try warehouse.run(movies: publish(movies, .movies), events: publish(events, .events), sizes: sizes)
        }
        var runs: [LoadReport] = []
        switch test.arrangement {
        case .shuffled, .reversed, .twiceInASource: runs = [try run(movies: movies[...], events: events[...])]
        case .oneRunASource:
            for number in movies.indices { runs.append(try run(movies: movies[number...number], events: [])) }
            for number in events.indices { runs.append(try run(movies: [], events: events[number...number])) }
        case .moviesAfterEvents:
            runs = [try run(movies: [], events: events[...]), try run(movies: movies[...], events: [])]
        case .moviesBetweenEvents:
            let half = events.count / 2
            runs = [
                try run(movies: movies[..<1], events: events[..<half]),
                try run(movies: movies[1...], events: events[half...]),
            ]
        case .inSmallPieces: runs = [try run(movies: movies[...], events: events[...], sizes: .small)]
        case .oneLineATransaction:
            let sizes = LawWarehouse.Sizes(chunkBytes: 256, groupRows: 1, transactionLines: 1, decoders: 2)
            runs = [try run(movies: movies[...], events: events[...], sizes: sizes)]
        case .threeDecoders:
            let sizes = LawWarehouse.Sizes(chunkBytes: 2000, groupRows: 500, transactionLines: 700, decoders: 3)
            runs = [try run(movies: movies[...], events: events[...], sizes: sizes)]
        }
        return runs.reduce(into: LineCounts()) { $0 += $1.run.counts }
    }
}
