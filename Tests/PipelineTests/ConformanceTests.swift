import Domain
import Files
import SQLite
import TestSupport
import Testing

/// The backends that there are, held to what their ports promise.
@Suite struct ConformanceTests {
    struct SQLiteFixture: WarehouseFixture {
        let folder: TemporaryFolder

        init() throws { folder = try TemporaryFolder(inMemory: true) }

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

    @Test(arguments: WarehousePromise.allCases)
    func sqlite(_ promise: WarehousePromise) throws { try promise.check(SQLiteFixture()) }

    @Test(arguments: SourcePromise.allCases, Compression.allCases)
    func files(_ promise: SourcePromise, _ compression: Compression) throws {
        try promise.check(FileFixture(compression))
    }
}
