import Foundation
import TestSupport
import Testing

@testable import reelhouse

/// What is done at the end of a run: metrics and notification.
@Suite(.waits) struct CommandEndTests {
    private static let promtool: String? = {
        let named = ProcessInfo.processInfo.environment["REELHOUSE_TEST_PROMTOOL"]
        return ([named] + ["/usr/bin/promtool", "/usr/local/bin/promtool"]).compactMap { $0 }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    private func run(_ arguments: String..., environment: [String: String] = [:], in folder: TemporaryFolder) throws
        -> ChildProcess.Result
    {
        let all = ["run", "-w", "w.db", "--now", Program.now, "-q"] + arguments
        return try Program.start(all, environment: environment, in: folder).wait()
    }

    private func text(_ name: String, in folder: TemporaryFolder) -> String {
        String(decoding: folder.read(name), as: UTF8.self)
    }

    // MARK: Metrics

    @Test func aRunWritesItsMetricsForEverybody() throws {
        let folder = try SampleLines.folder()
        // The shell's mask would let nobody else read it.
        let script = "umask 077; exec \"$0\" run -w w.db --now \(Program.now) -q --metrics-file m.prom"
        let result = try ChildProcess("/bin/sh", ["-c", script, Program.path], currentFolder: folder.path).wait()
        #expect(result.status == 0, "\(result.errors)")
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("m.prom"))
        #expect(attributes[.posixPermissions] as? Int == 0o644)
        let metrics = text("m.prom", in: folder)
        #expect(metrics.contains("\nreelhouse_runs_total{outcome=\"completed\"} 1\n"))
        #expect(metrics.contains("\nreelhouse_command_exit_status{command=\"run\"} 0\n"))
        #expect(!folder.names().contains { $0.hasSuffix(".part") })
        // The same of the warehouse as `metrics` prints.
        let printed = try Program.run("metrics", "-w", "w.db", in: folder).output
        let name = "reelhouse_last_run_rejected_lines"
        #expect(
            printed.contains(name)
                && printed.split(separator: "\n").filter { $0.hasPrefix(name) }.allSatisfy { metrics.contains($0) })
        try Self.lint(printed, metrics, in: folder)
    }

    /// With Prometheus's own linter, where there is one.
    private static func lint(_ texts: String..., in folder: TemporaryFolder) throws {
        guard let promtool else {
            print("skipped, for lack of promtool (Debian's package prometheus): the linting of the metrics")
            return
        }
        for text in texts {
            let result = try ChildProcess(promtool, ["check", "metrics"], input: Array(text.utf8)).wait()
            #expect(result.status == 0 && result.errors.isEmpty, "\(result.output) \(result.errors)")
        }
    }

    @Test func aRunThatFailsWritesThemToo() throws {
        let folder = try SampleLines.folder()
        #expect(try run("--events", "missing", "--metrics-file", "m.prom", in: folder).status == 1)
        #expect(text("m.prom", in: folder).contains("\nreelhouse_warehouse_up 0\n"))
        #expect(text("m.prom", in: folder).contains("\nreelhouse_command_exit_status{command=\"run\"} 1\n"))
        try Self.lint(text("m.prom", in: folder), in: folder)
        #expect(try run("--metrics-file", "m.prom", in: folder).status == 0)
        #expect(try run("--events", "missing", "--metrics-file", "m.prom", in: folder).status == 1)
        #expect(text("m.prom", in: folder).contains("\nreelhouse_runs_total{outcome=\"completed\"} 1\n"))
        // A place that cannot be written to is told before anything is loaded.
        let refused = try run("-w", "other.db", "--metrics-file", "none/m.prom", in: folder)
        #expect(refused.status == 1 && refused.errors.contains("there is no folder none"))
        #expect(!folder.names().contains("other.db"))
        #expect(try run("--metrics-file", "w.db", in: folder).status == 2)
    }

    // MARK: Notification

    @Test(arguments: [
        ("failure", [false, true, true]), ("success", [true, false, false]), ("always", [true, true, true]),
    ])
    func itIsSentOnItsOccasions(_ occasion: String, _ expected: [Bool]) throws {
        let folder = try SampleLines.folder()
        let command =
            "echo \"$REELHOUSE_STATUS $REELHOUSE_OUTCOME $REELHOUSE_RUN $REELHOUSE_MESSAGE\" > told; cat > json"
        for (arguments, status, words, isTold) in [
            ([], 0, "0 completed 1 \n", expected[0]),
            (["--max-rejects", "0", "--reload"], 3, "3 completed 2 More lines", expected[1]),
            (["--events", "missing"], 1, "1 failed  cannot find missing", expected[2]),
        ] as [([String], Int32, String, Bool)] {
            for name in ["told", "json"] { try? FileManager.default.removeItem(atPath: folder.path(name)) }
            let all = ["run", "-w", "w.db", "--now", Program.now, "-q", "--notify-command", command]
            let result = try Program.start(all + ["--notify-on", occasion] + arguments, in: folder).wait()
            #expect(result.status == status, "\(result.errors)")
            #expect(folder.names().contains("told") == isTold, "\(arguments)")
            guard isTold else { continue }
            let told = text("told", in: folder)
            #expect(told.hasPrefix(words.prefix(8)) && (words.hasPrefix("3") || told.hasPrefix(words)), "\(told)")
            let json = try Program.object(text("json", in: folder))
            #expect(json["exit_status"] as? Int == Int(status))
        }
    }

    @Test func itGetsNoSecretsAndNoDescriptors() throws {
        let folder = try SampleLines.folder()
        let result = try run(
            "--notify-on", "always", "--notify-command", "env > env; ls /proc/self/fd > fd; echo said",
            environment: [
                "PGPASSWORD": "s3cret", "TMDB_API_KEY": "s3cret", "REELHOUSE_WAREHOUSE": "s3cret", "OTHER": "s3cret",
                "REELHOUSE_NOTIFY_TOKEN": "mine", "LC_ALL": "C",
            ], in: folder)
        #expect(result.status == 0)
        let variables = text("env", in: folder)
        #expect(!variables.contains("s3cret") && variables.contains("REELHOUSE_NOTIFY_TOKEN=mine"))
        #expect(variables.contains("PATH=") && variables.contains("REELHOUSE_COMMAND=run"))
        // The three standard ones, and that of the folder itself.
        #expect(text("fd", in: folder).split(separator: "\n").count == 4)
        #expect(result.errors.contains("said") && !result.output.contains("said"))
    }

    @Test func whatGoesWrongIsAWarning() throws {
        let folder = try SampleLines.folder()
        for (command, limit, words) in [
            ("exit 7", "30s", "ended with exit status 7"), ("kill -9 $$", "30s", "was ended by signal 9"),
            // It and what it has started are ended.
            ("trap '' TERM; sleep 600 & echo $! > pid; wait; sleep 600", "200ms", "took longer than"),
        ] {
            let result = try run(
                "--notify-on", "always", "--notify-limit", limit, "--notify-command", command, in: folder)
            #expect(result.status == 0)
            #expect(result.errors.contains("warning: the command of --notify-command \(words)"), "\(result.errors)")
        }
        let started = text("pid", in: folder).filter(\.isNumber)
        #expect(!started.isEmpty)
        // Its new parent may take its time to look after it.
        func isAlive() -> Bool {
            let state = String(decoding: TemporaryFolder.bytes(ofFile: "/proc/\(started)/stat"), as: UTF8.self)
            return state.contains("(sleep)") && !state.contains("(sleep) Z")
        }
        let end = Date().addingTimeInterval(300)
        while isAlive(), Date() < end { usleep(10_000) }
        #expect(!isAlive())
    }

    /// A result that nobody reads does not block, and no zombie stays.
    @Test func aLongResultNeedNotBeRead() throws {
        let ending = reelhouse.Notification.Ending(
            command: "run", status: .failed, outcome: "failed", run: nil, message: "",
            json: String(repeating: "x", count: 1 << 20))
        let notification = reelhouse.Notification(command: "true", occasion: .always, limit: .seconds(600))
        try notification.send(ending, environment: ["PATH": "/usr/bin:/bin"])
        let children = String(
            decoding: TemporaryFolder.bytes(ofFile: "/proc/self/task/\(getpid())/children"), as: UTF8.self)
        for child in children.split(separator: " ") {
            let state = String(decoding: TemporaryFolder.bytes(ofFile: "/proc/\(child)/stat"), as: UTF8.self)
            #expect(!state.contains("(sh) Z"), "\(state)")
        }
    }
}
