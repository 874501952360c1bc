import Foundation
import TestSupport
import Testing

/// Which files a run reads: the warehouse's own files are skipped, entries that cannot be read are reported, pipes may
/// be named only once, and growing logs are continued.
@Suite struct SourceTests {
    private func paths(_ result: RunResult, _ member: String) -> [String] {
        (result.object[member] as? [[String: Any]] ?? []).compactMap { $0["path"] as? String }
    }

    @Test func theWarehouseAndItsRawStoreAreNoInput() throws {
        let folder = try TemporaryFolder()
        try folder.write("logs/a.ndjson", SampleLines.clicks(20))
        try folder.write("movies/2026-11-20.ndjson", SampleLines.movies)
        func load(_ arguments: String...) throws -> ChildProcess.Result {
            try Program.start(
                ["run", "-w", "logs/w.db", "--raw", "logs/raw", "--now", Program.now, "--json"] + arguments, in: folder
            ).wait()
        }
        #expect(try load("--movies", "movies", "--events", "logs").status == 0)
        #expect(symlink("w.db", folder.path("logs/soft")) == 0)
        let shard = try #require(folder.names(in: "logs/raw/movies").first { !$0.hasPrefix(".") })
        #expect(link(folder.path("logs/raw/movies/" + shard), folder.path("logs/shard")) == 0)
        #expect(symlink("raw/movies", folder.path("logs/way")) == 0)
        try folder.write("logs/snapshots/x", SampleLines.clicks(5, from: 900))
        let own = ["raw", "shard", "snapshots", "soft", "w.db", "way"].map { "logs/" + $0 }
        for arguments in [["logs"], ["logs/*"]] {
            let result = try load("--events", arguments[0])
            #expect(result.status == 0, "\(result.errors)")
            let run = try RunResult(result.output)
            #expect(run.read == 0 && run.states == ["skipped"])
            #expect(paths(run, "passed_over") == own)
        }
        for name in own + ["logs/raw/movies/" + shard] {
            let named = try load("--events", name)
            #expect(named.status == 2, "\(name)")
            #expect(named.errors.contains("never input") && named.errors.contains("hint:"))
        }
        #expect(try Database(path: folder.path("logs/w.db")).integer("SELECT count(*) FROM rejected_record") == 2)
    }

    @Test func anExportIsNoInputAsLongAsItIsAsItWasWritten() throws {
        let folder = try TemporaryFolder()
        try folder.write("logs/a.ndjson", SampleLines.clicks(3) + Array("bad\n".utf8))
        _ = try Program.load("--events", "logs", in: folder)
        let export = try Program.run(
            "quarantine", "export", "-w", "w.db", "-o", "logs/bad.ndjson", in: folder)
        #expect(export.status == 0)
        let again = try Program.load("--events", "logs", in: folder)
        #expect(again.read == 0 && paths(again, "passed_over") == ["logs/bad.ndjson"])
        try folder.write("logs/bad.ndjson", SampleLines.clicks(2, from: 50))
        #expect(try Program.load("--events", "logs", in: folder).accepted == 2)
    }

    @Test(arguments: [("w.db", "w.db"), ("soft", "w.db"), ("w.db", "raw/x")])
    func standardInputThatIsTheWarehouseIsNotRead(_ warehouse: String, _ input: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("a.ndjson", SampleLines.clicks(3))
        _ = try Program.load("--events", "a.ndjson", in: folder)
        #expect(symlink("w.db", folder.path("soft")) == 0)
        try folder.write("raw/x", SampleLines.clicks(9))
        let before = folder.read("w.db")
        let script = "exec \"$0\" run --events - -w \(warehouse) --raw raw --now \(Program.now) < \(input)"
        let result = try ChildProcess("/bin/sh", ["-c", script, Program.path], currentFolder: folder.path).wait()
        #expect(result.status == 2 && result.errors.contains("never input"), "\(result.errors)")
        #expect(folder.read("w.db") == before)
    }

    @Test func aClosedStandardInputIsSaid() throws {
        let folder = try TemporaryFolder()
        for command in ["run --events - -w w.db --raw raw", "validate -"] {
            let result = try ChildProcess(
                "/bin/sh", ["-c", "exec \"$0\" \(command) <&-", Program.path], currentFolder: folder.path
            ).wait()
            #expect(result.status == 1 && result.errors.contains("standard input is closed"), "\(result.errors)")
        }
        #expect(folder.names() == [])
    }

    @Test func entriesThatCannotBeReadAreToldAndTheOthersLoaded() throws {
        let folder = try TemporaryFolder()
        try folder.write("logs/a.ndjson", SampleLines.clicks(10))
        try folder.write("logs/sub/b.ndjson", SampleLines.clicks(10, from: 10))
        #expect(symlink("nowhere", folder.path("logs/gone")) == 0)
        let result = try Program.load("--events", "logs", in: folder, status: 3)
        #expect(result.accepted == 20 && result.outcome == "completed")
        #expect(paths(result, "unreadable") == ["logs/gone"])
        let text = try Program.run("run", "--events", "logs", "-w", "w.db", "--raw", "raw", in: folder)
        #expect(text.status == 3 && text.output.contains("Cannot read logs/gone: "))
        let validated = try Program.run("validate", "--events", "logs", "--now", Program.now, in: folder)
        #expect(validated.status == 3 && validated.errors.contains("Cannot read logs/gone: "))
        #expect(try Program.run("run", "--events", "logs/none", "logs", in: folder).status == 1)
        let named = try Program.load("--events", "logs/gone", "logs/a.ndjson", in: folder, status: 3)
        #expect(paths(named, "unreadable") == ["logs/gone"] && named.states == ["skipped"])
    }

    /// As a user who may not read all.
    @Test(.enabled(if: access("/usr/bin/setpriv", X_OK) == 0 && geteuid() == 0, "needs setpriv, as root"))
    func whatMayNotBeReadIsTold() throws {
        let folder = try TemporaryFolder()
        chmod(folder.path, 0o777)
        try folder.write("logs/a.ndjson", SampleLines.clicks(10))
        try folder.write("logs/secret.ndjson", SampleLines.clicks(10, from: 10))
        try folder.write("logs/closed/b.ndjson", SampleLines.clicks(10, from: 20))
        chmod(folder.path("logs/secret.ndjson"), 0)
        chmod(folder.path("logs/closed"), 0)
        let result = try ChildProcess(
            "/usr/bin/setpriv",
            [
                "--reuid", "65534", "--regid", "65534", "--clear-groups", Program.path, "run", "--events", "logs", "-w",
                "w.db", "--raw", "raw", "--now", Program.now, "--json",
            ], currentFolder: folder.path
        ).wait()
        chmod(folder.path("logs/closed"), 0o700)
        try #require(!result.errors.contains("execute"), "the other user cannot reach the program")
        #expect(result.status == 3, "\(result.errors)")
        let run = try RunResult(result.output)
        #expect(run.accepted == 10)
        #expect(paths(run, "unreadable").sorted() == ["logs/closed", "logs/secret.ndjson"])
    }

    @Test(arguments: [("-", "-"), ("-", "/dev/stdin"), ("/dev/fd/0", "-"), ("pipe", "pipe"), ("pipe", "./pipe")])
    func onePipeForTwoPortsIsWrongUsage(_ movies: String, _ events: String) throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
        for command in ["run", "validate"] {
            let result = try Program.run(command, "--movies", movies, "--events", events, in: folder)
            #expect(result.status == 2)
            #expect(result.errors.contains("only once"))
        }
        #expect(folder.names() == ["pipe"])
    }

    @Test func aLogThatGrowsIsOneLineOfTheStatus() throws {
        let folder = try TemporaryFolder()
        let lines = SampleLines.clicks(50)
        var read = 0
        for cut in [0, 5, 700, 701, 2000, lines.count - 1, lines.count] {
            try folder.write("app.log", Array(lines[..<cut]))
            let result = try Program.load("--events", "app.log", in: folder)
            read += result.read
            #expect(result.rejected == 0)
            let isUnfinished = cut > 0 && cut < lines.count - 1 && lines[cut - 1] != 10
            #expect(result.sources.first?["unfinished"] as? Bool == isUnfinished, "\(cut)")
        }
        #expect(read == 50)
        let status = try Program.object(Program.run("status", "-w", "w.db", "--json", in: folder).output)
        let checkpoints = try #require(status["checkpoints"] as? [[String: Any]])
        #expect(checkpoints.map { $0["read"] as? Int } == [50])
        #expect(checkpoints.map { $0["complete"] as? Bool } == [true])
        try folder.write("app.log", lines + Array("{\"event_type\":".utf8))
        let text = try Program.run("run", "--events", "app.log", "-w", "w.db", "--raw", "raw", in: folder)
        #expect(text.output.contains("app.log: the last line has no line feed yet"))
        let whole = try Program.load("--events", "app.log", "--whole", in: folder)
        #expect(whole.read == 1 && whole.rejected == 1)
    }
}
