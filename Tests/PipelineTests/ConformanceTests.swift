import Domain
import Files
import SQLite
import TestSupport
import Testing

/// The backends that there are, held to what their ports promise.
@Suite struct ConformanceTests {
    struct SQLiteFixture: WarehouseFixture {
        let folder: TemporaryFolder

        /// - Parameter isNew: whether nothing was ever loaded, so that the first run keeps readers out.
        init(isNew: Bool) throws {
            folder = try TemporaryFolder(inMemory: true)
            if !isNew { _ = try SQLiteWarehouse(path: folder.path("w.db")).migrate(at: 0) }
        }

        func writer() throws -> any Warehouse { try SQLiteWarehouse(path: folder.path("w.db")) }
        func reader() throws -> any WarehouseReader { try SQLiteReader(path: folder.path("w.db")) }
    }

    struct FileFixture: SourceFixture {
        let folder: TemporaryFolder
        let compression: Compression

        init(_ compression: Compression) throws {
            folder = try TemporaryFolder(inMemory: true)
            self.compression = compression
        }

        func set(_ sources: [[String]]) throws -> any SourceSet {
            for (index, lines) in sources.enumerated() {
                let text = lines.map { $0 + "\n" }.joined()
                try folder.write("source-\(index)", compression.encode(Array(text.utf8)))
            }
            return try FileSet([folder.path], port: .events, chunkSize: 1000)
        }
    }

    /// What is promised of those who open a warehouse while a run writes to it.
    private static let sharing: [WarehousePromise] = [
        .hasOneWriter, .showsNothingBeforeTheCommit, .forgetsOnRollback, .keepsCheckpoints, .knowsSources,
        .keepsTheLastRow,
        .rejectsOnce, .pagesTheQuarantine,
    ]

    @Test(arguments: WarehousePromise.allCases)
    func sqlite(_ promise: WarehousePromise) throws {
        try promise.check(SQLiteFixture(isNew: !Self.sharing.contains(promise)))
    }

    @Test(arguments: SourcePromise.allCases, Compression.allCases)
    func files(_ promise: SourcePromise, _ compression: Compression) throws {
        try promise.check(FileFixture(compression))
    }
}
