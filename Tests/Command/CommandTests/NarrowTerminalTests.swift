import Foundation
import TestSupport
import Testing

@testable import reelhouse

/// The output on a narrow terminal.
@Suite struct NarrowTerminalTests {
    @Test func pathsAreShortenedInTheMiddle() {
        let paths = (1...3).map { "data/events/site/europe/logs/2026-11-0\($0).ndjson.zst" }
        #expect(
            PathText.shortened(paths, to: 36) == (1...3).map { "data/events/…/2026-11-0\($0).ndjson.zst" })
        #expect(PathText.shortened(paths, to: 60) == paths)
    }

    @Test(
        arguments: [
            ["a/long/folder/east/log.ndjson", "a/long/folder/west/log.ndjson"],
            ["very-long-name-without-folders-1.ndjson", "very-long-name-without-folders-2.ndjson"],
            [
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1bbbbbbbbbbbbbbbbbbbbbbbbb",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2bbbbbbbbbbbbbbbbbbbbbbbbb",
            ],
            ["1/the/same/path/to/a/file.ndjson", "2/the/same/path/to/a/file.ndjson"],
            [
                "pth2/region-berlin/site/events/events-2026-11-18.ndjson",
                "pth2/region-munich/site/events/events-2026-11-18.ndjson",
            ],
            ["日本/映画/東京/東京/a", "日本/映画/京都/東京/a"],
        ])
    func rowsDiffer(paths: [String]) {
        for width in [14, 16, 20, 24] {
            let short = PathText.shortened(paths, to: width)
            #expect(Set(short).count == paths.count, "\(short)")
            for path in short { #expect(DisplayWidth.of(path) <= width, "\(path)") }
        }
    }

    @Test func theFolderThatDiffersAndTheNameAreShown() {
        let paths = ["berlin", "munich"].map { "pth2/region-\($0)/site/a/events/events-2026-11-18.ndjson" }
        #expect(
            PathText.shortened(paths, to: 44) == [
                "…/region-berlin/…/events-2026-11-18.ndjson", "…/region-munich/…/events-2026-11-18.ndjson",
            ])
        let days = (1...3).flatMap { day in
            ["east", "west"].map { "data/\($0)/of/the/site/log-2026-11-0\(day).ndjson" }
        }
        for width in [24, 28, 30, 36] { #expect(Set(PathText.shortened(days, to: width)).count == 6, "\(width)") }
        for path in PathText.shortened(paths, to: 34) { #expect(path.hasSuffix("…/events-2026-11-18.ndjson")) }
    }

    @Test func textsThatWouldBeCutToTheSameDiffer() {
        var table = TextTable([.text("source"), .number("n")])
        for city in ["berlin", "munich"] { table.add(["/srv/data/long/folder/\(city)/2026-11-18.ndjson", "1"]) }
        let lines = table.text(width: 30).split(separator: "\n")
        #expect(Set(lines).count == 4 && lines.allSatisfy { DisplayWidth.of(String($0)) <= 30 }, "\(lines)")
    }

    @Test(arguments: [40, 80])
    func errorsAndHelpFit(width: Int) throws {
        let demo = try DemoFolder()
        let environment = ["COLUMNS": String(width)]
        for arguments in [
            ["query", "SELECT * FROM movie"], ["run", "--max-duration", "5"], ["query", "ATTACH 'x' AS y"],
        ] {
            let result = try Program.start(arguments, environment: environment, in: demo.files).wait()
            #expect(result.status != 0)
            for line in result.errors.split(separator: "\n") {
                #expect(DisplayWidth.of(String(line)) <= width, "\(line)")
            }
        }
        for command in ["run", "validate", "quarantine list", "quarantine drop"] {
            let words = command.split(separator: " ").map(String.init)
            let help = try Program.start(["help"] + words, environment: environment, in: demo.files).wait()
            let same = try Program.start(words + ["--help"], environment: environment, in: demo.files).wait()
            #expect(help.output == same.output && help.status == 0)
            let lines = help.lines.prefix { $0 != "Examples:" }
            #expect(lines.count > 5)
            for line in lines { #expect(DisplayWidth.of(line) <= width, "\(line)") }
        }
    }

    @Test func unfinishedCheckpointsComeFirst() throws {
        let folder = try TemporaryFolder()
        for name in ["a", "b", "c", "d"] {
            try folder.write(name, SampleLines.clicks(name.count + 1) + Array(name.utf8))
        }
        _ = try Program.load("--whole", "--events", "a", in: folder)
        _ = try Program.load("--whole", "--events", "b", "c", "d", in: folder)
        try Database.change(path: folder.path("w.db"), "UPDATE load_checkpoint SET is_complete = 0 WHERE source = 'a'")
        let text = try Program.run("status", "-w", "w.db", "--limit", "1", in: folder).output
        #expect(text.contains(try Regex("(?m)^a +partial ")), "\(text)")
        #expect(text.contains("… and 3 more (--limit)"), "\(text)")
    }

    @Test(arguments: [8, 20, 40, 60, 80, 120])
    func progressCutsNoNumber(width: Int) {
        let progress = WorkProgress(
            label: "events", bytesDone: 42, bytesTotal: 100, read: 1_234_567, rejected: 12_345)
        let reading = ProgressReading(
            progress: progress, elapsedSeconds: 34, linesPerSecond: 812_345, share: 0.42, secondsLeft: 63)
        let text = reading.liveText(width: width)
        #expect(DisplayWidth.of(text) < width)
        let whole: Set = [
            "[0:34] events", "42%", "1,234,567 lines", "812,345/s", "12,345 rejected", "1 min 3 s left",
        ]
        let parts = text.components(separatedBy: "  ").filter { !$0.contains("█") && !$0.contains("░") }
        if width >= 20 { #expect(parts.allSatisfy(whole.contains), "\(text)") }
        if width == 40 { #expect(text == "[0:34] events  42%  1 min 3 s left") }
    }

    @Test(arguments: [40, 80])
    func commandsFitTheTerminal(width: Int) throws {
        let demo = try DemoFolder()
        let long = "data/a/very/long/path/to/the/folder/of/the/events/2026-11-20.ndjson"
        try demo.files.write(long, Array("{\"event_type\":\"view\"}\n".utf8) + SampleLines.clicks(1))
        for arguments in [
            ["status", "--limit", "20"], ["validate"], ["validate", "--as", "events", long], ["explain"], ["digest"],
            ["report"], ["quarantine", "list"], ["quarantine", "drop", "--all"], ["run", "--dry-run"],
        ] {
            let result = try Program.start(arguments, environment: ["COLUMNS": String(width)], in: demo.files).wait()
            #expect(result.status == 0, "\(result.errors)")
            // A command to copy stays in one line where it is longer than the terminal is wide.
            for line in result.lines where !line.contains("hash") && (width == 80 || !line.hasPrefix("Try next")) {
                #expect(DisplayWidth.of(line) <= width, "\(arguments): \(line)")
            }
        }
        // Elsewhere paths are whole.
        #expect(try Program.run("validate", "--as", "events", long, in: demo.files).output.contains(long))
    }

    @Test func proseGoesOnInTheNextLine() {
        var table = TextTable([.text("rule"), .number("lines"), .prose("what to do")])
        table.add(["event_time_out_of_range", "1,234", "Set the clock of the program that writes the lines."])
        #expect(
            table.text(width: 60) == """
                rule                     lines  what to do
                ───────────────────────  ─────  ────────────────────────────
                event_time_out_of_range  1,234  Set the clock of the program
                                                that writes the lines.

                """)
        #expect(
            table.readableText(width: 40) == """
                rule        event_time_out_of_range
                lines       1,234
                what to do
                  Set the clock of the program that
                  writes the lines.

                """)
    }
}

/// What `status` and `validate` say beyond counts.
@Suite struct RunErrorTests {
    private static func runs(in folder: TemporaryFolder) throws -> [[String: Any]] {
        let status = try Program.object(Program.run("status", "-w", "w.db", "--json", in: folder).output)
        return status["runs"] as? [[String: Any]] ?? []
    }

    @Test func aFailedRunSaysWhy() throws {
        let folder = try SampleLines.folder()
        _ = try Program.load("--events", "data/events/a.ndjson", in: folder)
        // The raw store's place is taken by a file.
        try folder.write("taken", "x")
        try folder.write("long.ndjson", "{\"id\":7,\"title\":\"Seven\"}\n")
        let failed = try Program.run(
            "run", "-w", "w.db", "--raw", "taken", "--now", Program.now, "--movies", "long.ndjson", in: folder)
        #expect(failed.status == 1)
        let runs = try Self.runs(in: folder)
        #expect(runs.map { $0["outcome"] as? String } == ["failed", "completed"])
        #expect((runs[0]["error"] as? String ?? "").contains("taken"), "\(runs[0])")
        #expect(runs[1]["error"] is NSNull && runs[1]["seconds"] is Double)
        let text = try Program.run("status", "-w", "w.db", in: folder).output
        #expect(text.contains("Run 2 failed: ") && text.contains("took"), "\(text)")
    }

    @Test func aKilledRunSaysSo() throws {
        let folder = try SampleLines.folder()
        try folder.write("many.ndjson", SampleLines.clicks(150_000))
        let process = try Program.start(
            [
                "run", "-w", "w.db", "--raw", "raw", "--now", Program.now, "--events", "many.ndjson", "--batch-size",
                "500",
            ],
            in: folder)
        let deadline = Date(timeIntervalSinceNow: 20)
        while Date() < deadline, (try? Self.runs(in: folder))?.first?["read"] as? Int ?? 0 == 0 {
            Thread.sleep(forTimeInterval: 0.02)
        }
        #expect(try Self.runs(in: folder).first?["outcome"] as? String == "running")
        process.send(SIGKILL)
        _ = process.wait()
        // Before another run has found it, and after.
        for _ in 0..<2 {
            let run = try #require(Self.runs(in: folder).last)
            #expect(run["outcome"] as? String == "interrupted")
            #expect((run["error"] as? String ?? "").contains("killed"))
            _ = try Program.load("--events", "data/events/a.ndjson", in: folder)
        }
    }

    @Test func validateSumsByRule() throws {
        let demo = try DemoFolder()
        let result = try Program.run("validate", in: demo.files)
        let parts = result.output.components(separatedBy: "Rejected lines by rule\n")
        #expect(parts.count == 2 && !parts[0].contains("data/events"), "the sums come before the files")
        let end = parts.last ?? ""
        let object = try Program.object(Program.run("validate", "--json", in: demo.files).output)
        let rules = object["rejected_by_rule"] as? [String: Int] ?? [:]
        #expect(rules.count > 5)
        for (rule, count) in rules {
            #expect(end.contains(try Regex("(?m)^\(rule) +\(count)  \\S")), "\(rule)")
        }
    }
}
