import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// Files that are in the ledger of a SQLite warehouse of schema version 6 (by the hash of the whole file) are
/// recognised.
@Suite struct OlderFileLedgerTests {
    private let warehouse: LawWarehouse
    private let folder: TemporaryFolder

    init() throws {
        warehouse = try LawWarehouse(.sqlite, hasTables: false)
        folder = try TemporaryFolder(inMemory: true)
    }

    /// Makes the warehouse one of version 6 that knows some files.
    private func leave(_ rows: [(key: String, line: Int, offset: Int, isComplete: Bool)]) throws {
        try WarehouseKind.sqlite.migrate(warehouse.fixture, to: 6)
        let database = try warehouse.fixture.database()
        try database.execute("INSERT INTO load_run (run_id, started_at, outcome) VALUES (1, 1, 'completed')")
        for row in rows {
            try database.execute(
                """
                INSERT INTO load_checkpoint (port, source_key, source, line, byte_offset, is_complete, read, accepted,
                duplicates, rejected, warnings, run_id) VALUES ('events', '\(row.key)', 'before', \(row.line),
                \(row.offset), \(row.isComplete ? 1 : 0), \(row.line), \(row.line), 0, 0, 0, 1)
                """)
        }
    }

    private func key(_ bytes: [UInt8]) throws -> String {
        let other = try LawWarehouse(.sqlite, hasTables: false)
        try other.run(files: [try folder.write("key", bytes)])
        return try other.rows("SELECT source_key FROM load_checkpoint")[0]
    }

    @Test(arguments: Compression.allCases)
    func rowsOfOlderVersionsAreKnown(_ compression: Compression) throws {
        let lines = (1...30).map { Array(ConformanceLines.event($0).utf8) + [10] }
        let first = Array(lines[..<10].joined())
        let second = Array(lines[10..<20].joined())
        let files = try [first, second].map { try compression.encode($0) }
        try leave([
            (key(files[0]), 10, first.count, true), (key(files[1]), 4, lines[10..<14].joined().count, false),
        ])
        let paths = try [("x", files[0]), ("y", files[1])].map { try folder.write($0.0, $0.1) }
        let report = try warehouse.run(files: paths)
        #expect(report.sources.map(\.state) == [.skipped, .complete])
        #expect(report.run.counts.read == 6 && report.run.counts.accepted == 6)
        let database = try warehouse.fixture.database()
        #expect(try database.rows("SELECT read FROM load_checkpoint ORDER BY source_bytes, source") == ["10", "10"])
        #expect(
            try database.rows("SELECT source_bytes FROM load_checkpoint ORDER BY 1")
                == files.map(\.count).sorted().map(String.init))
        #expect(try warehouse.run(files: paths).sources.map(\.state) == [.skipped, .skipped])
    }

    @Test func aPlainFileOfAnOlderVersionHasGrown() throws {
        let lines = (1...30).map { Array(ConformanceLines.event($0).utf8) + [10] }
        let first = Array(lines[..<10].joined())
        try leave([(key(first), 10, first.count, true)])
        let path = try folder.write("x", Array(lines.joined()))
        #expect(try warehouse.run(files: [path]).run.counts.read == 20)
        let database = try warehouse.fixture.database()
        #expect(try database.rows("SELECT read, CAST(position AS INTEGER) FROM load_checkpoint") == ["30|30"])
    }
}
