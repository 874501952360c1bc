import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// The laws over sources that never end: what they bring is what the same lines bring in sources that end.
///
/// The other suites of the laws need an end: they compare reports of completed runs, a dry run and `--reload` read
/// everything, and they break a run down at the n-th commit, while commits of endless sources come by time.
@Suite struct EndlessLawTests {
    private static let backends = Backends.all(
        serving: [.movies, .events], with: [.lastingPositions, .growth, .severalSources, .anyBytes],
        from: Sources.everyForm.filter { !$0.abilities.contains(.end) })
    private static let sizes = LawWarehouse.Sizes(chunkBytes: 2 << 10, groupRows: 20, transactionLines: 40)

    /// How the same lines come in.
    enum Arrangement: String, CaseIterable, Sendable {
        case shuffled, twice, inSmallPieces, grownBetweenRuns
    }

    private static func input() throws -> LawInput { try LawInput.generated(seed: 91, movies: 30, events: 400) }

    /// The warehouse of one run over sources that end.
    private func bounded(_ lines: LawInput, _ kind: WarehouseKind) throws -> LawWarehouse {
        let warehouse = try LawWarehouse(kind)
        let sources = try PublishedInput(lines, Sources.all[0])
        try warehouse.run(movies: sources.movies, events: sources.events)
        return warehouse
    }

    private func expectEqualContent(_ warehouse: LawWarehouse, _ expected: LawWarehouse) throws {
        let differences = try warehouse.state().contentDifferences(from: expected.state())
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
        #expect(try warehouse.digest() == expected.digest())
        #expect(try warehouse.faults() == [])
    }

    @Test(arguments: backends, Arrangement.allCases)
    func theSameLinesGiveTheSameWarehouse(_ backends: Backends, _ arrangement: Arrangement) throws {
        var lines = try Self.input()
        let expected = try bounded(lines, backends.warehouse)
        let warehouse = try LawWarehouse(backends.warehouse)
        var chance = Chance(seed: 92)
        lines.shuffle(&chance)
        if arrangement == .twice {
            lines = LawInput(movies: lines.movies + lines.movies, events: lines.events + lines.events)
        }
        let sizes = arrangement == .inSmallPieces ? Self.sizes : LawWarehouse.Sizes()
        let later = arrangement == .grownBetweenRuns ? lines.events.suffix(150).map { SourceLine($0) } : []
        lines.events.removeLast(later.count)
        let sources = try PublishedInput(lines, backends.source, eventParts: 3)
        let report = try warehouse.runEndlessly(movies: sources.movies, events: sources.events, sizes: sizes)
        #expect(report.run.outcome == .stopped && report.run.counts.areConserved)
        #expect(report.run.counts.read == Int64(lines.movies.count + lines.events.count))
        if !later.isEmpty {
            try sources.events.append(later, to: 1)
            let next = try warehouse.runEndlessly(movies: sources.movies, events: sources.events)
            #expect(next.run.counts.read == Int64(later.count), "what is loaded is not read again")
        }
        try warehouse.finish()
        try expectEqualContent(warehouse, expected)
    }

    /// The second time that a run comes to a step, whenever its commits come.
    @Test(
        arguments: backends,
        [FaultyWarehouse.Step.insertFacts, .merge, .saveCheckpoint, .beforeCommit, .afterCommit])
    func aRunThatBreaksDownIsMadeGood(_ backends: Backends, _ step: FaultyWarehouse.Step) throws {
        let lines = try Self.input()
        let expected = try bounded(lines, backends.warehouse)
        for manner in FaultyWarehouse.Manner.allCases {
            let warehouse = try LawWarehouse(backends.warehouse)
            let sources = try PublishedInput(lines, backends.source, isByEvent: true)
            #expect(throws: Fault.self, "\(manner) did not end the run") {
                try warehouse.runEndlessly(movies: sources.movies, events: sources.events, sizes: Self.sizes) {
                    FaultyWarehouse($0, at: step, occurrence: 2, manner: manner)
                }
            }
            try warehouse.runEndlessly(movies: sources.movies, events: sources.events, sizes: Self.sizes)
            let count = Int64(lines.movies.count + lines.events.count)
            #expect(try warehouse.integer("SELECT sum(read) FROM load_run") == count)
            #expect(try warehouse.integer("SELECT sum(read) FROM load_checkpoint") == count)
            try warehouse.finish()
            try expectEqualContent(warehouse, expected)
            let rejected = "SELECT count(*) FROM rejected_record"
            #expect(try warehouse.integer(rejected) == expected.integer(rejected))
        }
    }
}
