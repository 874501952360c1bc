import Domain
import Foundation
import Testing

@testable import SQLite

/// During a load, committed pages are copied from the log to the file, so that the log stays short.
@Suite struct CheckpointerTests {
    private static let pageSize = 16_384

    /// Commits transactions of about 16 pages with a checkpointer, and returns the size of the log after each.
    private func logSizes(commits: Int, pages: (worthCopying: Int32, most: Int32)) throws -> [Int] {
        let folder = try TemporaryFolder()
        let connection = try Connection(path: folder.file("a.db"), access: .readWrite)
        try connection.execute("PRAGMA page_size = 16384; PRAGMA journal_mode = WAL")
        let checkpointer = Checkpointer(of: connection, pages: pages)
        try connection.execute("CREATE TABLE filled (bytes BLOB)")
        return try (0..<commits).map { _ in
            checkpointer.willBegin()
            try connection.execute("INSERT INTO filled VALUES (randomblob(16 * 16000))")
            checkpointer.didCommit()
            let log = try FileManager.default.attributesOfItem(atPath: folder.file("a.db-wal"))
            return (log[.size] as? Int ?? 0) / Self.pageSize
        }
    }

    @Test func theLogBeginsAnewWhereItIsLong() throws {
        let sizes = try logSizes(commits: 40, pages: (worthCopying: 1, most: 32))
        #expect(try #require(sizes.max()) < 64)
    }

    @Test func withoutCheckpointsItGrows() throws {
        let sizes = try logSizes(commits: 40, pages: (worthCopying: .max, most: .max))
        #expect(try #require(sizes.max()) > 600)
    }

    @Test func aConnectionMayOutliveIt() throws {
        let folder = try TemporaryFolder()
        let connection = try Connection(path: folder.file("a.db"), access: .readWrite)
        try connection.execute("PRAGMA journal_mode = WAL; CREATE TABLE kept (value INTEGER)")
        do {
            let checkpointer = Checkpointer(of: connection, pages: (1, 1))
            try connection.execute("INSERT INTO kept VALUES (1)")
            checkpointer.didCommit()
            checkpointer.wait()
        }
        try connection.execute("INSERT INTO kept VALUES (2)")
        #expect(try connection.integer("SELECT sum(value) FROM kept") == 3)
    }
}
