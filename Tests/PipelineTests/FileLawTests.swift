import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// The contract's laws for renamed and copied files.
@Suite struct FileLawTests {
    private static let seeds: [UInt64] = [11, 12]
    private let warehouse: LawWarehouse

    init() throws { warehouse = try LawWarehouse(Warehouses.all[0]) }

    @Test(arguments: seeds)
    func aFileThatIsLoadedIsSkippedWhateverItsName(_ seed: UInt64) throws {
        let sources = try PublishedInput(
            LawInput.generated(seed: seed, withConflicts: true), .files, movieParts: 2, eventParts: 3, seed: seed)
        try warehouse.run(movies: sources.movies, events: sources.events)
        let before = try warehouse.state()
        let folder = try TemporaryFolder()
        let copy = try folder.write("moved.away", TemporaryFolder.bytes(ofFile: sources.events.names[0]))
        let report = try warehouse.run(
            movies: sources.movies, events: FilesOfATest(sources.events.names + [copy], port: .events))
        #expect(report.sources.allSatisfy { $0.state == .skipped && $0.counts == LineCounts() })
        #expect(report.run.counts == LineCounts())
        #expect(try warehouse.state() == before)
    }

    @Test(arguments: seeds)
    func aFileThatIsNamedTwiceIsReadOnce(_ seed: UInt64) throws {
        let lines = try LawInput.generated(seed: seed)
        let sources = try PublishedInput(lines, .files, eventParts: 1, seed: seed)
        let path = sources.events.names[0]
        let folder = try TemporaryFolder()
        let copy = try folder.write("copy", TemporaryFolder.bytes(ofFile: path))
        let report = try warehouse.run(events: FilesOfATest([path, path, copy], port: .events))
        #expect(report.sources.map(\.state) == [.complete, .skipped, .skipped])
        #expect(report.run.counts.read == Int64(lines.events.count))
    }

    @Test func theDateInItsNameIsThatOfItsDocuments() throws {
        let sources = try PublishedInput(LawInput.generated(seed: 5), .files, seed: 5)
        #expect(try Set(warehouse.run(movies: sources.movies).sources.map(\.state)) == [.complete])
        let dated = try warehouse.run(movies: sources.movies, changing: { $0.snapshotDay = LawClock.day - 30 })
        #expect(Set(dated.sources.map(\.state)) == [.complete])
        #expect(try Set(warehouse.run(movies: sources.movies).sources.map(\.state)) == [.skipped])
    }
}
