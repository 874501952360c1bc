import Foundation
import TestSupport
import Testing

/// What each kind of role can do with a warehouse on PostgreSQL, and what the others are told.
@Suite(.needsPostgreSQL) struct PostgreSQLRightsTests {
    private let database: PostgreSQLDatabase
    private let folder: TemporaryFolder

    init() throws {
        database = try PostgreSQLDatabase()
        folder = try SampleLines.folder()
    }

    private func run(_ words: String..., user: String, parameters: String = "") throws -> ChildProcess.Result {
        let more = words[0] == "run" ? ["--raw", "raw", "--now", Program.now] : []
        return try Program.start(words + more + ["-w", database.url(user, parameters)], in: folder).wait()
    }

    /// Runs the statements that a hint gives.
    private func follow(_ hint: String) throws {
        let text = try #require(hint.split(separator: "superuser run: ").last)
        for statement in text.split(separator: ";") {
            try database.admin.execute(statement.trimmingCharacters(in: CharacterSet(charactersIn: " .\n")))
        }
    }

    @Test func aRoleWithRightsOnTheSchemaAloneLoads() throws {
        let role = try database.role()
        let refused = try run("run", user: role)
        #expect(refused.status == 1 && refused.errors.contains("GRANT CREATE ON DATABASE"), "\(refused.errors)")
        try database.admin.execute("CREATE SCHEMA reelhouse")
        let closed = try run("run", user: role)
        #expect(closed.status == 1 && closed.errors.contains("GRANT USAGE ON SCHEMA"), "\(closed.errors)")
        try follow(closed.errors)
        #expect(try run("run", user: role).status == 0)
        #expect(try run("digest", user: role).status == 0)
    }

    @Test func aReaderReadsAndCannotLoad() throws {
        #expect(try run("run", user: "postgres").status == 0)
        let role = try database.role()
        let closed = try run("status", user: role)
        #expect(closed.status == 1 && closed.errors.contains("GRANT USAGE ON SCHEMA"), "\(closed.errors)")
        try follow(closed.errors)
        for words in [
            ["status"], ["report"], ["digest"], ["quarantine", "list"], ["quarantine", "show"],
            ["quarantine", "export"],
        ] {
            let result = try Program.start(words + ["-w", database.url(role)], in: folder).wait()
            #expect(result.status == 0, "\(words): \(result.errors)")
        }
        let digest = try run("digest", user: role).output
        for words in [["run", "--reload"], ["migrate"], ["index", "--facts", "user"]] {
            let result = try Program.start(words + ["-w", database.url(role)], in: folder).wait()
            #expect(
                result.status == 1 && result.errors.contains("GRANT CREATE ON SCHEMA"), "\(words): \(result.errors)")
            #expect(result.errors.contains("the role \(role) may only read the warehouse in the schema reelhouse"))
            #expect(result.errors.contains("GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA"), "\(result.errors)")
            #expect(result.errors.contains("as the owner, postgres"), "\(result.errors)")
        }
        #expect(try run("digest", user: role).output == digest)
        // What doctor says is enough to load.
        let doctor = try run("doctor", "--json", user: role)
        let checks = try #require(Program.object(doctor.output)["checks"] as? [[String: Any]])
        let remedy = checks.first { $0["check"] as? String == "rights to load" }?["remedy"] as? String
        try follow(try #require(remedy))
        let loaded = try run("run", "--reload", user: role)
        #expect(loaded.status == 0, "\(loaded.errors)")
    }

    @Test func withoutTemporaryTablesALoadSaysSo() throws {
        let role = try database.role()
        try database.admin.execute(
            "REVOKE TEMPORARY ON DATABASE \(database.name) FROM PUBLIC; CREATE SCHEMA reelhouse AUTHORIZATION \(role)")
        let refused = try run("run", user: role)
        #expect(refused.status == 1 && refused.errors.contains("GRANT TEMPORARY ON DATABASE"), "\(refused.errors)")
        #expect(
            try database.admin.rows("SELECT 1 FROM pg_class WHERE relnamespace = 'reelhouse'::regnamespace").isEmpty)
        try follow(refused.errors)
        #expect(try run("run", user: role).status == 0)
    }

    @Test func rowSecurityHidesNothingInSilence() throws {
        #expect(try run("run", user: "postgres").status == 0)
        let role = try database.role()
        try database.admin.execute(
            """
            GRANT USAGE ON SCHEMA reelhouse TO \(role); GRANT SELECT ON ALL TABLES IN SCHEMA reelhouse TO \(role);
            ALTER TABLE reelhouse.users ENABLE ROW LEVEL SECURITY
            """)
        for words in [["digest"], ["query", "SELECT count(*) FROM users"]] {
            let result = try Program.start(words + ["-w", database.url(role)], in: folder).wait()
            #expect(result.status == 1 && result.errors.contains("BYPASSRLS"), "\(words): \(result.errors)")
        }
        #expect(try run("query", "SELECT count(*) FROM movies", user: role).status == 0)
    }

    @Test func aNameThatIsTakenIsLeftAsItIs() throws {
        for statement in [
            "CREATE VIEW reelhouse.ratings AS SELECT 1 AS a", "CREATE TABLE reelhouse.schema_migration (id int)",
            "CREATE TYPE reelhouse.users AS ENUM ('a')",
        ] {
            try database.admin.execute("DROP SCHEMA IF EXISTS reelhouse CASCADE; CREATE SCHEMA reelhouse; \(statement)")
            for words in [["run", "--raw", "raw"], ["migrate"]] {
                let result = try Program.start(words + ["-w", database.url()], in: folder).wait()
                #expect(
                    result.status == 1 && result.errors.contains("needs for itself"), "\(statement): \(result.errors)")
            }
            #expect(
                try database.admin.rows(
                    "SELECT count(*) FROM pg_class WHERE relnamespace = 'reelhouse'::regnamespace AND relname = 'movies'"
                ) == ["0"])
        }
    }

    /// Nobody is told to grant rights on the tables of others.
    @Test func tablesOfOurNamesInASchemaWithoutAWarehouseAreOfOthers() throws {
        let role = try database.role()
        try database.admin.execute(
            "CREATE TABLE public.movies (id int); GRANT CREATE ON SCHEMA public TO \(role); "
                + "GRANT TEMPORARY ON DATABASE \(database.name) TO \(role)")
        for command in ["run", "doctor"] {
            let result = try run(command, user: role, parameters: "schema=public")
            let said = result.output + result.errors
            #expect(result.status == 1 && said.contains("has a table named movies"), "\(command): \(said)")
            #expect(said.contains("?schema=NAME") && !said.contains("GRANT"), "\(command): \(said)")
        }
    }

    @Test func doctorFindsWhatIsWrong() throws {
        #expect(try run("doctor", user: "postgres").output.contains("none yet in the schema reelhouse"))
        #expect(try database.isUntouched())
        #expect(try run("run", user: "postgres").status == 0)
        let well = try run("doctor", user: "postgres")
        #expect(
            well.status == 0 && well.output.contains("a primary") && well.output.contains("not encrypted"),
            "\(well.output)")
        try database.admin.execute(
            """
            DELETE FROM reelhouse.users;
            ALTER TABLE reelhouse.fact_user_event DETACH PARTITION reelhouse.fact_user_event_y2026m11;
            ALTER ROLE CURRENT_USER IN DATABASE \(database.name) SET statement_timeout = '5s'
            """)
        defer { try? database.admin.execute("ALTER ROLE CURRENT_USER IN DATABASE \(database.name) RESET ALL") }
        let ill = try run("doctor", user: "postgres")
        #expect(ill.status == 1, "\(ill.output)")
        for words in [
            "rows of ratings refer to rows of users", "The month 2026-11 is detached", "statement_timeout is 5000 ms",
        ] {
            #expect(ill.output.contains(words), "\(words): \(ill.output)")
        }
        // The rows of the month that was detached are not missed.
        #expect(!ill.output.contains("load_row_count"), "\(ill.output)")
    }
}
