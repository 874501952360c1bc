import Domain
import Schema
import Testing

@testable import SQLite

/// The quarantine of an older version, which did not record cured lines.
@Suite struct OlderQuarantineTests {
    /// Creates a warehouse of version 6. Its second run rejected a line of the first run again, and a retry accepted
    /// one.
    private func older(_ folder: TemporaryFolder) throws -> String {
        let path = folder.file("old.db")
        let connection = try Connection(path: path, access: .readWrite)
        for migration in Schema.sqlite.prefix(6) {
            try connection.execute(migration.sql)
            try connection.execute("INSERT INTO schema_migration VALUES (\(migration.version), '\(migration.name)', 7)")
        }
        try connection.execute(
            """
            INSERT INTO load_run (run_id, started_at, outcome, read, rejected) VALUES
                (1, 5, 'completed', 4, 4), (2, 6, 'completed', 2, 2);
            INSERT INTO rejected_record (source, line, byte_offset, rule, message, raw, port, raw_hash, run_id) VALUES
                ('a', 1, 0, 'invalid_score', 'm', x'00', 'events', x'00', 1),
                ('a', 2, 0, 'invalid_score', 'm', x'0001', 'events', x'01', 1),
                ('a', 3, 0, 'invalid_vote', 'm', x'00', 'events', x'02', 1),
                ('b', 1, 0, 'invalid_vote', 'm', x'00', 'events', x'03', 2);
            """)
        return path
    }

    @Test func itIsReadAsItIs() throws {
        let folder = try TemporaryFolder()
        let reader = try SQLiteReader(path: try older(folder))
        #expect(try reader.quarantineTotals() == QuarantineTotals(open: 4, cured: 0, dropped: 0))
        #expect(try reader.rejectedCounts(matching: RejectedFilter()).map(\.lines) == [2, 1, 1])
        #expect(try reader.rejectedCounts(matching: RejectedFilter(state: .cured)).isEmpty)
        #expect(try reader.rejectedSizes(matching: RejectedFilter(source: "a", state: .all)).map(\.bytes) == [3, 1])
        let records = try reader.rejected(matching: RejectedFilter(rule: "invalid_vote"), after: 0, limit: 9)
        #expect(
            records.map(\.run) == [1, 2] && records.map(\.lastRun) == [1, 2] && records.map(\.curedRun) == [nil, nil])
        #expect(try reader.rejected(matching: RejectedFilter(foundBefore: 6), after: 0, limit: 9).count == 3)
        #expect(try reader.rowCounts().last?.rows == 4)
        #expect(try reader.faults() == [])
    }

    @Test func itsLinesAreAccountedForOnceItIsUpToDate() throws {
        let folder = try TemporaryFolder()
        let path = try older(folder)
        let warehouse = try SQLiteWarehouse(path: path)
        _ = try warehouse.migrate(at: 9)
        #expect(
            try rows(warehouse.connection, "SELECT * FROM load_run_rule ORDER BY 1, 2") == [
                ["1", "", "1", "1"], ["1", "invalid_score", "2", "0"], ["1", "invalid_vote", "1", "0"],
                ["2", "", "1", "1"], ["2", "invalid_vote", "1", "0"],
            ])
        #expect(try rows(warehouse.connection, "SELECT DISTINCT last_run_id - run_id FROM rejected_record") == [["0"]])
        #expect(try SQLiteReader(path: path).faults() == [])
        // A line that is not accounted for is reported.
        try warehouse.connection.execute("DELETE FROM rejected_record WHERE source = 'b'")
        #expect(
            try SQLiteReader(path: path).faults() == [
                "invalid_vote: 2 lines were rejected, but 1 are in quarantine, 0 were dropped, and 0 were rejected again"
            ])
        try warehouse.connection.execute("UPDATE load_run SET read = 9, rejected = 9 WHERE run_id = 2")
        #expect(try SQLiteReader(path: path).faults().last == "run 2 rejected 9 lines, and load_run_rule says 2")
    }
}
