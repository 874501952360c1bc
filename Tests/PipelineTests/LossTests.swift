import Domain
import Fixtures
import TestSupport
import Testing

@testable import Pipeline

/// A run that loses its warehouse again and again gives the same warehouse as a run without a loss, and counts each line
/// once.
@Suite(.waits) struct LossTests {
    private static let sizes = LawWarehouse.Sizes(chunkBytes: 6 << 10, groupRows: 20, transactionLines: 40, decoders: 2)

    private struct Result {
        var differences: [String]
        var losses: Int
        var report: LoadReport
    }

    /// Loads generated lines, and loses the connection at random steps.
    private func load(
        _ backends: Backends, seed: UInt64, settling: FaultyWarehouse.Settling = .correct,
        at steps: Set<FaultyWarehouse.Step>? = nil
    ) throws -> Result {
        let lines = try LawInput.generated(seed: 21, movies: 30, events: 260, withConflicts: true)
        let sources = try PublishedInput(lines, backends.source, isByEvent: true)
        let undisturbed = try LawWarehouse(backends.warehouse)
        let counts = try undisturbed.run(movies: sources.movies, events: sources.events, sizes: Self.sizes).run.counts
        let warehouse = try LawWarehouse(backends.warehouse)
        let faulty = Box<FaultyWarehouse>()
        var chance = Chance(seed: seed)
        let report = try warehouse.run(movies: sources.movies, events: sources.events, sizes: Self.sizes) {
            let wrapped = FaultyWarehouse($0)
            faulty.value = wrapped
            wrapped.settling = settling
            wrapped.isLostNow = { step in
                if let steps, !steps.contains(step) { return false }
                return chance.isLucky(oneIn: steps == nil ? 40 : 3)
            }
            return wrapped
        }
        let expected = try sources.withoutPlace(undisturbed.state())
        var differences = try sources.withoutPlace(warehouse.state()).differences(from: expected)
        if report.run.counts != counts { differences.append("counts \(report.run.counts), not \(counts)") }
        return Result(differences: differences, losses: faulty.value?.losses ?? 0, report: report)
    }

    @Test(arguments: Backends.forGeneratedLines, [1, 2] as [UInt64])
    func lossesChangeNothing(_ backends: Backends, _ seed: UInt64) throws {
        let result = try load(backends, seed: seed)
        #expect(result.losses > 0)
        #expect(result.differences.isEmpty, "\(result.losses) losses: \(result.differences.joined(separator: "\n"))")
        let counts = result.report.run.counts
        #expect(counts.read == counts.accepted + counts.duplicates + counts.rejected)
        #expect(result.report.sources.reduce(0) { $0 + $1.counts.read } == counts.read)
        #expect(result.report.sources.allSatisfy { $0.state == .complete })
    }

    @Test(arguments: Backends.forGeneratedLines)
    func aCommitIsSettledBeforeAnythingIsTriedAgain(_ backends: Backends) throws {
        let result = try load(backends, seed: 4, at: [.beforeCommit, .afterCommit])
        #expect(result.losses > 0)
        #expect(result.differences.isEmpty, "\(result.losses) losses: \(result.differences.joined(separator: "\n"))")
    }

    /// Any commit may be the one that is lost, also the last, after which the run has no more to do.
    @Test(arguments: Backends.forGeneratedLines)
    func eachCommitMayBeLost(_ backends: Backends) throws {
        let lines = try LawInput.generated(seed: 21, movies: 3, events: 20, withConflicts: true)
        var expected: (state: WarehouseState, commits: Int)?
        var lost = 0
        while lost <= expected?.commits ?? 0 {
            let sources = try PublishedInput(lines, backends.source, isByEvent: true)
            let warehouse = try LawWarehouse(backends.warehouse)
            let faulty = Box<FaultyWarehouse>()
            let report = try warehouse.run(movies: sources.movies, events: sources.events) {
                let wrapped = FaultyWarehouse($0)
                faulty.value = wrapped
                var commits = 0
                wrapped.isLostNow = { step in
                    if step == .beforeCommit { commits += 1 }
                    return step == .beforeCommit && commits == lost
                }
                return wrapped
            }
            #expect(report.run.outcome == .completed)
            let state = try sources.withoutPlace(warehouse.state())
            if let expected {
                let differences = state.differences(from: expected.state)
                #expect(differences.isEmpty, "commit \(lost): \(differences.joined(separator: "\n"))")
                #expect(faulty.value?.losses == 1)
            } else {
                expected = (state, try #require(faulty.value?.counts[.beforeCommit]))
            }
            lost += 1
        }
        #expect(lost > 3)
    }

    /// A loader that does not find out what became of its commit is caught by the same check.
    @Test(arguments: Backends.forGeneratedLines, [FaultyWarehouse.Settling.alwaysCommitted, .alwaysRolledBack])
    func aGuessAboutACommitIsCaught(_ backends: Backends, _ settling: FaultyWarehouse.Settling) throws {
        let step: FaultyWarehouse.Step = settling == .alwaysCommitted ? .beforeCommit : .afterCommit
        let result = try load(backends, seed: 5, settling: settling, at: [step])
        #expect(!result.differences.isEmpty, "\(result.losses) losses went unnoticed")
    }
}
