import Domain
import Files
import Pipeline
import SQLite
import TestSupport

/// A SQLite warehouse in a folder of its own, loaded and looked at by a test.
final class LawWarehouse {
    let folder: TemporaryFolder
    var path: String { folder.path("warehouse.db") }

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    /// How small the pieces are that a run works in, so that little data makes many batches and commits.
    struct Sizes: Sendable {
        var chunkBytes = 4 << 20
        var groupRows = 1 << 16
        var transactionLines: Int64 = 2_000_000
        var decoders = 2

        static let small = Sizes(chunkBytes: 4 << 10, groupRows: 30, transactionLines: 60, decoders: 2)
        static let tiny = Sizes(chunkBytes: 1 << 10, groupRows: 1, transactionLines: 1, decoders: 1)
    }

    /// Loads files with the warehouse's own adapter, or with what a test puts around it.
    @discardableResult
    func run(
        movies: [String]? = nil, events: [String]? = nil, sizes: Sizes = Sizes(), isReload: Bool = false,
        isDryRun: Bool = false, snapshotDay: Int32? = nil, through wrap: (SQLiteWarehouse) -> any Warehouse = { $0 }
    ) throws -> LoadReport {
        var options = LoadOptions(clock: LawClock.clock)
        options.groupRows = sizes.groupRows
        options.transactionLines = sizes.transactionLines
        options.decoders = sizes.decoders
        options.isReload = isReload
        options.isDryRun = isDryRun
        options.snapshotDay = snapshotDay
        let loader = Loader(
            warehouse: wrap(try SQLiteWarehouse(path: path)), rawStore: nil, options: options,
            wallClock: { LawClock.clock.now })
        return try loader.run(
            movies: try movies.map { try FileSet($0, port: .movies, chunkSize: sizes.chunkBytes) },
            events: try events.map { try FileSet($0, port: .events, chunkSize: sizes.chunkBytes) })
    }

    /// What it holds, read without any of the project's code.
    func state() throws -> WarehouseState { try WarehouseState(path: path) }

    /// The digest of each table, by the table's name.
    func digest() throws -> [String: TableDigest] {
        let digests = try SQLiteReader(path: path).digest()
        return Dictionary(uniqueKeysWithValues: digests.map { ($0.table, $0.digest) })
    }

    /// What SQLite finds wrong with the file or its foreign keys.
    func faults() throws -> [String] { try SQLiteReader(path: path).faults() }
}

extension LineCounts {
    /// Whether no line is lost or counted twice.
    var areConserved: Bool { read == accepted + duplicates + rejected }
}
