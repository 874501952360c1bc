import Foundation
import TestSupport
import Testing

/// What goes wrong with a server: exit status, message and hint, and that no password is shown.
@Suite(.needsPostgreSQL) struct PostgreSQLErrorTests {
    private let database: PostgreSQLDatabase
    private let folder: TemporaryFolder

    init() throws {
        database = try PostgreSQLDatabase()
        folder = try SampleLines.folder()
    }

    private func expect(
        _ command: [String], _ url: String, status: Int32, _ words: String..., environment: [String: String] = [:]
    ) throws {
        let more = command[0] == "run" ? ["--raw", "raw", "--now", Program.now] : []
        let result = try Program.start(
            command + more + ["--log-level", "debug", "-w", url], environment: environment, in: folder
        ).wait()
        #expect(result.status == status, "\(command) \(url): \(result.output) \(result.errors)")
        for word in words + ["error: ", "hint: "] { #expect(result.errors.contains(word), "\(url): \(result.errors)") }
        #expect(!(result.errors + result.output).contains("Geheim"), "\(result.errors)")
    }

    @Test func connectionsThatCannotBeMade() throws {
        let port = database.server.port
        let role = try database.role()
        for command in [["run"], ["status"], ["migrate"]] {
            try expect(
                command, "postgresql://with_password:Geheim@127.0.0.1:\(port)/\(database.name)", status: 1,
                "with_password@127.0.0.1", "PGPASSWORD", "28P01", "list of processes")
            try expect(
                command, "postgresql://with_password@127.0.0.1:\(port)/\(database.name)", status: 1, "28P01",
                environment: ["PGPASSWORD": "Geheim"])
            try expect(
                command, "postgresql://nobody@127.0.0.1:\(port)/nowhere", status: 1, "nobody", "28000",
                #"CREATE ROLE "nobody" LOGIN"#)
            try expect(
                command, "postgresql://postgres@127.0.0.1:\(port)/nowhere", status: 1, "3D000", "CREATE DATABASE")
            try expect(command, "postgresql://postgres@127.0.0.1:1/x", status: 5, "127.0.0.1:1")
            try expect(command, "postgresql://postgres@no.such.host.invalid/x", status: 5, "no.such.host.invalid")
            try expect(command, database.url(role, "sslmode=require"), status: 1, "cannot connect to", "sslmode")
            try expect(command, database.url(role, "sslmode=bogus"), status: 2, "sslmode", "verify-full")
            try expect(command, database.url(role, "bogus=Geheim"), status: 2, "no parameter bogus")
            try expect(command, database.url(role, "schema=pg_x"), status: 2, "pg_x")
            try expect(command, "postgresql://u:Geheim@x@h/d", status: 2, "%40")
        }
        #expect(try database.isUntouched())
    }

    @Test func rolesThatAreKeptOut() throws {
        let (limited, closed) = (try database.role("CONNECTION LIMIT 0"), try database.role())
        try database.admin.execute("REVOKE CONNECT ON DATABASE \(database.name) FROM PUBLIC")
        try database.admin.execute("GRANT CONNECT ON DATABASE \(database.name) TO \(limited)")
        try expect(["status"], database.url(limited), status: 5, "53300")
        try expect(["status"], database.url(closed), status: 1, "42501", "GRANT CONNECT ON DATABASE")
    }

    @Test(arguments: ["LATIN1", "SQL_ASCII"])
    func anotherEncodingIsRefused(encoding: String) throws {
        let other = try PostgreSQLDatabase(encoding: encoding)
        for command in [["run"], ["migrate"], ["status"]] {
            try expect(command, other.url(), status: 1, encoding, "CREATE DATABASE", "ENCODING 'UTF8'")
        }
        #expect(try other.isUntouched())
    }

    @Test func theRolesLimitsAreTold() throws {
        let role = try database.role("SUPERUSER")
        try database.admin.execute("ALTER ROLE \(role) SET default_transaction_read_only = on")
        try expect(["run"], database.url(role), status: 1, "default_transaction_read_only")
        #expect(try database.isUntouched())
        try database.admin.execute("ALTER ROLE \(role) RESET ALL; ALTER ROLE \(role) SET statement_timeout = '100ms'")
        #expect(
            try Program.run("run", "--raw", "raw", "--now", Program.now, "-w", database.url(), in: folder).status == 0)
        try expect(
            ["query", "SELECT pg_sleep(5)"], database.url(role), status: 1, "57014",
            "ALTER ROLE \"\(role)\" SET statement_timeout = 0")
    }

    @Test func aRoleThatMayNotLogInIsTold() throws {
        let role = try database.role()
        try database.admin.execute("ALTER ROLE \(role) NOLOGIN")
        try expect(["status"], database.url(role), status: 1, "28000", "ALTER ROLE \"\(role)\" LOGIN")
    }

    @Test func aWrongSettingOfTheEnvironmentIsToldToo() throws {
        try expect(
            ["status"], database.url(), status: 2, "sslmode", "verify-full", environment: ["PGSSLMODE": "bogus"])
    }

    @Test func doctorHasNoLimitOnTime() throws {
        let role = try database.role("SUPERUSER")
        let load = try Program.run("run", "--raw", "raw", "--now", Program.now, "-w", database.url(), in: folder)
        #expect(load.status == 0, "\(load.errors)")
        for limit in ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"] {
            try database.admin.execute("ALTER ROLE \(role) SET \(limit) = '77ms'")
        }
        // Even BEGIN takes longer than one millisecond on a busy machine.
        try database.admin.execute("ALTER ROLE \(role) SET statement_timeout = '5ms'")
        let result = try Program.start(["doctor", "-w", database.url(role)], in: folder).wait()
        #expect(result.status == 0, "\(result.output) \(result.errors)")
        for words in ["statement_timeout is 5 ms", "lock_timeout is 77 ms", "SET lock_timeout = 0", "ok    integrity"] {
            #expect(result.output.contains(words), "\(words): \(result.output)")
        }
    }

    @Test func doctorsStatusIsThatOfItsFailures() throws {
        for (url, status) in [
            ("postgresql://postgres@127.0.0.1:1/x", 5), (database.url("nobody"), 1), (database.url(), 0),
        ] {
            let result = try Program.start(["doctor", "-w", url], in: folder).wait()
            #expect(result.status == status, "\(url): \(result.output) \(result.errors)")
        }
        let both = try Program.start(
            ["doctor", "-w", "postgresql://postgres@127.0.0.1:1/x", "--events", "not/there"], in: folder
        ).wait()
        #expect(both.status == 1, "\(both.output)")
    }

    @Test func aPasswordIsNowhere() throws {
        try database.admin.execute("GRANT CREATE ON DATABASE \(database.name) TO with_password")
        let url = database.url("with_password:right")
        for command in [
            ["run", "--raw", "raw", "--now", Program.now], ["status", "--json"], ["report"], ["doctor"], ["digest"],
            ["migrate"],
        ] {
            let result = try Program.start(command + ["-w", url], in: folder).wait()
            #expect(result.status == 0, "\(command): \(result.errors)")
            #expect(
                !(result.output + result.errors).contains(":right"), "\(command): \(result.output) \(result.errors)")
            #expect(result.errors.contains("warning: the password in --warehouse"), "\(result.errors)")
        }
        let quiet = try Program.start(
            ["status", "-w", database.url("with_password")], environment: ["PGPASSWORD": "right"], in: folder
        ).wait()
        #expect(quiet.status == 0 && quiet.errors.isEmpty, "\(quiet.errors)")
    }
}
