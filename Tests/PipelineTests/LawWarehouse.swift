import Domain
import Fixtures
import Pipeline
import TestSupport

/// A warehouse that a test loads and reads.
final class LawWarehouse {
    let fixture: any WarehouseFixture

    /// - Parameter hasTables: whether the tables are there already, which takes less time than a first run that makes them.
    init(_ kind: WarehouseKind, hasTables: Bool = true) throws {
        fixture = try hasTables ? kind.makeWithTables() : kind.make()
    }

    /// Small sizes of chunks, groups and transactions, so that little data makes many batches and commits.
    struct Sizes: Sendable {
        var chunkBytes = 4 << 20
        var groupRows = 1 << 16
        var transactionLines: Int64 = 2_000_000
        var decoders = 2

        static let small = Sizes(chunkBytes: 4 << 10, groupRows: 30, transactionLines: 60, decoders: 2)
    }

    /// Loads sources.
    ///
    /// - Parameters:
    ///   - wrap: wraps the warehouse, for example in one that fails.
    ///   - change: changes the options of the run further.
    @discardableResult
    func run(
        movies: (any PublishedSources)? = nil, events: (any PublishedSources)? = nil, sizes: Sizes = Sizes(),
        clock: RunClock = LawClock.clock, stop: StopSignal = StopSignal(),
        through wrap: (any Warehouse) -> any Warehouse = { $0 },
        changing change: (inout LoadOptions) -> Void = { _ in },
        progress: @escaping (LoadProgress) -> Void = { _ in }
    ) throws -> LoadReport {
        var options = LoadOptions(clock: clock)
        options.groupRows = sizes.groupRows
        options.transactionLines = sizes.transactionLines
        options.decoders = sizes.decoders
        change(&options)
        let loader = Loader(
            warehouse: wrap(try fixture.writer()), rawStore: nil, options: options, stop: stop,
            wallClock: { clock.now }, progress: progress)
        return try loader.run(
            movies: movies?.set(chunkBytes: sizes.chunkBytes), events: events?.set(chunkBytes: sizes.chunkBytes))
    }

    /// Its content, read without any of the project's code.
    func state() throws -> WarehouseState { try WarehouseState(fixture.database()) }

    /// The rows of a query, read without any of the project's code.
    func rows(_ sql: String) throws -> [String] { try fixture.database().rows(sql) }

    /// The integer that a query gives, read without any of the project's code.
    func integer(_ sql: String) throws -> Int64 { try fixture.database().integer(sql) }

    /// The digest of each table, by the table's name.
    func digest() throws -> [String: TableDigest] {
        let digests = try fixture.reader().digest()
        return Dictionary(uniqueKeysWithValues: digests.map { ($0.table, $0.digest) })
    }

    /// What is wrong with the stored data or its references.
    func faults() throws -> [String] { try fixture.reader().faults() }
}

extension LineCounts {
    /// Whether no line is lost or counted twice.
    var areConserved: Bool { read == accepted + duplicates + rejected }
}
