import Domain
import SQLite
import TestSupport
import Testing

@testable import Pipeline

/// When a load is done with what was decoded for it.
@Suite struct EventLoadTests {
    /// A decoder waits for chunks to be given back: it is not to stand idle while a transaction is upserted.
    @Test func chunksAreGivenBackBeforeTheyAreUpserted() throws {
        let folder = try TemporaryFolder()
        let inner = try SQLiteWarehouse(path: folder.path("w.db"))
        let warehouse = FaultyWarehouse(inner, at: .merge, manner: .error)
        let run = try warehouse.beginRun(at: LawClock.clock.now, isDryRun: false)
        defer { warehouse.endRun() }
        let transaction = LoadTransaction(
            warehouse: warehouse, options: LoadOptions(clock: LawClock.clock), run: run, stages: StageTimes())
        var released = 0
        let load = EventLoad(transaction: transaction, rawStore: nil, release: { released += 1 }) { _, _ in }
        let decoder = try EventDecoder(clock: LawClock.clock)
        for number in 1...3 {
            let lines = [ConformanceLines.event(number)]
            try load.add(decoder.decode(ConformanceLines.chunk(lines, name: "\(number)")))
        }
        #expect(released == 0, "they are not inserted yet")
        #expect(throws: Fault.self) { try load.commit() }
        #expect(warehouse.hasFired)
        #expect(released == 3, "they were to be given back before the first table is merged")
        try warehouse.rollback()
    }
}
