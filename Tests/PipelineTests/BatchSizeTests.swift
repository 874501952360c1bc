import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// However many lines a commit has, the warehouse is the same.
@Suite struct BatchSizeTests {
    /// The most lines of a commit, and the size of a chunk in bytes, of which several fit into a commit.
    private static let sizes: [(lines: Int64, chunkBytes: Int)] = [(1, 1), (7, 700), (1000, 8000)]

    private struct Result {
        var state: WarehouseState
        var digest: [String: TableDigest]
        var counts: LineCounts
        /// The lines of each commit that had any.
        var batches: [Int64] = []
    }

    /// - Parameter change: how often the load commits.
    private func load(
        _ backends: Backends, chunkBytes: Int, changing change: (inout LoadOptions) -> Void
    ) throws -> Result {
        let lines = try LawInput.generated(seed: 51, movies: 25, events: 200, withConflicts: true)
        let sources = try PublishedInput(lines, backends.source, isByEvent: true)
        let warehouse = try LawWarehouse(backends.warehouse)
        var (read, committed): (Int64, Int64) = (0, 0)
        var batches: [Int64] = []
        let report = try warehouse.run(
            movies: sources.movies, events: sources.events,
            sizes: LawWarehouse.Sizes(chunkBytes: chunkBytes),
            through: {
                let watched = FaultyWarehouse($0)
                watched.isLostNow = { step in
                    if step == .afterCommit, read > committed {
                        batches.append(read - committed)
                        committed = read
                    }
                    return false
                }
                return watched
            },
            changing: change,
            progress: { read = max(read, $0.counts.read) })
        return Result(
            state: try sources.withoutPlace(warehouse.state()), digest: try warehouse.digest(),
            counts: report.run.counts, batches: batches)
    }

    private func expectSame(_ result: Result, _ whole: Result) {
        let differences = result.state.differences(from: whole.state)
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
        #expect(result.digest == whole.digest)
        #expect(result.counts == whole.counts && result.counts.areConserved)
        #expect(result.batches.reduce(0, +) == result.counts.read)
    }

    @Test(arguments: Backends.forGeneratedLines)
    func theSizeOfACommitChangesNothing(_ backends: Backends) throws {
        let whole = try load(backends, chunkBytes: 4 << 20) { _ in }
        // Movies and events are read one after the other.
        #expect(whole.batches.count == 2)
        for size in Self.sizes {
            let result = try load(backends, chunkBytes: size.chunkBytes) { $0.transactionLines = size.lines }
            #expect(result.batches.allSatisfy { $0 <= size.lines }, "\(size): \(result.batches)")
            #expect(result.batches.count >= Int(whole.counts.read / size.lines))
            expectSame(result, whole)
        }
    }

    @Test(arguments: Backends.forGeneratedLines)
    func norDoesItsTime(_ backends: Backends) throws {
        let whole = try load(backends, chunkBytes: 4 << 20) { _ in }
        let result = try load(backends, chunkBytes: 8000) { $0.commitInterval = 0 }
        #expect(result.batches.count > 2)
        expectSame(result, whole)
    }
}
