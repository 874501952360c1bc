import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// Sources that grow: several runs over a growing source, with crashes, give the same warehouse as one run over all of
/// it.
@Suite struct GrowthTests {
    private static let sizes = LawWarehouse.Sizes(chunkBytes: 2 << 10, groupRows: 20, transactionLines: 40)

    struct Case: Sendable, CustomTestStringConvertible {
        var backends: Backends
        var crashes: Bool
        var testDescription: String { "\(backends)\(crashes ? ", with crashes" : "")" }

        static let all = Backends.all(
            serving: [.events], with: [.growth, .end, .anyBytes], from: Sources.everyForm
        ).flatMap { backends in [false, true].map { Case(backends: backends, crashes: $0) } }
    }

    @Test(arguments: Case.all)
    func piecesGiveWhatTheWholeGives(_ test: Case) throws {
        var chance = Chance(seed: 4)
        let lines = try LawInput.generated(seed: 74, movies: 20, events: 240).events.map {
            SourceLine($0)
        }
        let warehouse = try LawWarehouse(test.backends.warehouse)
        let events = try test.backends.source.make().publish([[], []], port: .events, named: "growing")
        var rest = lines[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...50, using: &chance))
            rest = rest.dropFirst(piece.count)
            try events.append(Array(piece), to: Int.random(in: 0...1, using: &chance))
            for _ in 0..<(test.crashes ? 3 : 0) {
                let occurrence = Int.random(in: 1...4, using: &chance)
                let step = chance.pick([FaultyWarehouse.Step.beforeCommit, .afterCommit, .saveCheckpoint])
                do {
                    try warehouse.run(events: events, sizes: Self.sizes) {
                        FaultyWarehouse($0, at: step, occurrence: occurrence)
                    }
                } catch is Fault {}
            }
            try warehouse.run(events: events, sizes: Self.sizes)
        }
        #expect(try warehouse.integer("SELECT sum(read) FROM load_run") == Int64(lines.count))
        #expect(try warehouse.integer("SELECT sum(read) FROM load_checkpoint") == Int64(lines.count))
        #expect(try warehouse.integer("SELECT count(*) FROM load_checkpoint") == 2)
        let whole = try LawWarehouse(test.backends.warehouse)
        try whole.run(events: events, sizes: Self.sizes)
        #expect(try warehouse.state().contentDifferences(from: whole.state()) == [])
        #expect(try warehouse.digest() == whole.digest())
        #expect(try warehouse.rejected() == whole.rejected())
        #expect(try warehouse.faults() == [])
    }
}
