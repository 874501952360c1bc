import Domain
import TableTesting
import Testing

@testable import SQLite

/// The digest depends on the content of the tables only.
@Suite struct DigestTests {
    private func digests(_ path: String) throws -> [String: String] {
        let digests = try SQLiteReader(path: path).digest()
        return Dictionary(uniqueKeysWithValues: digests.map { ($0.table, $0.digest.text) })
    }

    @Test func theOrderOfRowsDoesNotMatter() throws {
        let folder = try TemporaryFolder()
        var seen: [[String: String]] = []
        for order in 0..<3 as Range<UInt64> {
            let warehouse = try folder.warehouse("\(order).db")
            var generator = SeededGenerator(seed: order)
            for (number, table) in MergeStatementTests.tables.enumerated() {
                var random = RandomRows(table, seed: UInt64(number))
                let merged = MergeTable(table)
                merged.merge(random.rows(80).shuffled(using: &generator))
                try warehouse.begin()
                try warehouse.merge(merged)
                try warehouse.commit()
            }
            seen.append(try digests(warehouse.location))
        }
        #expect(seen[0] == seen[1])
        #expect(seen[1] == seen[2])
        let empty = try digests(folder.warehouse("empty.db").location)
        #expect(seen[0].keys.sorted() == empty.keys.sorted())
        for table in MergeStatementTests.tables { #expect(seen[0][table.name] != empty[table.name], "\(table.name)") }
    }

    @Test func bookkeepingIsLeftOut() throws {
        let folder = try TemporaryFolder()
        let warehouse = try folder.warehouse()
        let before = try digests(warehouse.location)
        try warehouse.connection.execute(
            """
            INSERT INTO load_run (run_id, started_at, outcome) VALUES (1, 5, 'completed');
            INSERT INTO load_stale_day VALUES ('2026-01-01'); INSERT INTO load_pending_movie VALUES (1, 1);
            INSERT INTO rejected_record (source, line, byte_offset, rule, message, raw, port, raw_hash, run_id)
            VALUES ('s', 1, 0, 'r', 'm', x'00', 'events', x'00', 1);
            """)
        #expect(try digests(warehouse.location) == before)
        #expect(!before.keys.contains { $0.hasPrefix("load_") || $0 == "rejected_record" || $0 == "schema_migration" })
    }

    @Test(arguments: [
        "UPDATE users SET last_seen = last_seen + 1 WHERE user_id = 1", "DELETE FROM users WHERE user_id = 1",
        "UPDATE users SET (first_seen, last_seen) = (last_seen, first_seen) WHERE user_id = 1",
        "INSERT INTO users VALUES (3, 1, 2)",
    ])
    func eachChangeShows(sql: String) throws {
        let folder = try TemporaryFolder()
        let warehouse = try folder.warehouse()
        try warehouse.connection.execute("INSERT INTO users VALUES (1, 5, 6), (2, 5, 6)")
        let before = try digests(warehouse.location)
        try warehouse.connection.execute(sql)
        let after = try digests(warehouse.location)
        #expect(before["users"] != after["users"])
        #expect(before.filter { $0.key != "users" } == after.filter { $0.key != "users" })
    }

    @Test func nullIsNoValue() throws {
        let folder = try TemporaryFolder()
        let warehouse = try folder.warehouse()
        var seen: Set<String> = []
        for value in ["NULL", "''", "'0'", "'00'"] {
            try warehouse.connection.execute(
                "DELETE FROM genres; DELETE FROM spoken_languages; INSERT INTO spoken_languages VALUES ('en', \(value), NULL, '2026-01-01')"
            )
            seen.insert(try #require(try digests(warehouse.location)["spoken_languages"]))
            try warehouse.connection.execute(
                "DELETE FROM spoken_languages; INSERT INTO spoken_languages VALUES ('en', NULL, \(value), '2026-01-01')"
            )
            seen.insert(try #require(try digests(warehouse.location)["spoken_languages"]))
        }
        #expect(seen.count == 7, "nulls in different columns give the same digest")
    }
}
