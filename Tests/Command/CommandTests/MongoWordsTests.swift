import Foundation
import MongoTesting
import Servers
import TestSupport
import Testing

@testable import reelhouse

/// What a user of MongoDB is told, with the built command: what was left out, which document was rejected, which server is
/// down, and where a password goes.
@Suite(.waits, .enabled(if: MongoServer.isThere, "\(MongoServer.whatToSet)")) struct MongoWordsTests {
    private static let movie = #"{"id":603,"title":"The Lantern","vote_count":100}"# + "\n"

    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("in/2026-11-20.ndjson", movie)
        return folder
    }

    private static func words(_ result: ChildProcess.Result) -> String {
        (result.errors + " " + result.output).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// A rank that is none stops no load of its movie, and what a copy leaves out is told.
    @Test func documentsOfOtherProgramsAreReplacedOrLeftOutAloud() throws {
        let (folder, raw) = (try Self.folder(), try LiveDatabase())
        try raw.mongo.run(
            """
            {"insert": "raw_movies", "documents": [
              {"_id": 603, "rank": {"$binary": {"base64": "eA==", "subType": "00"}}, "title": "other"},
              {"_id": 7, "title": "other"}, {"_id": "abc", "title": "other"}]}
            """, on: raw.name)
        let load = try Program.run(
            "run", "--movies", "in", "--raw", raw.url(), "--now", Program.now, "-q", in: folder)
        #expect(load.status == 0, "\(load.errors)")
        let copy = try Program.run("copy", "raw", "--from", raw.url(), "--to", "kept", "--json", in: folder)
        #expect(copy.status == 3, "\(copy.errors)")
        let object = try Program.object(copy.output)
        #expect(object["movies"] as? [String: Int] == ["copied": 1, "already_there": 0])
        #expect(object["left_out"] as? Int == 2 && object["exit_status"] as? Int == 3)
        #expect(object["left_out_documents"] as? [String] == ["7 of raw_movies", "text:abc of raw_movies"])
        #expect(
            Self.words(copy).contains("2 documents of other programs") && Self.words(copy).contains("text:abc"),
            "\(copy.errors)")
        let doctor = try Program.run("doctor", "--raw", raw.url(), in: folder)
        #expect(Self.words(doctor).contains("2 documents in raw_movies of other programs"), "\(doctor.output)")
        #expect(Self.words(doctor).contains("raw store: rights"), "\(doctor.output)")
    }

    @Test func aRejectedDocumentIsNamedByItsID() throws {
        let (folder, movies) = (try Self.folder(), try LiveDatabase())
        try movies.mongo.run(
            """
            {"insert": "raw_movies", "documents": [
              {"_id": {"$oid": "65f1c0ffee010203040506ab"}, "title": "no id", "snapshot_date": "hello"},
              {"_id": 5, "title": "good", "snapshot_date": "hello"}]}
            """, on: movies.name)
        let run = try Program.run(
            "run", "--movies", movies.url(".raw_movies"), "--raw", "kept", "--now", Program.now, "--json", in: folder)
        #expect(run.status == 0, "\(run.errors)")
        let remarks = try Program.object(run.output)["remarks"] as? [[String: String]] ?? []
        #expect(remarks.first?["reason"]?.hasPrefix("2 documents have a snapshot_date that is no date") == true)
        let shown = try Program.run("quarantine", "show", in: folder)
        #expect(Self.words(shown).contains("[_id oid:65f1c0ffee010203040506ab]"), "\(shown.output) \(shown.errors)")
    }

    /// Also where there is nothing new to be written to it.
    @Test func aRawStoreOrABackupThatIsDownIsNoticed() throws {
        let folder = try Self.folder()
        try folder.write("events.ndjson", SampleLines.clicks(3))
        let arguments = [
            "run", "--movies", "in", "--events", "events.ndjson", "-w", "w.db", "--now", Program.now, "-q",
        ]
        let first = try Program.start(arguments + ["--raw", "kept"], in: folder).wait()
        #expect(first.status == 0, "\(first.errors)")
        let state = try WarehouseState(path: folder.path("w.db"))
        let down = "mongodb://127.0.0.1:\(try FreePort.find())/d"
        let quick = "?serverSelectionTimeoutMS=500"
        for options in [["--raw", down + quick], ["--raw", "kept", "--backup", down + ".user_logs" + quick]] {
            let result = try Program.start(arguments + options, in: folder).wait()
            let text = Self.words(result)
            #expect(result.status == 5, "\(options): \(text)")
            #expect(text.contains(/, after \d+\.\d s/) && text.contains("This run loaded nothing."), "\(text)")
            #expect(try WarehouseState(path: folder.path("w.db")) == state, "\(options)")
        }
        let copy = try Program.run("copy", "raw", "--from", "kept", "--to", down + quick, in: folder)
        #expect(copy.status == 5 && Self.words(copy).contains("while opening the raw store"), "\(copy.errors)")
    }

    /// What a run that fails before its first commit says of it.
    @Test(.enabled(if: MongoServer.canStart, "\(MongoServer.whatToInstall)"))
    func aFirstRunThatFailsHasLoadedNothing() throws {
        let server = try MongoServer(MongoServer.Options(hasTestCommands: true))
        let (folder, raw) = (try Self.folder(), try LiveDatabase(server))
        let arguments = ["run", "--movies", "in", "--raw", try raw.url(), "--now", Program.now, "-q"]
        try raw.mongo.failCommands(["update"], times: 10_000, #""errorCode": 10107"#)
        let result = try Program.start(arguments, in: folder).wait()
        #expect(result.status == 5, "\(result.errors)")
        #expect(Self.words(result).contains("This run loaded nothing."), "\(result.errors)")
        #expect(Self.words(result).contains("while storing movie documents in raw_movies"), "\(result.errors)")
        try raw.mongo.endFailures()
        #expect(try Program.start(arguments, in: folder).wait().status == 0)
    }

    /// `copy raw` finds the password in the file of variables, where the place that it names is the one there.
    @Test(.enabled(if: MongoServer.canStart, "\(MongoServer.whatToInstall)"))
    func aCopyTakesThePasswordFromTheFile() throws {
        let server = try MongoServer(MongoServer.Options(hasPasswords: true))
        let folder = try Self.folder()
        let login = "\(MongoServer.user):s3cret%2F%40%3A%25"
        let load = try Program.run("run", "--movies", "in", "--raw", "kept", "--now", Program.now, "-q", in: folder)
        #expect(load.status == 0, "\(load.errors)")
        try folder.write(
            "live.env", "REELHOUSE_RAW=\(server.url("tmdb_data", login: login, parameters: "authSource=admin"))\n")
        try folder.write("server.env", "MONGO_URI=\(server.url("", login: login))\n")
        let place = server.url("tmdb_data")
        for (number, file) in ["live.env", "server.env"].enumerated() {
            let there = try Program.run(
                "copy", "raw", "--from", "kept", "--to", place, "--env-file", file, in: folder)
            #expect(there.status == 0 && !Self.words(there).contains("s3cret"), "\(there.errors)")
            let back = try Program.run(
                "copy", "raw", "--from", place, "--to", "back\(number)", "--env-file", file, "-q", in: folder)
            #expect(back.status == 0, "\(back.errors)")
            let differences = RawFolders.differences(folder.path("back\(number)"), from: folder.path("kept"))
            #expect(differences.isEmpty, "\(differences)")
        }
        // Without the file, and for another place, nothing is taken.
        for arguments in [["--to", place], ["--to", server.url("other"), "--env-file", "live.env"]] {
            let result = try Program.start(["copy", "raw", "--from", "kept"] + arguments, in: folder).wait()
            #expect(result.status == 1 && Self.words(result).contains("demands a login"), "\(result.errors)")
        }
    }
}

/// Where a password should be given, by the option that has it.
@Suite struct PasswordPlaceTests {
    static let options: [(arguments: [String], words: String)] = [
        (["run", "--raw", "mongodb://u:s3cret@127.0.0.1:1/d"], "REELHOUSE_RAW in the environment"),
        (["run", "--movies", "mongodb://u:s3cret@127.0.0.1:1/d.c"], "REELHOUSE_MOVIES in the environment"),
        (["run", "--movies", "none", "--backup", "mongodb://u:s3cret@127.0.0.1:1/d.c"], "there is no other place"),
        (["copy", "raw", "--from", "mongodb://u:s3cret@127.0.0.1:1/d", "--to", "x"], "a file that --env-file names"),
        (
            ["copy", "raw", "--from", "none", "--to", "mongodb://u:s3cret@127.0.0.1:1/d"],
            "a file that --env-file names"
        ),
        (["status", "-w", "postgresql://u:s3cret@127.0.0.1:1/d"], "PGPASSWORD"),
        (["run", "--events", "kafka://127.0.0.1:1/t?sasl.password=s3cret"], "KAFKA_SASL_PASSWORD"),
        (
            ["restore", "movies", "--from", "kafka://127.0.0.1:1/t?sasl.password=s3cret", "--to", "x"],
            "KAFKA_SASL_PASSWORD"
        ),
    ]

    @Test(arguments: options) func isNamed(_ example: (arguments: [String], words: String)) throws {
        let parsed = try CommandRegistry.root.parse(example.arguments, width: 80)
        guard case .run(let arguments) = parsed else {
            Issue.record("\(example.arguments) is no command")
            return
        }
        let warnings = Backends.passwordWarnings(arguments).map(\.message)
        #expect(warnings.count == 1 && warnings[0].contains(example.words), "\(warnings)")
        #expect(!warnings.contains { $0.contains("s3cret") })
    }

    /// A login without a scheme is no path, and is not shown.
    @Test func aLoginWithoutASchemeIsNoFolder() throws {
        let folder = try TemporaryFolder(inMemory: true)
        let variables = "REELHOUSE_RAW=ann:s3cret@db.example/tmdb_data\nREELHOUSE_MOVIES=in\n"
        try folder.write(".env", variables)
        for arguments in [["doctor", "--live"], ["run", "--live"], ["config", "--live"], ["status", "--live"]] {
            let result = try Program.start(arguments, in: folder).wait()
            let text = result.output + result.errors
            #expect(result.status != 0 && !text.contains("s3cret"), "\(arguments): \(text)")
            if arguments[0] != "status" { #expect(text.contains("but no scheme"), "\(arguments): \(text)") }
        }
        // Named by an option it is a path, which is shown without what may be a password.
        for arguments in [
            ["doctor", "--raw", "ann:s3cret@db.example/d"], ["run", "--movies", "ann:s3cret@db.example/d"],
            ["status", "-w", "ann:s3cret@db.example/d"],
            ["copy", "raw", "--from", "ann:s3cret@db.example/d", "--to", "x"],
            ["copy", "--from", "ann:s3cret@db.example/d", "--to", "x.db"], ["validate", "ann:s3cret@db.example/d"],
        ] {
            let result = try Program.start(arguments, in: folder).wait()
            let text = result.output + result.errors
            #expect(text.contains("ann:***@db.example") && !text.contains("s3cret"), "\(arguments): \(text)")
        }
        #expect(!folder.names().contains { $0.contains("s3cret") })
    }
}
