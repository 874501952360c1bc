import Domain
import Fixtures
import Logging
import Synchronization
import Testing

@testable import Pipeline

/// The lines that a run logs.
@Suite(.waits) struct RunLogTests {
    /// Keeps the lines.
    private final class Lines: LogOutput {
        private let kept = Mutex<[String]>([])
        var all: [String] { kept.withLock { $0 } }
        func write(line: [UInt8]) { kept.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
    }

    /// Each names the run, also those about a server that was lost.
    @Test func everyLineOfARunNamesIt() throws {
        let lines = Lines()
        let logger = Logger(label: "reelhouse", level: .trace, format: .json, output: lines)
        let sources = try PublishedInput(LawInput.generated(seed: 3, events: 100), Sources.all[0])
        let warehouse = try LawWarehouse(Warehouses.all[0])
        let faulty = FaultyWarehouse(try warehouse.fixture.writer())
        var losses = 0
        faulty.isLostNow = { step in
            guard step == .insertFacts || step == .beforeCommit, losses < 3 else { return false }
            losses += 1
            return true
        }
        let loader = Loader(
            warehouse: faulty, rawStore: nil, options: LoadOptions(clock: LawClock.clock), logger: logger,
            wallClock: { LawClock.clock.now })
        let report = try loader.run(
            movies: sources.movies.set(chunkBytes: 4 << 20), events: sources.events.set(chunkBytes: 4 << 20))
        #expect(losses == 3 && report.run.id == 1)
        #expect(lines.all.contains { $0.contains("\"level\":\"warning\"") }, "the losses are told")
        #expect(lines.all.count > 4)
        for line in lines.all { #expect(line.contains("\"run\":1,"), "\(line)") }
    }
}
