import Foundation
import TestSupport
import Testing

/// Every command with a warehouse on PostgreSQL says what it says of one in SQLite.
@Suite(.needsPostgreSQL) struct PostgreSQLCommandTests {
    /// The sample lines in both databases.
    private struct Both {
        let database: PostgreSQLDatabase
        let folder: TemporaryFolder
        var url: String { database.url() }

        init() throws {
            database = try PostgreSQLDatabase()
            folder = try SampleLines.folder()
            for place in ["w.db", url] { _ = try load(place) }
        }

        func load(_ place: String, _ more: String...) throws -> ChildProcess.Result {
            try Program.start(
                ["run", "--raw", "raw", "--now", Program.now, "--json", "-w", place] + more, in: folder
            ).wait()
        }

        /// What a command prints with each of the two, with what has to differ taken out.
        func outputs(_ command: [String]) throws -> [String] {
            try ["w.db", url].map { place in
                let result = try Program.start(command + ["-w", place], in: folder).wait()
                #expect(result.status == 0, "\(command) \(place): \(result.output) \(result.errors)")
                return result.output.replacing(place, with: "PLACE")
                    .replacing(
                        /"(warehouse|bytes|schema_version|seconds|started_at|ended_at|updated_at)":("[^"]*"|[0-9.]+)/
                    ) {
                        "\"\($0.1)\":0"
                    }
            }
        }
    }

    @Test func theOutputsAreEqual() throws {
        let both = try Both()
        for command in [
            ["status", "--json"], ["report"], ["digest"], ["digest", "--json"], ["quarantine", "list"],
            ["quarantine", "list", "--json"], ["quarantine", "show", "--json"], ["quarantine", "export"],
            ["migrate", "--json"],
            ["query", "SELECT event_type, count(*) AS n FROM fact_user_event GROUP BY 1 ORDER BY 1"],
            [
                "query", "-f", "json",
                "SELECT movie_id, title, release_date, budget, vote_average FROM movies ORDER BY 1",
            ],
            ["query", "-f", "csv", "SELECT * FROM fact_user_event_readable ORDER BY 1, 2"],
            ["query", "-f", "ndjson", "SELECT * FROM ratings_readable"],
            ["query", "-f", "markdown", "SELECT * FROM users_readable"],
            ["query", "-f", "vertical", "SELECT rule, raw FROM rejected_record ORDER BY source, line, rule"],
        ] {
            // Bytes are written as each database writes them: 00ff and \x00ff.
            let outputs = try both.outputs(command).map { $0.replacing("\\x", with: "") }
            #expect(outputs[0] == outputs[1], "\(command)")
        }
        let again = try ["w.db", both.url].map { try RunResult(both.load($0).output).states }
        #expect(again[0] == ["skipped", "skipped"] && again[1] == again[0])
        for command in [["index", "--facts", "user"], ["quarantine", "retry", "--raw", "raw", "--now", Program.now]] {
            let result = try Program.start(command + ["-w", both.url], in: both.folder).wait()
            #expect(result.status == 0, "\(result.errors)")
        }
    }

    @Test func aDryRunLeavesNothing() throws {
        let (database, folder) = (try PostgreSQLDatabase(), try SampleLines.folder())
        let result = try Program.run(
            "run", "--dry-run", "--raw", "raw", "--now", Program.now, "--json", "-w", database.url(), in: folder)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try RunResult(result.output).read == 10 && database.isUntouched())
    }

    @Test func analystsViewsAndGrantsStay() throws {
        let both = try Both()
        let role = try both.database.role()
        try both.database.admin.execute(
            """
            CREATE VIEW reelhouse.mine AS SELECT title FROM reelhouse.movies;
            GRANT USAGE ON SCHEMA reelhouse TO \(role); GRANT SELECT ON reelhouse.movies, reelhouse.mine TO \(role)
            """)
        let count = {
            try Program.run(
                "query", "-f", "csv", "SELECT count(*) FROM mine", "-w", both.database.url(role), in: both.folder)
        }
        let before = try count()
        #expect(before.status == 0, "\(before.errors)")
        try #expect(both.load(both.url, "--reload").status == 0)
        try #expect(Program.run("migrate", "-w", both.url, in: both.folder).status == 0)
        #expect(try count().output == before.output)
    }

    @Test func valuesOfEveryTypeArePrinted() throws {
        let both = try Both()
        let sql = """
            SELECT NULL AS n, '\\x00ff'::bytea AS b, 12345678901234567890.50::numeric AS big, 1.5::numeric AS d, '{1,2}'::int[] AS a,
            '{"k": 1}'::jsonb AS j, 'infinity'::float8 AS i, 'NaN'::numeric AS nan, true AS t, false AS f, repeat('x', 5000) AS w,
            timestamptz '2026-01-01 00:00:00+05' AS m
            """
        let result = try Program.run("query", "-f", "ndjson", sql, "-w", both.url, in: both.folder)
        #expect(
            result.output == """
                {"n":null,"b":"\\\\x00ff","big":12345678901234567890.50,"d":1.5,"a":"{1,2}","j":"{\\"k\\": 1}","i":null,"nan":null,\
                "t":true,"f":false,"w":"\(String(repeating: "x", count: 5000))","m":"2025-12-31 19:00:00+00"}

                """, "\(result.errors)")
    }

    @Test func valuesThatAreNoNumbersInJSONAreText() throws {
        let both = try Self.unchanged.get()
        let sql =
            "SELECT true AS t, 'NaN'::float8 AS a, '-Infinity'::float8 AS b, 'NaN'::numeric AS c, 1e400::numeric AS d, '\\x'::bytea AS e"
        let csv = try Program.run("query", "-f", "csv", sql, "-w", both.url, in: both.folder).output
        #expect(csv == "t,a,b,c,d,e\r\ntrue,NaN,-Infinity,NaN,1\(String(repeating: "0", count: 400)),\\x\r\n")
        let json = try Program.run("query", "-f", "ndjson", sql, "-w", both.url, in: both.folder).output
        #expect(json.hasPrefix(#"{"t":true,"a":null,"b":null,"c":null,"d":1000"#), "\(json)")
    }

    @Test(arguments: [
        ("SELECT * FROM movie", "no such table or view: movie; did you mean movies?"),
        ("SELECT titel FROM movies", "no such column: titel; did you mean title?"),
        ("SELECT m.titel FROM movies AS m", "no such column: titel; did you mean title?"),
        ("SELECT 1,\n  FROM movies", "at line 2, character 3"), ("SELECT 1; SELECT 2", "more than one statement"),
        ("SELECT x.title FROM movies", "\"x\""), ("SELECT 1/0", "division by zero\n\nhint: The statement can be read"),
        ("SELECT 'x'::int", "character 8\n\nhint: The statement can be read"), ("SELECT", "have no columns"),
        ("WITH a AS (SELECT 1) SELECT FROM a", "have no columns"), ("SELECT 1 INTO t", "would change something"),
        ("(SELECT)", "have no columns"), ("SELECT $1::int", "parameters"),
        ("", "no statement"), ("/* x */ ;", "no statement"), ("COMMIT", "COMMIT is not available"),
        ("COPY movies TO STDOUT", "COPY is not available"), ("SET row_security = on", "SET is not available"),
        ("DELETE FROM movies", "would change something"), ("DELETE FROM movies RETURNING 1", "would change something"),
        ("WITH d AS (DELETE FROM movies RETURNING 1) SELECT * FROM d", "would change something"),
        ("SELECT nextval('reelhouse.rejected_record_rejected_id_seq')", "would change something"),
        ("CREATE TABLE x (a int)", "would change something"), ("SELECT set_config('role', 'nobody', false)", "nobody"),
    ])
    func aWrongStatementIsRefused(sql: String, words: String) throws {
        let both = try Self.unchanged.get()
        let result = try Program.run("query", sql, "-w", both.url, in: both.folder)
        #expect(result.status == 1 && result.output.isEmpty, "\(sql): \(result.output)")
        #expect(result.errors.contains(words) && result.errors.contains("hint: "), "\(sql): \(result.errors)")
        #expect(try both.database.admin.rows("SELECT count(*) FROM reelhouse.movies") == ["2"])
    }

    nonisolated(unsafe) private static let unchanged = Result { try Both() }

    @Test func theRolesSettingsChangeNothing() throws {
        let both = try Both()
        let role = try both.database.role("SUPERUSER")
        for setting in [
            "TimeZone = 'Asia/Kathmandu'", "DateStyle = 'German'", "search_path = pg_catalog", "bytea_output = escape",
        ] {
            try both.database.admin.execute("ALTER ROLE \(role) SET \(setting)")
        }
        for command in [["digest"], ["query", "-f", "csv", "SELECT * FROM fact_user_event ORDER BY 1, 2"]] {
            let outputs = try ["postgres", role].map {
                try Program.start(command + ["-w", both.database.url($0)], in: both.folder).wait().output
            }
            #expect(outputs[0] == outputs[1] && !outputs[0].isEmpty, "\(command)")
        }
    }

    // MARK: Ends

    @Test func aStopSignalCancelsTheStatement() throws {
        let both = try Both()
        let tag = "SELECT pg_sleep(60), 'stopped'"
        let program = try Program.start(["query", tag, "-w", both.url], in: both.folder)
        let running =
            "SELECT count(*) FROM pg_stat_activity WHERE query = '\(tag.replacing("'", with: "''"))' AND state = 'active'"
        for _ in 0..<500 {
            if try both.database.admin.rows(running) != ["0"] { break }
            usleep(10_000)
        }
        #expect(try both.database.admin.rows(running) == ["1"])
        let clock = ContinuousClock()
        let start = clock.now
        program.send(SIGINT)
        let result = program.wait()
        #expect(result.isKilled && result.status == 130 && result.errors.isEmpty, "\(result)")
        #expect(clock.now - start < .seconds(4))
        #expect(try both.database.admin.rows(running) == ["0"])
    }

    @Test func aServerThatGoesAwayLeavesNoHalfRow() throws {
        let both = try Both()
        // The backend ends itself after many rows were sent.
        let sql =
            "SELECT g, repeat('x', 100), CASE WHEN g = 50000 THEN pg_terminate_backend(pg_backend_pid()) END FROM generate_series(1, 60000) AS g"
        let result = try Program.run("query", "-f", "ndjson", sql, "-w", both.url, in: both.folder)
        #expect(result.status == 5 && result.errors.contains("hint: "), "\(result.status) \(result.errors)")
        #expect(result.output.hasSuffix("}\n") && result.output.hasPrefix("{"))
    }

    @Test func aClosedPipeIsNoError() throws {
        let both = try Both()
        let line =
            "\"$0\" query -f csv 'SELECT g FROM generate_series(1, 500000) AS g' -w \"$1\" | head -n 2; echo ${PIPESTATUS[0]}"
        let result = try ChildProcess(
            "/bin/bash", ["-c", line, Program.path, both.url], currentFolder: both.folder.path
        ).wait()
        #expect(result.output.split { $0.isNewline } == ["g", "1", "0"] && result.errors.isEmpty, "\(result)")
    }
}
