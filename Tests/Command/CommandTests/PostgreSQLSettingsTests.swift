import Foundation
import Servers
import TestSupport
import Testing

/// What a database's owner may have set, and other connections may do: a load works all the same, or says why not.
@Suite(.serialized, .waits, .enabled(if: PostgresServer.canStart, "\(PostgresServer.whatToInstall)"))
struct PostgreSQLSettingsTests {
    /// A role of a test's own, with settings of its own.
    private final class Role {
        let name = "role_" + String(UInt64.random(in: .min ... .max), radix: 36)
        private let database: PostgresDatabase

        init(_ settings: [String]) throws {
            database = try PostgresDatabase(url: PostgresServer.shared().url(), schema: "public")
            try database.execute("CREATE ROLE \(name) LOGIN; GRANT CREATE ON DATABASE postgres TO \(name)")
            for setting in settings { try database.execute("ALTER ROLE \(name) SET \(setting)") }
        }

        deinit { try? database.execute("DROP OWNED BY \(name) CASCADE; DROP ROLE \(name)") }
    }

    /// A schema whose objects stand in for others where a `search_path` names it first.
    private static let decoy = """
        CREATE SCHEMA IF NOT EXISTS decoy; GRANT USAGE ON SCHEMA decoy TO PUBLIC;
        CREATE TABLE IF NOT EXISTS decoy.load_run (run_id text);
        CREATE TABLE IF NOT EXISTS decoy.fact_user_event (event_id text);
        CREATE OR REPLACE FUNCTION decoy.to_regclass(text) RETURNS regclass LANGUAGE sql AS 'SELECT NULL::regclass';
        CREATE OR REPLACE FUNCTION decoy.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'
        """

    @Test(arguments: [
        [
            "TimeZone = 'Pacific/Kiritimati'", "DateStyle = 'German, DMY'", "IntervalStyle = 'iso_8601'",
            "extra_float_digits = -15", "bytea_output = 'escape'", "standard_conforming_strings = off",
            "backslash_quote = off", "client_encoding = 'LATIN1'", "lc_messages = 'C'", "array_nulls = off",
        ],
        [
            "search_path = decoy, pg_catalog", "transform_null_equals = on", "row_security = on",
            "default_transaction_isolation = 'serializable'", "default_transaction_deferrable = on",
            "synchronous_commit = off", "statement_timeout = '60s'", "idle_in_transaction_session_timeout = '20s'",
        ],
        [
            "enable_hashjoin = off", "enable_seqscan = off", "enable_sort = off",
            "plan_cache_mode = force_generic_plan",
            "default_statistics_target = 1", "work_mem = '64kB'", "jit = on", "jit_above_cost = 0",
            "client_min_messages = debug1",
            "lock_timeout = '5s'", "search_path = ''",
        ],
    ])
    func whatARoleHasSetChangesNothing(_ settings: [String]) throws {
        try PostgresDatabase(url: PostgresServer.shared().url(), schema: "public").execute(Self.decoy)
        let role = try Role(settings)
        let warehouse = try PostgreSQLTarget()
        let result = try warehouse.start(warehouse.url(user: role.name), commitLines: 1500).wait()
        #expect(result.status == 0, "\(result.errors)")
        try warehouse.expectWhole("\(settings)")
        // Nor for those who look at it.
        let folder = try TemporaryFolder()
        let digest = try Program.run("digest", "--warehouse", warehouse.url(user: role.name), in: folder)
        #expect(digest.output == (try PostgreSQLInput.shared.get().digest), "\(digest.errors)")
    }

    /// A setting under which no load can work, and what the error says about it.
    @Test(arguments: [
        ("statement_timeout = '1ms'", "statement_timeout"),
        ("default_transaction_read_only = on", "default_transaction_read_only"),
    ])
    func whatARoleHasSetIsSaidWhereItForbidsALoad(_ setting: String, _ words: String) throws {
        let role = try Role([setting])
        let warehouse = try PostgreSQLTarget()
        let result = try warehouse.start(warehouse.url(user: role.name)).wait()
        #expect(result.status == 1, "\(result.errors)")
        #expect(result.errors.contains(words) && result.errors.contains("hint:"), "\(result.errors)")
    }

    /// Rows that a policy hides would be missing without a word.
    @Test func aRowSecurityPolicyIsAnError() throws {
        let warehouse = try PostgreSQLTarget()
        try warehouse.runToEnd()
        let role = try Role([])
        let schema = try #require(warehouse.url().split(separator: "schema=").last)
        try warehouse.database().execute(
            """
            GRANT USAGE, CREATE ON SCHEMA \(schema) TO \(role.name);
            GRANT ALL ON ALL TABLES IN SCHEMA \(schema) TO \(role.name);
            ALTER TABLE ratings ENABLE ROW LEVEL SECURITY;
            CREATE POLICY part ON ratings USING (user_id < 100)
            """)
        let folder = try TemporaryFolder()
        for command in ["digest", "run"] {
            let arguments = command == "run" ? ["--events", "-", "--raw", "raw", "--now", Program.now] : []
            let result = try Program.start(
                [command, "--warehouse", warehouse.url(user: role.name)] + arguments, input: SampleLines.clicks(3),
                in: folder
            ).wait()
            #expect(result.status == 1, "\(command): \(result.errors)")
            #expect(result.errors.contains(/row(-level)? security/), "\(command): \(result.errors)")
        }
    }

    /// A reader who looks at one moment for the whole load neither stops it, nor sees anything of it, nor keeps others
    /// from reading.
    @Test func aReadersTransactionIsOpenForTheWholeLoad() throws {
        let warehouse = try PostgreSQLTarget()
        let process = try warehouse.start()
        // The first days are there; the month after them has no partition yet.
        try warehouse.wait(forLines: 600, of: process)
        let reader = try warehouse.database()
        try reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        let count = "SELECT count(*) FROM fact_user_event JOIN movies USING (movie_id)"
        let seen = try reader.integer(count)
        while process.isRunning {
            _ = try warehouse.database().integer(count)
            usleep(50_000)
        }
        let result = process.wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(try reader.integer(count) == seen)
        #expect(try warehouse.database().integer(count) > seen)
        try reader.execute("COMMIT")
        try warehouse.expectWhole()
    }
}
