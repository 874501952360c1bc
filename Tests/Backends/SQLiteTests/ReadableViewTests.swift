import Domain
import TableTesting
import Testing

@testable import SQLite

/// The views show times and UUIDs as text.
@Suite struct ReadableViewTests {
    @Test func everyTableWithTimesOrUUIDsHasAView() throws {
        let folder = try TemporaryFolder()
        let connection = try folder.warehouse().connection
        let views = Set(try rows(connection, "SELECT name FROM sqlite_schema WHERE type = 'view'").map { $0[0] })
        for table in MigrationTests.tables where !table.name.hasPrefix("withdrawn_") {
            let columns = table.columns.filter { $0.type == .timestamp || $0.type == .uuid }
            if columns.isEmpty { continue }
            #expect(views.contains("\(table.name)_readable"), "\(table.name)")
            let shown = try rows(connection, "SELECT name FROM pragma_table_info('\(table.name)_readable')").map {
                $0[0]
            }
            let missing = Set(table.columns.map(\.name)).subtracting(shown).subtracting(["content_hash"])
            #expect(missing.isEmpty, "\(table.name): \(missing)")
        }
    }

    @Test func timesAreRightAtAnyTime() throws {
        let folder = try TemporaryFolder()
        let connection = try folder.warehouse().connection
        var generator = SeededGenerator(seed: 1)
        var times: [Int64] = [
            -1, 0, 1, 999, 1000, -1000, -1001, 59_999, 1_763_661_802_517, -62_135_596_800_000, 253_402_300_799_999,
        ]
        times += (0..<2000).map { _ in Int64.random(in: -62_135_596_800_000...253_402_300_799_999, using: &generator) }
        try connection.execute("BEGIN")
        for (index, time) in times.enumerated() {
            try connection.execute("INSERT INTO users VALUES (\(index + 1), \(time), \(time))")
        }
        try connection.execute("COMMIT")
        let shown = try rows(connection, "SELECT first_seen, last_seen FROM users_readable ORDER BY user_id")
        #expect(shown == times.map { [Timestamp.text($0), Timestamp.text($0)] })
    }

    @Test func idsAreTextAndNullStaysNull() throws {
        let folder = try TemporaryFolder()
        let connection = try folder.warehouse().connection
        try connection.execute(
            """
            INSERT INTO dim_session VALUES
                ('a', 1, -1, 0, NULL, NULL, NULL, NULL, x'0B54F0C60D1C4D3B9A571F6B1A3C9E11', NULL, NULL),
                ('b', 1, 0, 0, 'tv', NULL, NULL, NULL, x'00000000000000000000000000000000', 5,
                x'ffffffffffffffffffffffffffffffff')
            """)
        let columns = "first_event_id, device_event_id, started_at, device_event_time"
        #expect(
            try rows(connection, "SELECT \(columns) FROM dim_session_readable ORDER BY session_id") == [
                ["0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11", "-", "1969-12-31T23:59:59.999Z", "-"],
                [
                    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
                    "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.005Z",
                ],
            ])
    }

    @Test func aFactHasItsMovieAndGenreWhereTheyAreKnown() throws {
        let folder = try TemporaryFolder()
        let connection = try folder.warehouse().connection
        try connection.execute(
            """
            INSERT INTO genres VALUES (18, 'Drama', '2026-01-01');
            INSERT INTO movies (movie_id, title, snapshot_date, has_title, content_hash)
            VALUES (603, 'The Title', '2026-01-01', 1, x'');
            INSERT INTO fact_user_event VALUES
                (1, x'00000000000000000000000000000001', 'view', 1, NULL, 603, NULL, NULL, NULL, 1999, 18, 5, 1, 7),
                (2, x'00000000000000000000000000000002', 'search', 1, NULL, NULL, NULL, NULL, 'q', NULL, NULL, NULL, 0, 7);
            """)
        let columns = "event_time, event_id, movie_title, primary_genre, query, movie_known"
        #expect(
            try rows(connection, "SELECT \(columns) FROM fact_user_event_readable ORDER BY event_time") == [
                [
                    "1970-01-01T00:00:00.001Z", "00000000-0000-0000-0000-000000000001", "The Title", "Drama", "-", "1",
                ],
                ["1970-01-01T00:00:00.002Z", "00000000-0000-0000-0000-000000000002", "-", "-", "q", "0"],
            ])
    }

    /// The joins of a view neither repeat nor lose a row.
    @Test func aViewHasTheRowsOfItsTable() throws {
        let folder = try TemporaryFolder()
        let warehouse = try folder.warehouse()
        for table in MergeStatementTests.tables {
            var random = RandomRows(table, seed: 3)
            let merged = MergeTable(table)
            merged.merge(random.rows(60))
            try warehouse.begin()
            try warehouse.merge(merged)
            try warehouse.commit()
        }
        var filled = 0
        for view in try rows(
            warehouse.connection,
            "SELECT name FROM sqlite_schema WHERE type = 'view' AND name <> 'rejected_event_readable'"
        ).map({ $0[0] }) {
            let table = String(view.dropLast("_readable".count))
            let counts = try rows(
                warehouse.connection, "SELECT (SELECT count(*) FROM \(view)), (SELECT count(*) FROM \(table))")
            #expect(counts[0][0] == counts[0][1], "\(view)")
            if counts[0][0] != "0" { filled += 1 }
        }
        #expect(filled >= 7)
    }
}
