import Foundation
import MongoTesting
import Servers
import TestSupport
import Testing

/// A MongoDB server that fails, is slow or refuses a login, and connections that are cut, with the built
/// command: a clear message, nothing half-written, and the next run makes it good.
@Suite(.serialized, .waits, .enabled(if: MongoServer.canStart, "\(MongoServer.whatToInstall)"))
struct MongoNetworkTests {
    /// One that fails on demand, for several tests.
    private static let failing = Result { try MongoServer(MongoServer.Options(hasTestCommands: true)) }

    private static let quick = "serverSelectionTimeoutMS=1200"

    /// A failure that a server makes, how a run ends by it, and words of the message.
    struct Failure: CustomStringConvertible, Sendable {
        var command: String
        var data: String
        var status: Int32
        var words: [String]

        var description: String { "\(command): \(data)" }

        init(_ command: String, _ data: String, _ status: Int32, _ words: String...) {
            (self.command, self.data, self.status, self.words) = (command, data, status, words)
        }
    }

    static let failures = [
        Failure("update", #""errorCode": 10107"#, 5, "primary", "10107"),
        Failure("update", #""errorCode": 11602"#, 5, "primary", "11602"),
        Failure("update", #""closeConnection": true"#, 5, "Check that a server runs"),
        Failure("update", #""errorCode": 13"#, 1, "demands a login"),
        Failure("update", #""errorCode": 14031"#, 1, "Make room on the server's disk"),
        Failure(
            "update", #""writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"}"#, 1,
            "wtimeoutMS"),
        Failure("find", #""errorCode": 10107"#, 5, "replica set"),
        Failure("find", #""errorCode": 13"#, 1, "demands a login"),
    ]

    /// Those that `make test` tries; each takes seconds.
    private static let tried =
        LongTests.areOn
        ? failures
        : failures.filter {
            $0.data.contains("10107") && $0.command == "update" || $0.status == 1 && $0.command == "find"
        }

    @Test(arguments: tried) func aServerThatFailsIsToldAndMadeGood(_ failure: Failure) throws {
        let load = try MongoLoad(Self.failing.get(), parameters: Self.quick)
        let mongo = load.raw.mongo
        defer { try? mongo.endFailures() }
        // In mid-load, and from the beginning.
        if failure.command == "update" {
            let process = try load.start(commitLines: 20)
            #expect(load.wait(forLines: 60, of: process))
            try mongo.failCommands([failure.command], times: 10_000, failure.data)
            try expect(failure, process.wait(), load)
        } else {
            try mongo.failCommands([failure.command], times: 10_000, failure.data)
        }
        let committed = load.committedLines()
        try expect(failure, load.start().wait(), load)
        #expect(load.committedLines() == committed)
        try mongo.endFailures()
        #expect(try load.faults().isEmpty)
        try load.runToEnd()
        try load.expectWhole("after \(failure)")
    }

    private func expect(_ failure: Failure, _ result: ChildProcess.Result, _ load: MongoLoad) throws {
        let text = result.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(result.status == failure.status, "\(failure): \(text)")
        #expect(text.contains("error: mongodb://127.0.0.1"), "\(failure): \(text)")
        for words in failure.words { #expect(text.contains(words), "\(failure): \(text)") }
    }

    /// Failures that the program gets over by itself.
    @Test(
        .enabled(if: LongTests.areOn, "\(LongTests.whatToSet)"),
        arguments: [
            (["getMore"], #""errorCode": 43"#), (["getMore"], #""errorCode": 11602"#),
            (["getMore"], #""closeConnection": true"#),
            (["find"], #""errorCode": 11602"#), (["find"], #""closeConnection": true"#),
            (["update"], #""errorCode": 91, "errorLabels": ["RetryableWriteError"]"#),
        ] as [([String], String)])
    func whatPassesIsNotSeen(_ commands: [String], _ data: String) throws {
        let load = try MongoLoad(Self.failing.get())
        try load.raw.mongo.failCommands(commands, times: 1, data)
        let result = try load.start(commitLines: 50).wait()
        try load.raw.mongo.endFailures()
        #expect(result.status == 0, "\(result.errors)")
        try load.expectWhole("after \(data)")
    }

    /// `copy raw` waits for a server that fails in the middle, for as long as it was asked to.
    @Test func aCopyOfARawStoreGoesOnAfterFailures() throws {
        let kept = try LiveDocuments.shared.get().path
        let server = try Self.failing.get()
        let target = try LiveDatabase(server)
        defer { try? target.mongo.endFailures() }
        let folder = try TemporaryFolder()
        func copy(_ retryFor: String) throws -> ChildProcess.Result {
            try Program.run(
                "copy", "raw", "--from", kept, "--to", target.url(parameters: Self.quick), "--retry-for", retryFor,
                in: folder)
        }
        try target.mongo.failCommands(["update"], times: 10_000, #""errorCode": 10107"#)
        let ended = try copy("0s")
        #expect(ended.status == 5, "\(ended.errors)")
        #expect(ended.errors.contains("goes on from"), "\(ended.errors)")
        try target.mongo.failCommands(["update"], times: 5, #""errorCode": 10107"#)
        let result = try copy("10m")
        #expect(result.status == 0, "\(result.errors)")
        let text = result.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("trying again in") && text.contains("going on after"), "\(result.errors)")
        let back = try Program.run("copy", "raw", "--from", target.url(), "--to", "back", "-q", in: folder)
        #expect(back.status == 0, "\(back.errors)")
        let differences = RawFolders.differences(folder.path("back"), from: kept)
        #expect(differences.isEmpty, "\(differences)")
    }

    /// The sessions of the run are ended in mid-load, with their cursors.
    @Test func sessionsThatTheServerEnds() throws {
        let load = try MongoLoad(Self.failing.get())
        let process = try load.start(commitLines: 20)
        #expect(load.wait(forLines: 40, of: process))
        for _ in 0..<5 where process.isRunning {
            // A server of another make may not have it.
            _ = try? load.raw.mongo.run(#"{"killAllSessions": []}"#)
            Thread.sleep(forTimeInterval: 0.05)
        }
        let result = process.wait()
        #expect([0, 5].contains(result.status), "\(result.errors)")
        #expect(try load.faults().isEmpty)
        if result.status != 0 { try load.runToEnd() }
        try load.expectWhole("after sessions that ended")
    }

    @Test func connectionsThatAreSlowAndCutLoseNothing() throws {
        let server = try Self.failing.get()
        let proxy = try TCPProxy(to: server.port)
        let load = try MongoLoad(server, port: proxy.port, parameters: Self.quick)
        proxy.behaviour = .delay(milliseconds: 1)
        var (cuts, lines, runs): (Int, Int64, Int) = (0, 0, 0)
        let most = LongTests.rounds(5, long: 30)
        var result: ChildProcess.Result?
        while result?.status != 0 {
            runs += 1
            try #require(runs < 60, "\(cuts) cuts: \(result?.errors ?? "")")
            let process = try load.start(commitLines: 50)
            while cuts < most, load.wait(forLines: lines + 1, of: process) {
                Thread.sleep(forTimeInterval: .random(in: 0...0.1))
                lines = load.committedLines()
                if Bool.random() { proxy.cut(byReset: .random()) } else { proxy.cut(afterBytes: .random(in: 1...9000)) }
                cuts += 1
            }
            result = process.wait()
            #expect([0, 5].contains(result?.status), "\(result?.errors ?? "")")
            #expect(try load.faults().isEmpty)
        }
        #expect(cuts > 1)
        proxy.behaviour = .forward
        try load.expectWhole("after \(cuts) cuts and \(runs) runs")
        print("cut connections to MongoDB \(cuts) times in \(runs) runs")
    }

    @Test(.enabled(if: LongTests.areOn, "\(LongTests.whatToSet)"))
    func aServerThatFallsSilentEndsTheRunAndASignalSooner() throws {
        let server = try Self.failing.get()
        let proxy = try TCPProxy(to: server.port)
        let load = try MongoLoad(server, port: proxy.port, parameters: Self.quick + "&socketTimeoutMS=3000")
        let process = try load.start(commitLines: 20)
        #expect(load.wait(forLines: 100, of: process))
        proxy.behaviour = .mute
        var start = ContinuousClock.now
        let result = process.wait()
        #expect(result.status == 5 && ContinuousClock.now - start < .seconds(20), "\(result.errors)")
        #expect(result.errors.contains("127.0.0.1:\(proxy.port)"), "\(result.errors)")
        proxy.cut()
        proxy.behaviour = .forward
        let next = try load.start(commitLines: 20)
        #expect(load.wait(forLines: load.committedLines() + 100, of: next))
        proxy.behaviour = .mute
        Thread.sleep(forTimeInterval: 0.3)
        start = .now
        next.send(SIGTERM)
        let stopped = next.wait()
        #expect([143, 5].contains(stopped.status), "\(stopped.errors)")
        #expect(ContinuousClock.now - start < .seconds(10), "\(stopped.errors)")
        proxy.cut()
        proxy.behaviour = .forward
        #expect(try load.faults().isEmpty)
        try load.runToEnd()
        try load.expectWhole("after a silent server")
    }

    @Test func aServerThatIsDownOrRefusesTheLoginChangesNothing() throws {
        let input = try LiveInput.shared.get()
        let server = try MongoServer(MongoServer.Options(hasPasswords: true))
        let right = "\(MongoServer.user):s3cret%2F%40%3A%25"
        let down = try FreePort.find()
        for (url, status, words) in [
            (server.url("tmdb_data", login: right), 1, "?authSource=admin"),
            (server.url("tmdb_data", login: "ann:wr0ng", parameters: "authSource=admin"), 1, "?authSource=admin"),
            (server.url("tmdb_data"), 1, "demands a login"),
            ("mongodb://ann:wr0ng@127.0.0.1:\(down)/tmdb_data?serverSelectionTimeoutMS=1000", 5, "a server runs"),
            ("mongodb://no-such-host.invalid/tmdb_data?serverSelectionTimeoutMS=1000", 5, "spelling of the host"),
        ] as [(String, Int32, String)] {
            let folder = try TemporaryFolder()
            let collection = url.replacing("tmdb_data", with: "tmdb_data.raw_movies")
            for arguments in [["--raw", url, "--movies", input.folder.path("in/movies")], ["--movies", collection]] {
                // The warehouse may be made, and nothing is in it.
                let result = try Program.start(
                    ["run", "-w", "w.db", "--now", Program.now, "-q"] + arguments, in: folder
                ).wait()
                let text = result.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                #expect(result.status == status, "\(arguments): \(text)")
                #expect(text.contains(words) && text.contains("error: mongodb://"), "\(arguments): \(text)")
                #expect(!text.contains("s3cret") && !text.contains("wr0ng"), "\(text)")
                if folder.has("w.db") {
                    let read = try? Database(path: folder.path("w.db")).integer(
                        "SELECT (SELECT count(*) FROM movies) + (SELECT count(*) FROM load_checkpoint)")
                    #expect(read ?? 0 == 0, "\(arguments)")
                }
            }
            let again = try Program.run(
                "run", "-w", "w.db", "--now", Program.now, "-q", "--movies", input.folder.path("in/movies"), "--raw",
                server.url("tmdb_data", login: right, parameters: "authSource=admin"), in: folder)
            #expect(again.status == 0, "\(again.errors)")
            let movies = try Database(path: folder.path("w.db")).integer("SELECT count(*) FROM movies")
            #expect(movies > 100)
        }
    }
}
