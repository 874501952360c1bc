import Domain
import Fixtures
import Foundation
import PostgreSQL
import Servers
import TestSupport
import Testing

@testable import Pipeline

/// Loads through a proxy that cuts connections at random moments.
@Suite(.waits, .enabled(if: PostgresServer.canStart, "\(PostgresServer.whatToInstall)"))
struct PostgreSQLLossTests {
    @Test(.timeLimit(.minutes(2))) func connectionsThatAreCutChangeNothing() throws {
        let server = try PostgresServer.shared()
        let proxy = try TCPProxy(to: server.port)
        defer { proxy.stop() }
        let backends = try #require(
            Backends.forGeneratedLines.first { $0.warehouse.name == WarehouseKind.postgreSQL.name })
        let lines = try LawInput.generated(seed: 22, movies: 30, events: 260, withConflicts: true)
        let sources = try PublishedInput(lines, backends.source, isByEvent: true)
        let sizes = LawWarehouse.Sizes(chunkBytes: 6 << 10, groupRows: 20, transactionLines: 40, decoders: 2)
        func load(through port: Int, _ schema: String) throws -> ([String], LineCounts) {
            let place = "postgresql://postgres@127.0.0.1:\(port)/postgres?schema=\(schema)"
            var options = LoadOptions(clock: LawClock.clock)
            (options.groupRows, options.transactionLines) = (sizes.groupRows, sizes.transactionLines)
            let loader = Loader(
                warehouse: try PostgreSQLWarehouse(PostgresLocation(place)), rawStore: nil, options: options,
                wallClock: { LawClock.clock.now })
            let report = try loader.run(
                movies: sources.movies.set(chunkBytes: sizes.chunkBytes),
                events: sources.events.set(chunkBytes: sizes.chunkBytes))
            let direct = "postgresql://postgres@127.0.0.1:\(server.port)/postgres?schema=\(schema)"
            let digests = try PostgreSQLReader(PostgresLocation(direct)).digest()
            try PostgresDatabase(url: server.url(), schema: schema).drop()
            return (digests.map { "\($0)" }, report.run.counts)
        }
        let expected = try load(through: server.port, "loss_none")
        Thread {
            for _ in 0..<5 {
                Thread.sleep(forTimeInterval: .random(in: 0.2...0.7))
                proxy.cut()
            }
        }.start()
        let found = try load(through: proxy.port, "loss_cut")
        #expect(found.0 == expected.0)
        #expect(found.1 == expected.1)
    }
}
