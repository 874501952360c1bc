import Testing

@testable import PostgreSQL

@Suite struct LocationTests {
    @Test(arguments: [
        ("postgresql://user@host:5433/movies", "reelhouse", "postgresql://user@host:5433/movies"),
        ("postgres://host", "reelhouse", "postgresql://host"),
        ("postgresql://", "reelhouse", "postgresql://"),
        ("Postgresql://host/Movies", "reelhouse", "postgresql://host/Movies"),
        ("POSTGRES://host?schema=s&ssl=true", "s", "postgresql://host?schema=s&sslmode=require"),
        ("postgresql:///movies?schema=Mine", "Mine", "postgresql:///movies?schema=Mine"),
        (
            "postgresql://h/d?schema=a%20%22b%22&sslmode=require", "a \"b\"",
            "postgresql://h/d?schema=a%20%22b%22&sslmode=require"
        ),
        ("postgresql://h/d?sslmode=require&schema=%C3%A9", "é", "postgresql://h/d?schema=%C3%A9&sslmode=require"),
        ("postgresql://u:secret@h/d", "reelhouse", "postgresql://u@h/d"),
        ("postgresql://u:s%40cret@a,b:2/d", "reelhouse", "postgresql://u@a,b:2/d"),
        (
            "postgresql://h1:1,h2:2/d?target_session_attrs=any", "reelhouse",
            "postgresql://h1:1,h2:2/d?target_session_attrs=any"
        ),
        ("postgresql://%2Frun%2Fpostgresql/d", "reelhouse", "postgresql:///d?host=/run/postgresql"),
        ("postgresql://[::1]:5432/d", "reelhouse", "postgresql://[::1]:5432/d"),
        ("postgresql:///?service=mine&password=secret", "reelhouse", "postgresql://?service=mine"),
        ("postgresql://h/d?password=secret&sslpassword=secret", "reelhouse", "postgresql://h/d"),
        ("postgresql://h/d?application_name=schema%3Dx", "reelhouse", "postgresql://h/d?application_name=schema%3Dx"),
    ])
    func aURLIsRead(url: String, schema: String, description: String) throws {
        let location = try PostgresLocation(url)
        #expect(location.schema == schema)
        #expect(location.description == description)
        #expect(location.hasPassword == (url.contains("secret") || url.contains("s%40cret")))
        #expect(location.parameters["schema"] == nil)
        #expect(location.parameters["client_encoding"] == "UTF8")
        // What is shown can be used.
        #expect(try PostgresLocation(location.description).description == location.description)
    }

    /// A password with a sign that was not escaped is in no error, whatever libpq would take it for.
    @Test(arguments: [
        "mysql://h", "sqlite:x", "postgresql:h",
        "postgresql://u:p@Geheim@h/d", "postgresql://u:p/Geheim@h/d", "postgresql://u:p?Geheim@h/d",
        "postgresql://u:Geheim/x", "postgresql://u:p%Geheim@h/d", "postgresql://u:1/Geheim@h/d",
        "postgresql://u:Geheim", "postgresql://h/d?Geheim", "postgresql://h/d?password=a&Geheim=1",
        "postgresql://h/d?bogus=Geheim",
        "postgresql://h/d?sslmode=Geheim", "postgresql://h:0/d",
        "postgresql://h:70000",
        "postgresql://h/d?schema=a&schema=b", "postgresql://h/d?schema=%G", "postgresql://h/d?schema=",
        "postgresql://h/d?schema=pg_x", "postgresql://h/d?schema=information_schema", "postgresql://h/d?schema=a%00",
        "postgresql://h/d?schema=\(String(repeating: "x", count: 64))", "postgresql://h/\0",
        "postgresql://[::1/Geheim", "postgresql://h/d?password=%Geheim", "postgresql://h/d?schema=%FF",
    ])
    func aWrongURLIsAnErrorWithoutItsPassword(url: String) throws {
        let error = try #require(throws: PostgresError.self) { try PostgresLocation(url) }
        #expect(error.problem == .location && error.kind == .usage && !error.mayRetry)
        #expect(!"\(error.message) \(error.hint) \(String(reflecting: error))".contains("Geheim"))
        #expect(error.hint.hasSuffix("."))
    }

    /// What is wrong is said, and what is not wrong is not.
    @Test(arguments: [
        ("schema=%FF", "is not UTF-8", "%C3%A9"), ("schema=%00x", "NUL", "?schema="),
        ("schema=%4", "hexadecimal", "%25"),
        ("schema=a&schema=a", "twice", "once"), ("schema=", "has 0 bytes", "?schema="),
        ("schema=\(String(repeating: "x", count: 64))", "has 64 bytes, and a name has 1 to 63", "?schema="),
        ("schema=pg_mine", "pg_mine begins with pg_", "?schema="),
        ("schema=%24user", "$user has a meaning", "?schema="),
        ("bogus=1", "no parameter bogus", "LIBPQ-PARAMKEYWORDS"),
        ("sslmode=require&Schema=x", "no parameter Schema", "name"),
        ("sslmode=bogus", "sslmode has a value", "disable, allow, prefer, require, verify-ca, verify-full"),
        ("target_session_attrs=master", "target_session_attrs has a value", "primary"),
    ])
    func aWrongParameterIsTold(parameters: String, words: String, hint: String) throws {
        let error = try #require(throws: PostgresError.self) { try PostgresLocation("postgresql://h/d?" + parameters) }
        #expect(error.kind == .usage && error.message.contains(words) && error.hint.contains(hint), "\(error)")
    }

    @Test func identifiersAreQuoted() throws {
        #expect(PostgresLocation.quoted("a\"b") == "\"a\"\"b\"")
        #expect(PostgresLocation.quoted("") == "\"\"")
        #expect(PostgresLocation.quoted("\"") == "\"\"\"\"")
        #expect(try PostgresLocation("postgresql://h?schema=A").qualified("movies") == "\"A\".\"movies\"")
    }

    @Test func theProgramsParametersGoBehindTheOnesThatAreGiven() throws {
        let location = try PostgresLocation("postgresql://h?keepalives_idle=99&application_name=loader%C3%A9")
        let configured = ["tcp_user_timeout": "5", "target_session_attrs": "any"]
        let writing = ConnectionParameters(
            location, PostgresOptions(.writing), configured: configured, canSayPrimary: true)
        #expect(writing.values["keepalives_idle"] == "99")
        #expect(writing.values["keepalives_interval"] == "5")
        #expect(writing.values["tcp_user_timeout"] == nil)
        #expect(writing.values["target_session_attrs"] == "primary")
        #expect(writing.applicationName.hasPrefix("loader ") && writing.applicationName.utf8.count < 64)
        let reading = ConnectionParameters(
            location, PostgresOptions(.reading), configured: configured, canSayPrimary: true)
        #expect(reading.values["target_session_attrs"] == nil)
        #expect(reading.applicationName != writing.applicationName)
    }

    @Test(arguments: [
        (["host": "a,b", "port": "1,2"], ["a  1", "b  2"]), (["host": "a,b", "port": "5"], ["a  5", "b  5"]),
        (["host": "", "port": "5432"], ["  5432"]), (["hostaddr": "1.1.1.1,2.2.2.2"], [" 1.1.1.1 ", " 2.2.2.2 "]),
        (["host": "a", "hostaddr": "1.1.1.1", "port": "7"], ["a 1.1.1.1 7"]),
    ])
    func theListOfHostsIsThatOfLibpq(effective: [String: String], hosts: [String]) {
        #expect(ConnectionParameters.hosts(of: effective).map { "\($0.name) \($0.address) \($0.port)" } == hosts)
    }
}

@Suite struct ErrorTests {
    @Test(arguments: [
        ("08006", PostgresProblem.lostConnection), ("57P01", .shuttingDown), ("57P02", .shuttingDown),
        ("57P03", .startingUp), ("25006", .standby), ("40P01", .deadlock), ("40001", .serialization),
        ("55P03", .lockTimeout), ("23505", .constraint), ("23503", .constraint), ("42501", .permission),
        ("28P01", .authentication), ("28000", .authentication), ("53100", .diskFull), ("53300", .tooManyConnections),
        ("22021", .encoding), ("22P05", .encoding), ("22003", .value), ("3D000", .missingDatabase),
        ("42P01", .missingObject), ("42601", .statement), ("57014", .statementTimeout), ("54000", .tooLarge),
        ("XX001", .serverFault), ("58030", .serverFault), ("25P02", .failedTransaction), ("25P03", .lostConnection),
        ("P0001", .other), ("", .other),
    ])
    func aCodeStandsForAProblem(code: String, problem: PostgresProblem) {
        #expect(PostgresProblem(sqlState: code) == problem)
    }

    @Test func aRefusedRoleIsToldWhatMakesItOne() throws {
        for state in ["28000", "28P01"] {
            let hint = try #require(PostgresError.hint(.authentication, state, role: "lo\"ader"))
            #expect(hint.contains(#"CREATE ROLE "lo""ader" LOGIN"#) && hint.contains(#"ALTER ROLE "lo""ader" LOGIN"#))
            #expect(
                hint.contains("password") == (state == "28P01") && hint.contains("pg_hba.conf") && hint.hasSuffix("."))
        }
        #expect(
            PostgresError.hint(.statementTimeout, "57014", role: "r")?.contains(#""r" SET statement_timeout"#) == true)
        #expect(PostgresError.hint(.statementTimeout, "25P04", role: "r")?.contains("SET transaction_timeout") == true)
        #expect(PostgresError.hint(.unreachable, nil, role: "r") == nil)
    }

    @Test(arguments: PostgresProblem.allCases) func everyProblemSaysWhatToDo(problem: PostgresProblem) {
        var error = PostgresError(problem, "no", activity: "trying", place: "postgresql://h/d")
        #expect(error.hint.hasSuffix(".") && !error.hint.contains("\n"))
        #expect(error.message == "postgresql://h/d: no while trying")
        #expect(error.mayRetry == (problem.remedy != .none))
        #expect(error.kind == (problem == .encryption ? .failed : error.kind))
        error.activity = PostgresError.connecting
        #expect(error.message == "cannot connect to postgresql://h/d: no")
        error.isConnectionLost = true
        #expect(error.remedy != .beginAnew)
    }

    @Test(arguments: [
        ("COPY t, line 17, column c: \"x\"", "t", Int64(17) as Int64?), ("COPY t, ligne 3", "t", 3),
        ("COPY t, 5行目", "t", 5),
        ("COPY a, b 1, line 17", "a, b 1", 17), ("PL/pgSQL function f()\nCOPY t, line 2", "t", 2),
        ("COPY t, line 2", "u", nil),
        ("", "t", nil), ("COPY t, ", "t", nil),
    ])
    func theRowOfACopyIsRead(context: String, table: String, row: Int64?) {
        #expect(PostgresError.copyRow(in: context, table: table) == row)
    }

    /// libpq adds what fails after a lost connection, and advice in lines that begin with a tab.
    @Test(arguments: [
        (
            "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n"
                + "\tbefore or while processing the request.\ninvalid socket\n",
            "server closed the connection unexpectedly"
        ),
        (
            "SSL connection has been closed unexpectedly\ninvalid socket\n",
            "SSL connection has been closed unexpectedly"
        ),
        ("\tadvice\nno connection to the server\n", "no connection to the server"), ("x", "x"), ("", ""),
    ])
    func theFirstCauseOfALossCounts(text: String, words: String) {
        #expect(PostgresError.firstMessage(ofLibpq: text) == words)
    }

    @Test(arguments: [
        (
            "connection to server at \"h\" (::1), port 1 failed: FATAL:  28P01: password authentication failed for user "
                + "\"x\"\nLOCATION:  auth_failed, auth.c:335\n",
            "28P01" as String?,
            "connection to server at \"h\" (::1), port 1 failed: password authentication failed for user \"x\""
        ),
        (
            "SCHWERWIEGEND:  57P03: das Datenbanksystem startet\nORT:  f, postmaster.c:1\n", "57P03",
            "das Datenbanksystem startet"
        ),
        (
            "h1 failed: FATAL:  57P03: a\nh2 failed: FATAL:  28P01: b\n", "28P01",
            "h1 failed: a; h2 failed: b"
        ),
        (
            "h1 failed: Connection refused\n\tIs the server running?\n", nil,
            "h1 failed: Connection refused"
        ),
        ("FATAL:  abcde: x", nil, "FATAL: abcde: x"), ("", nil, ""), ("x", nil, "x"),
    ])
    func aRefusalIsReadByItsForm(text: String, code: String?, words: String) {
        let refusal = ConnectionRefusal(text)
        #expect(refusal.sqlState == code)
        #expect(refusal.words == words)
    }
}
