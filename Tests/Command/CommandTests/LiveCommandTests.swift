import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// `--live`, `.env` and `--env-file`, with the built command.
@Suite struct LiveCommandTests {
    /// A folder with lines in `in/`, which no default names.
    private static func folder(_ variables: String? = nil) throws -> TemporaryFolder {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.write("in/movies/2026-11-20.ndjson", #"{"id":603,"title":"The Lantern","vote_count":100}"# + "\n")
        try folder.write("in/events.ndjson", SampleLines.clicks(5))
        if let variables { try folder.write(".env", variables) }
        return folder
    }

    private static func run(
        _ arguments: String..., environment: [String: String] = [:], in folder: TemporaryFolder
    ) throws -> ChildProcess.Result {
        let all = environment.merging(["REELHOUSE_NO_PROGRESS": "1"]) { own, _ in own }
        return try Program.start(arguments, environment: all, in: folder).wait()
    }

    private static func settings(
        _ arguments: String..., environment: [String: String] = [:], in folder: TemporaryFolder
    ) throws -> [String: [String: Any]] {
        let result = try Program.start(["config", "--json"] + arguments, environment: environment, in: folder).wait()
        let list = try Program.object(result.output)["settings"] as? [[String: Any]] ?? []
        return Dictionary(list.map { ($0["name"] as? String ?? "", $0) }) { first, _ in first }
    }

    private static let all = """
        # Everything on this machine.
        REELHOUSE_MOVIES=in/movies
        export REELHOUSE_EVENTS='in/events.ndjson'
        REELHOUSE_RAW = "kept"  # a folder
        REELHOUSE_WAREHOUSE=sqlite:live.db

        """

    @Test func aRunTakesAllFourPortsFromTheFile() throws {
        let folder = try Self.folder("\u{FEFF}" + Self.all.replacing("\n", with: "\r\n"))
        let result = try Self.run("run", "--live", "--now", Program.now, "--json", in: folder)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(try RunResult(result.output).accepted == 6)
        #expect(
            folder.has("live.db") && folder.has("kept/movies") && !folder.has("warehouse.db") && !folder.has("data"))
        for command in ["report", "status", "digest", "index"] {
            #expect(try Self.run(command, "--live", in: folder).status == 0, "\(command)")
        }
        #expect(try Self.run("report", "--live", in: folder).output.contains(" --live\n"))
        #expect(try Self.run("quarantine", "list", "--live", in: folder).status == 0)
        let query = try Self.run("query", "--live", "-f", "csv", "SELECT count(*) AS n FROM users", in: folder)
        #expect(query.output == "n\r\n5\r\n", "\(query.errors)")
        #expect(try Self.run("validate", "--live", "--json", in: folder).output.contains("\"read\":6"))
        #expect(try Self.run("doctor", "--live", in: folder).status == 0)
    }

    /// The file of a folder changes nothing for who does not ask for it, even where it is wrong.
    @Test(arguments: ["REELHOUSE_WAREHOUSE=elsewhere.db\nPGPASSWORD=x", "this is ' no such file", nil])
    func withoutLiveNothingChanges(_ variables: String?) throws {
        let folder = try Self.folder(variables)
        if variables == nil { try folder.makeFolder(".env") }
        let environment = ["REELHOUSE_WAREHOUSE": "other.db", "REELHOUSE_RAW": "other", "REELHOUSE_EVENTS": "other"]
        let result = try Self.run("run", "--movies", "in/movies", environment: environment, in: folder)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(folder.names().filter { $0.hasSuffix(".db") } == ["warehouse.db"] && folder.has("data/raw"))
    }

    @Test func theOrderOfPlaces() throws {
        let folder = try Self.folder(Self.all)
        try folder.write("other.env", "REELHOUSE_WAREHOUSE=other.db\nPOSTGRES_URI=postgresql://h/d\n")
        func warehouse(_ arguments: String..., environment: [String: String] = [:]) throws -> [String] {
            let result = try Program.start(
                ["config", "--json"] + arguments, environment: environment, in: folder
            ).wait()
            let list = try Program.object(result.output)["settings"] as? [[String: Any]] ?? []
            let setting = try #require(list.first { $0["name"] as? String == "warehouse" }, "\(result.errors)")
            return (setting["locations"] as? [String] ?? []) + [setting["from"] as? String ?? ""]
        }
        let environment = ["REELHOUSE_WAREHOUSE": "environment.db"]
        #expect(try warehouse() == ["sqlite:warehouse.db", "default"])
        #expect(try warehouse("--live") == ["sqlite:live.db", "file"])
        #expect(try warehouse("--live", "--env-file", "other.env") == ["other.db", "file"])
        #expect(try warehouse("--live", environment: environment) == ["environment.db", "environment"])
        #expect(
            try warehouse("--live", "--env-file", "other.env", "-w", "flag.db", environment: environment)
                == ["flag.db", "option"])
        #expect(
            try warehouse("--live", "--env-file", "other.env", environment: ["REELHOUSE_WAREHOUSE": ""])
                == ["postgresql://h/d", "file"])
        #expect(try warehouse("--live", "--env-file", "/dev/null") == ["sqlite:warehouse.db", "default"])
    }

    @Test func aLineIsNamed() throws {
        let settings = try Self.settings("--live", in: Self.folder(Self.all))
        #expect(settings["raw"]?["given_by"] as? String == "REELHOUSE_RAW")
        #expect(settings["raw"]?["file"] as? String == ".env" && settings["raw"]?["line"] as? Int == 4)
    }

    @Test(
        arguments: [
            (nil, ["report", "--live"], "--live finds no location for the warehouse"),
            (nil, ["report", "--env-file", "none"], "cannot read the variables in none: No such file"),
            (nil, ["report", "--env-file", "in"], "cannot read the variables in in: Is a directory"),
            ("A=1\nB='s3cret\n", ["report", "--live"], ".env, line 2: the quote that opens in it is not closed"),
            ("A=1\ns3cret words", ["config"], ".env, line 2: it is not of the form NAME=VALUE"),
            ("REELHOUSE_WAREHOUS=s3cret", ["report", "--live"], "did you mean REELHOUSE_WAREHOUSE?"),
            (
                "POSTGRES_URI=postgresql://u:s3cret@h:x/d", ["status", "--live"],
                "the variable POSTGRES_URI (.env, line 1) cannot be used: a port in the URL"
            ),
            ("KAFKA_BOOTSTRAP_SERVERS=h:0", ["run", "--live"], "the variable KAFKA_BOOTSTRAP_SERVERS (.env, line 1)"),
        ] as [(String?, [String], String)])
    func whatIsWrongIsWrongUsage(_ variables: String?, _ arguments: [String], _ words: String) throws {
        let folder = try Self.folder(variables)
        let before = folder.names()
        let result = try Program.start(arguments, in: folder).wait()
        #expect(result.status == 2 && result.errors.contains("error: ") && result.errors.contains("hint: "))
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(!(result.errors + result.output).contains("s3cret") && folder.names() == before)
    }

    @Test func aFileThatIsThereAndCannotBeReadIsAnError() throws {
        let folder = try Self.folder()
        try folder.makeFolder(".env")
        let result = try Self.run("status", "--live", "-w", "w.db", in: folder)
        #expect(result.status == 2 && result.errors.contains("--env-file /dev/null"), "\(result.errors)")
        let other = try Self.run("status", "--live", "-w", "w.db", "--env-file", "/dev/null", in: folder)
        #expect(other.status == 1, "there is no warehouse: \(other.errors)")
    }

    @Test func aFileThatIsNamedMayBeAPipe() throws {
        let folder = try Self.folder()
        let script = "printf 'REELHOUSE_WAREHOUSE=piped.db\\n' | \"$0\" migrate --live --env-file /dev/stdin"
        let result = try ChildProcess("/bin/sh", ["-c", script, Program.path], currentFolder: folder.path).wait()
        #expect(result.status == 0 && folder.has("piped.db"), "\(result.errors)")
    }

    /// What a backend reads counts as if it were in the environment; `--env-file` is enough for that. That it arrives is
    /// shown by values that libpq and librdkafka do not take.
    @Test func variablesOfBackendsReachThem() throws {
        let folder = try Self.folder("PGSSLMODE=bogus\nKAFKA_SECURITY_PROTOCOL=bogus\nKAFKA_HEAP_OPTS=x\n")
        let warehouse = ["status", "-w", "postgresql://127.0.0.1:1/d"]
        #expect(try Program.start(warehouse, in: folder).wait().status == 5)
        let events = ["run", "--events", "kafka://127.0.0.1:1/t", "--env-file", ".env"]
        let refused = try Program.start(events, in: folder).wait()
        #expect(refused.status == 2 && refused.errors.contains("KAFKA_SECURITY_PROTOCOL"), "\(refused.errors)")
        let result = try Program.start(warehouse + ["--env-file", ".env"], in: folder).wait()
        #expect(result.status == 2 && result.errors.contains("sslmode"), "\(result.errors)")
        let own = try Program.start(
            warehouse + ["--env-file", ".env"], environment: ["PGSSLMODE": "disable"], in: folder
        ).wait()
        #expect(own.status == 5, "the environment counts: \(own.errors)")
    }

    @Test func locationsOfAFileThatIsNamedCountWithLive() throws {
        let folder = try Self.folder(Self.all)
        let result = try Self.run("run", "--movies", "in/movies", "--env-file", ".env", in: folder)
        #expect(result.status == 0 && folder.has("warehouse.db") && !folder.has("live.db"))
        #expect(result.errors.hasPrefix("warning: .env sets REELHOUSE_EVENTS, REELHOUSE_RAW"), "\(result.errors)")
    }

    @Test func configMasksSecretsAndNamesWhatNothingReads() throws {
        let folder = try Self.folder(
            """
            POSTGRES_URI=postgresql://u:s3cret@h/d
            MONGO_URI=mongodb://u:s3cret@h
            KAFKA_SASL_PASSWORD=s3cret
            TMDB_API_KEY=s3cret
            PGPASSWORD='s3cret
            s3cret'
            MY_PASSPHRASE=s3cret
            REELHOUSE_RAWS=s3cret
            PGAPPNAME=${HOME}
            """)
        for arguments in [["config"], ["config", "--live"], ["config", "--json"], ["config", "--live", "--json"]] {
            let result = try Program.start(arguments, environment: ["REELHOUSE_EVNTS": "s3cret"], in: folder).wait()
            #expect(!result.output.contains("s3cret") && !result.errors.contains("s3cret"), "\(arguments)")
            for name in ["MY_PASSPHRASE", "REELHOUSE_RAWS", "REELHOUSE_EVNTS", "chmod 600 .env", "PGAPPNAME"] {
                #expect(result.output.contains(name), "\(arguments): \(name)")
            }
        }
        let result = try Self.run("config", "--json", environment: ["REELHOUSE_EVNTS": "x"], in: folder)
        let unknown = try Program.object(result.output)["unknown"] as? [[String: Any]] ?? []
        #expect(unknown.map { $0["name"] as? String } == ["REELHOUSE_EVNTS", "MY_PASSPHRASE", "REELHOUSE_RAWS"])
        #expect(unknown.map { $0["nearest"] as? String } == ["REELHOUSE_EVENTS", nil, "REELHOUSE_RAW"])
        #expect(unknown.map { $0["line"] as? Int } == [nil, 7, 8])
    }

    /// The configuration first, then this installation, then each server.
    @Test(.waits) func doctorSaysWhatToMendFirst() throws {
        let folder = try Self.folder(
            """
            POSTGRES_URI=postgresql://u:s3cret@127.0.0.1:1/d
            KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1
            REELHOUSE_RWA=x
            """)
        let result = try Self.run("doctor", "--live", "--json", in: folder)
        #expect(!result.output.contains("s3cret"))
        let checks = try Program.object(result.output)["checks"] as? [[String: Any]] ?? []
        let failed = checks.filter { $0["outcome"] as? String == "fail" }
        #expect(failed.map { $0["check"] as? String } == ["location of raw store", "warehouse", "movies", "events"])
        #expect(checks.first?["check"] as? String == "configuration")
        for check in failed.dropFirst() {
            #expect((check["detail"] as? String ?? "").contains(/, after \d+\.\d s/), "\(check)")
        }
        #expect(result.status == 1)
        try folder.write(
            ".env", "POSTGRES_URI=postgresql://127.0.0.1:1/d\nREELHOUSE_RAW=kept\nREELHOUSE_MOVIES=in/movies")
        #expect(try Self.run("doctor", "--live", "--events", "in/events.ndjson", in: folder).status == 5)
        #expect(try Self.run("doctor", "--live", "--env-file", "/dev/null", in: folder).status == 1)
    }

    /// Nothing is made where a server cannot be reached.
    @Test(.waits, arguments: ["KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1", "POSTGRES_URI=postgresql://127.0.0.1:1/d"])
    func aServerThatIsDownIsNamed(_ variable: String) throws {
        let folder = try Self.folder("REELHOUSE_RAW=kept\n" + variable)
        let result = try Program.start(
            ["run", "--live"] + (variable.hasPrefix("P") ? ["--movies", "in/movies"] : []), in: folder
        ).wait()
        #expect(result.status == 5, "\(result.errors)")
        #expect(
            result.errors.contains("127.0.0.1:1") && result.errors.contains(/, after \d+\.\d s/), "\(result.errors)")
        #expect(result.errors.contains("This run loaded nothing."))
        #expect(folder.names() == [".env", "in"])
    }

    @Test(.enabled(if: PostgresServer.isThere, "\(PostgresServer.whatToSet)"))
    func theFileOfProductionLoadsPostgreSQL() throws {
        let folder = try Self.folder(
            "POSTGRES_URI='\(try PostgresServer.sharedURL(parameters: "schema=live_\(UInt32.random(in: 0...9999))"))'\n"
                + "REELHOUSE_EVENTS=in/events.ndjson\nREELHOUSE_MOVIES=in/movies\nREELHOUSE_RAW=kept\n")
        let result = try Self.run("run", "--live", "--now", Program.now, "--json", in: folder)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(try RunResult(result.output).accepted == 6)
        let query = try Self.run("query", "--live", "-f", "csv", "SELECT title FROM movies", in: folder)
        #expect(query.output == "title\r\nThe Lantern\r\n", "\(query.errors)")
        #expect(try Self.run("doctor", "--live", in: folder).output.contains("POSTGRES_URI (.env, line 1)"))
    }

    /// A topic with a password, all from the file: lines are published to it and loaded from it.
    @Test(.waits, .enabled(if: KafkaServer.canStart, "\(KafkaServer.whatToInstall)"))
    func theFileOfProductionReachesKafka() throws {
        let server = try KafkaServer.shared()
        let topic = try TestTopic(at: server.address)
        let variables = """
            REELHOUSE_EVENTS=kafka://\(server.passwordAddress)/\(topic.name)
            REELHOUSE_WAREHOUSE=live.db
            REELHOUSE_RAW=kept
            KAFKA_SECURITY_PROTOCOL=sasl_plaintext
            KAFKA_SASL_MECHANISMS=PLAIN
            KAFKA_SASL_USERNAME="\(KafkaServer.user)"
            KAFKA_SASL_PASSWORD='\(KafkaServer.password)'  # the tests' own

            """
        let folder = try Self.folder(variables)
        let published = try Self.run("publish", "events", "--live", "--from", "in/events.ndjson", in: folder)
        #expect(published.status == 0, "\(published.errors)")
        let loaded = try Self.run("run", "--live", "--now", Program.now, "--json", in: folder)
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(try RunResult(loaded.output).accepted == 5 && folder.has("live.db"))
        #expect(loaded.errors.contains("--live finds no location for movies, so that none are read"))
        let doctor = try Self.run("doctor", "--live", "--movies", "in/movies", in: folder)
        #expect(doctor.status == 0, "\(doctor.output)")
        for result in [published, loaded, doctor] {
            #expect(!(result.output + result.errors).contains(KafkaServer.password))
        }
    }
}
