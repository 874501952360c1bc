import Foundation
import TestSupport
import Testing

@testable import reelhouse

/// What `reelhouse nightly --emit airflow` prints, and how Airflow runs it.
///
/// Airflow is in a virtual environment that `make test-airflow` makes. `REELHOUSE_TEST_AIRFLOW` names another Python that has
/// one, such as one with Airflow 2.10.
@Suite(.serialized, .waits) struct AirflowDagTests {
    /// A Python with Airflow; nil where there is none.
    private static let airflow: String? = {
        let named = ProcessInfo.processInfo.environment["REELHOUSE_TEST_AIRFLOW"]
        let script = FileManager.default.currentDirectoryPath + "/.ci/test-airflow"
        let output = try? ChildProcess("/bin/sh", [script, "--if-installed"]).wait().output
        let path = named ?? output?.split(separator: "\n").last.map(String.init) ?? ""
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()
    private static let whatToInstall =
        "no Apache Airflow: run make test-airflow, or name a Python by REELHOUSE_TEST_AIRFLOW"
    private static let hasPython = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")

    /// Stands in for the command: notes its arguments in `calls`, and ends with the next status of `plan.TASK`.
    private static let standIn = """
        #!/bin/sh
        cd "$(dirname "$0")" || exit 9
        { printf '%s|' "$OLDPWD" "$@"; echo; } >> calls
        [ -n "$PATH" ] && [ -f "plan.$3" ] || exit 0
        read -r status rest < "plan.$3"
        echo "$rest" > "plan.$3"
        exit "${status:-0}"

        """

    /// A task's call: its date, and all other arguments.
    private struct Call: Equatable {
        let task: String
        let date: String
        let folder: String
        let rest: [String]

        init?(_ line: String) {
            let words = line.split(separator: "|", omittingEmptySubsequences: false).dropLast().map(String.init)
            guard words.count >= 8, words[1] == "nightly", words[2] == "--only", words[4] == "--date" else {
                return nil
            }
            (folder, task, date, rest) = (words[0], words[3], words[5], Array(words[6...]))
        }
    }

    private struct Run {
        let state: String
        let tasks: [String: String]
        let calls: [Call]

        func calls(of task: String) -> Int { calls.filter { $0.task == task }.count }
        func place(of task: String) -> Int { calls.firstIndex { $0.task == task } ?? -1 }
    }

    private static func environment(_ folder: TemporaryFolder) -> [String: String] {
        [
            "AIRFLOW_HOME": folder.path("airflow"), "AIRFLOW__CORE__DAGS_FOLDER": folder.path("dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        ]
    }

    /// Makes the database of an Airflow in a folder.
    private static func prepare(_ folder: TemporaryFolder) throws {
        let python = try #require(airflow)
        let result = try ChildProcess(
            python, ["-m", "airflow", "db", "migrate"], environment: environment(folder), currentFolder: folder.path
        ).wait()
        #expect(result.status == 0, "\(result.output) \(result.errors)")
    }

    /// Runs the DAG in a folder once for each case.
    private static func runs(_ cases: String, in folder: TemporaryFolder) throws -> [Run] {
        let script = FileManager.default.currentDirectoryPath + "/Tests/Support/Servers/airflow_runs.py"
        let result = try ChildProcess(
            try #require(airflow), [script, folder.path, cases], environment: environment(folder),
            currentFolder: folder.path
        ).wait()
        let line = try #require(result.output.split(separator: "\n").last, "\(result.errors)")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(result.errors)")
        #expect((object["import_errors"] as? [String: String]) == [:])
        return try (try #require(object["runs"] as? [[String: Any]])).map { run in
            let lines = try #require(run["calls"] as? [String])
            let calls = lines.compactMap(Call.init)
            #expect(calls.count == lines.count, "\(lines)")
            return Run(
                state: run["state"] as? String ?? "", tasks: run["tasks"] as? [String: String] ?? [:], calls: calls)
        }
    }

    @Test func aTaskThatIsLeftOutIsInNoEdge() throws {
        let text = try AirflowDag(NightlyScheduleTests.schedule(leftOut: ["fetch", "marts"])).file.text
        #expect(text.contains(#"    ("movies", 6, [], []),"#))
        #expect(text.contains(#"    ("export", 6, ["movies", "events"], ["enrich"]),"#))
        #expect(!text.contains(#""marts""#))
    }

    @Test func triesAndTimeAreAirflows() throws {
        let text = try AirflowDag(NightlyScheduleTests.schedule(at: "04:05", tries: 5)).file.text
        #expect(text.contains("RETRIES = 4\n"))
        #expect(text.contains("SCHEDULE = \"5 4 * * *\""))
    }

    @Test(.enabled(if: hasPython, "no /usr/bin/python3"))
    func pythonReadsEachWordAsItWas() throws {
        let folder = try TemporaryFolder()
        let words = ScheduleTextTests.words + ["a\nb", "\u{0}\u{7F}\r\t", "\u{202E}\u{2028}\u{FEFF}", "\"\"\"", "'''"]
        let schedule = try NightlyScheduleTests.schedule(
            program: "/srv/it's \"\\$\"", folder: "/srv/{{ x }}/é", arguments: words)
        try folder.write("dag.py", AirflowDag(schedule).file.text)
        let script = """
            import ast, json
            tree = ast.parse(open("dag.py", encoding="utf-8").read())
            found = {n.targets[0].id: ast.literal_eval(n.value) for n in tree.body
                     if isinstance(n, ast.Assign) and n.targets[0].id in ("PROGRAM", "FOLDER", "ARGUMENTS")}
            print(json.dumps([found["PROGRAM"], found["FOLDER"], *found["ARGUMENTS"]]))
            """
        let result = try ChildProcess("/usr/bin/python3", ["-c", script], currentFolder: folder.path).wait()
        let read = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String]
        #expect(read == [schedule.program, schedule.folder] + words, "\(result.errors)")
    }

    /// The words after the date of each call.
    private static let words = ["-w", "{{ x }}", "{% raw %}", "it's \"$HOME\" \\ é", ""]

    /// A folder with a DAG that calls the stand-in, and an Airflow.
    private static func folderOfStandIn() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let program = try folder.write("reel house", standIn)
        chmod(program, 0o700)
        let data = try folder.makeFolder("da ta {{ x }}")
        let schedule = try NightlyScheduleTests.schedule(program: program, folder: data, arguments: words)
        try folder.write("dags/nightly.py", AirflowDag(schedule, retryDelay: "seconds=1").file.text)
        try prepare(folder)
        return folder
    }

    /// Each run of Airflow's takes some seconds, so that one test has all of them.
    @Test(.enabled(if: airflow != nil, "\(whatToInstall)"))
    func exitStatusesAndOrderAreWhatAirflowShows() throws {
        let folder = try Self.folderOfStandIn()
        let cases = """
            [{}, {"by_hand": true},
             {"statuses": {"fetch": [3], "movies": [4], "events": [5, 6], "enrich": [1]}},
             {"statuses": {"fetch": [2], "movies": [1, 1, 1], "marts": [2]}},
             {"statuses": {"events": [2]}},
             {"statuses": {"export": [143, 1], "compact": [4, 4, 4]}}]
            """
        let runs = try Self.runs(cases, in: folder)
        try #require(runs.count == 6)
        for (number, run) in runs.enumerated() {
            let path = folder.path("da ta {{ x }}")
            #expect(run.calls.allSatisfy { $0.folder == path && $0.rest == ["--tries", "1"] + Self.words })
            #expect(run.calls.allSatisfy { $0.date == "2026-11-0\(number + 2)" })
            // What comes before a task has ended before it, however it ended.
            for step in NightlyScheduleTests.steps {
                for other in step.needs + step.after where run.calls(of: step.name) > 0 && run.calls(of: other) > 0 {
                    let last = run.calls.lastIndex { $0.task == other } ?? -1
                    #expect(last < run.place(of: step.name), "\(step.name) before \(other) in run \(number)")
                }
            }
        }
        for run in runs[..<2] {
            #expect(run.state == "success")
            #expect(run.calls.count == 9)
        }
        // 3 is a success, and 1, 4, 5 and 6 are tried again.
        #expect(runs[2].state == "success")
        #expect(["fetch", "movies", "events", "enrich"].map(runs[2].calls(of:)) == [1, 2, 3, 2])
        // 2 is not tried again; what needs a task does not run without it, and the others do.
        #expect(runs[3].state == "failed")
        #expect(["fetch", "movies", "marts"].map(runs[3].calls(of:)) == [1, 3, 1])
        Self.expect(runs[3], failed: ["fetch", "movies", "marts"], notBegun: ["export", "check", "prune"])
        #expect(runs[4].state == "failed")
        Self.expect(runs[4], failed: ["events"], notBegun: ["compact", "export", "prune"])
        #expect(runs[4].calls(of: "events") == 1)
        // The last try counts.
        #expect(runs[5].state == "failed")
        #expect(["export", "compact"].map(runs[5].calls(of:)) == [3, 3])
        Self.expect(runs[5], failed: ["compact"], notBegun: [])
    }

    /// The command's own DAG with the command itself.
    @Test(
        .enabled(if: airflow != nil, "\(whatToInstall)"),
        .enabled(
            if: CommandRegistry.root.subcommands.contains { $0.name == "nightly" }, "there is no reelhouse nightly"))
    func airflowRunsTheNightlyToItsEnd() throws {
        let folder = try SampleLines.folder()
        let places = ["-w", "w.db", "--raw", "raw", "--movies", "data/movies", "--events", "data/events"]
        let emitted = try Program.start(["nightly", "--emit", "airflow"] + places, in: folder).wait()
        #expect(emitted.status == 0, "\(emitted.errors)")
        try folder.write("dags/reelhouse_nightly.py", emitted.output)
        try Self.prepare(folder)
        let result = try ChildProcess(
            try #require(Self.airflow), ["-m", "airflow", "dags", "test", "reelhouse_nightly"],
            environment: Self.environment(folder), currentFolder: folder.path
        ).wait()
        #expect(result.status == 0, "\(result.output) \(result.errors)")
        let facts = try Program.run(
            "query", "-w", "w.db", "-f", "csv", "SELECT count(*) FROM fact_user_event", in: folder)
        #expect(facts.output.replacing("\r\n", with: "\n").hasSuffix("\n2\n"), "\(facts.output) \(facts.errors)")
        #expect(folder.names(in: "snapshots").contains { $0.hasPrefix("20") })
    }

    /// Expects states of a run: all tasks but these have succeeded.
    private static func expect(_ run: Run, failed: [String], notBegun: [String]) {
        for step in NightlyScheduleTests.steps {
            let expected =
                failed.contains(step.name) ? "failed" : notBegun.contains(step.name) ? "upstream_failed" : "success"
            #expect(run.tasks[step.name] == expected, "\(step.name)")
            if notBegun.contains(step.name) { #expect(run.calls(of: step.name) == 0) }
        }
    }
}
