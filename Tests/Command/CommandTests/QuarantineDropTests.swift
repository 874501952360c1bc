import Foundation
import TestSupport
import Testing

/// `quarantine drop`, and what the other commands show of lines that are cured or dropped.
@Suite struct QuarantineDropTests {
    private static func rate(_ id: Int, _ score: String = "8") -> String {
        """
        {"event_id":"00000000-0000-4000-8000-\(100_000_000_000 + id)","event_type":"rate",\
        "event_time":"2026-11-20T10:00:00Z","user_id":\(id),"movie_id":603,"metadata":{"score":\(score)}}
        """
    }

    /// A warehouse with three open lines and a cured one.
    private func loaded() throws -> QuarantineProcess {
        let process = try QuarantineProcess()
        try process.files.write("a.ndjson", Self.rate(1, "11") + "\nx\n")
        try process.files.write("b.ndjson", Self.rate(2, "11") + "\ny\n" + Self.rate(3) + "\n")
        try process.files.write("c.ndjson", Self.rate(1) + "\n")
        for file in ["a.ndjson", "b.ndjson", "c.ndjson"] {
            let run = try process.run(
                "run", "-w", "w.db", "--raw", "raw", "--events", file, "--now", "2026-11-21", "--json")
            #expect(try run.json()["cured"] as? Int == (file == "c.ndjson" ? 1 : 0))
        }
        return process
    }

    /// The counts of `quarantine list`: of the state that is asked for, open, cured, dropped.
    private func counts(_ process: QuarantineProcess, _ option: String...) throws -> [Int] {
        let list =
            option.isEmpty
            ? try process.run("quarantine", "list", "-w", "w.db", "--json").json()
            : try process.run("quarantine", "list", "-w", "w.db", "--json", option[0]).json()
        return ["lines", "open", "cured", "dropped"].map { list[$0] as? Int ?? -1 }
    }

    /// Rejected lines over all runs are those that are open, cured or dropped.
    private func isConserved(_ process: QuarantineProcess) throws -> Bool {
        let counts = try counts(process)
        let rejected = try process.query("SELECT sum(rejected) AS n FROM load_run")
        let doctor = try process.run("doctor", "-w", "w.db", "--json").json()
        let checks = doctor["checks"] as? [[String: Any]] ?? []
        return rejected == ["{\"n\":\(counts[1] + counts[2] + counts[3])}"]
            && checks.allSatisfy { $0["outcome"] as? String != "fail" }
    }

    @Test func whatIsCuredIsShownWhenItIsAskedFor() throws {
        let process = try loaded()
        #expect(try counts(process) == [3, 3, 1, 0])
        #expect(try counts(process, "--cured") == [1, 3, 1, 0])
        #expect(try counts(process, "--all") == [4, 3, 1, 0])
        #expect(try process.run("quarantine", "list", "-w", "w.db", "--cured", "--all").status == 2)
        #expect(try process.run("quarantine", "list", "-w", "w.db").output.contains("1 more line is cured"))
        let status = try process.run("status", "-w", "w.db", "--json").json()
        #expect(status["quarantine"] as? [String: Int] == ["open": 3, "cured": 1, "dropped": 0])
        #expect((status["rows"] as? [String: Int])?["rejected_record"] == 3)
        #expect(try process.run("report", "-w", "w.db").output.contains("3 lines are in quarantine"))
        #expect(try process.run("quarantine", "export", "-w", "w.db").objects().count == 3)
        let cured = try process.run("quarantine", "export", "-w", "w.db", "--cured").objects()
        #expect(cured.map { $0["cured_run_id"] as? Int } == [3] && cured.map { $0["last_run_id"] as? Int } == [1])
        #expect(try process.run("quarantine", "show", "-w", "w.db", "--cured").output.contains("cured by run 3"))
        #expect(try process.run("quarantine", "show", "-w", "w.db", "--id", "1").output.contains("cured by run 3"))
        let none = try process.run("quarantine", "show", "-w", "w.db", "--source", "c.ndjson")
        #expect(none.errors == "Nothing in quarantine matches.\n")
        let retry = try process.run(
            "quarantine", "retry", "-w", "w.db", "--raw", "raw", "--now", "2026-11-21", "--json")
        #expect(try retry.json()["read"] as? Int == 3)
        let view = try process.query("SELECT line, cured_run_id FROM rejected_event_readable WHERE source = 'a.ndjson'")
        #expect(view == [#"{"line":1,"cured_run_id":3}"#, #"{"line":2,"cured_run_id":null}"#])
    }

    @Test func itAsksFirst() throws {
        let process = try loaded()
        for arguments in [[], ["--yes"], ["--dry-run"]] {
            let result = try Program.start(["quarantine", "drop", "-w", "w.db"] + arguments, in: process.files).wait()
            #expect(result.status == 2 && result.errors.contains("--all"), "\(arguments)")
        }
        for arguments in [["--all"], ["--all", "--yes", "--dry-run"], ["--source", "b.ndjson"], ["--id", "1"]] {
            let result = try Program.start(["quarantine", "drop", "-w", "w.db"] + arguments, in: process.files).wait()
            #expect(result.status == 0 && result.output.contains("would be dropped"), "\(arguments)")
        }
        #expect(try counts(process) == [3, 3, 1, 0])
        let missing = try process.run("quarantine", "drop", "-w", "none.db", "--all", "--yes")
        #expect(missing.status == 1 && missing.errors.contains("there is no warehouse at none.db"))
        #expect(!process.files.has("none.db"))
        let nothing = try process.run("quarantine", "drop", "-w", "w.db", "--rule", "invalid_vote", "--yes")
        #expect(nothing.status == 0 && nothing.output.contains("nothing is dropped"))
    }

    @Test func itDropsWhatMatches() throws {
        let process = try loaded()
        let cured = try process.run("quarantine", "drop", "-w", "w.db", "--cured", "--yes", "--json").json()
        #expect(cured["dropped"] as? Bool == true && cured["lines"] as? Int == 1)
        #expect(cured["bytes"] as? Int == Self.rate(1, "11").utf8.count)
        #expect(try counts(process) == [3, 3, 0, 1])
        // The runs began now, and so not a day ago; seen from the day after tomorrow they did.
        let young = try process.run("quarantine", "drop", "-w", "w.db", "--older-than", "1d", "--yes", "--json").json()
        #expect(young["lines"] as? Int == 0)
        let rule = try process.run(
            "quarantine", "drop", "-w", "w.db", "--rule", "malformed_json", "--source", "a.ndjson", "--yes")
        #expect(rule.output.contains("malformed_json  a.ndjson      1    1 B"), "\(rule.output)")
        #expect(rule.output.hasSuffix("1 line, 1 B: dropped.\n"))
        #expect(try counts(process) == [2, 2, 0, 2])
        #expect(try isConserved(process))
        let later = String(Int(Date().timeIntervalSince1970 * 1000) + 2 * 86_400_000)
        let old = try process.run(
            "quarantine", "drop", "-w", "w.db", "--older-than", "1d", "--now", later, "--yes", "--json")
        #expect(try old.json()["lines"] as? Int == 2)
        #expect(try counts(process) == [0, 0, 0, 4])
        #expect(try isConserved(process))
        // No run was added or changed, and the next one goes on as usual.
        #expect(try process.query("SELECT max(run_id) AS n FROM load_run") == [#"{"n":3}"#])
        try process.run("run", "-w", "w.db", "--raw", "raw", "--events", "a.ndjson", "--now", "2026-11-21", "--reload")
        #expect(try process.query("SELECT max(run_id) AS n FROM load_run") == [#"{"n":4}"#])
        #expect(try counts(process) == [1, 1, 1, 4])
        #expect(try isConserved(process))
    }

    @Test func itTakesTheWritersPlace() throws {
        let process = try loaded()
        let descriptor = open(process.files.path("w.db"), O_RDONLY)
        defer { close(descriptor) }
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        #expect(try process.run("quarantine", "drop", "-w", "w.db", "--all").status == 0)
        #expect(try process.run("quarantine", "drop", "-w", "w.db", "--all", "--yes").status == 4)
        #expect(try counts(process) == [3, 3, 1, 0])
    }

    @Test func killedItDropsAllOrNothing() throws {
        let process = try QuarantineProcess()
        try process.files.write("x.ndjson", String(repeating: "x\n", count: 20_000))
        try process.run("run", "-w", "full.db", "--raw", "raw", "--events", "x.ndjson", "--now", "2026-11-21")
        let drop = ["quarantine", "drop", "-w", "w.db", "--all", "--yes"]
        func copy() throws {
            for ending in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: process.files.path("w.db\(ending)"))
            }
            try process.files.write("w.db", process.files.read("full.db"))
        }
        try copy()
        let began = Date()
        #expect(try Program.start(drop, in: process.files).wait().status == 0)
        var delay = Date().timeIntervalSince(began)
        var kills = 0
        var attempts = 0
        while kills < 8, attempts < 60 {
            attempts += 1
            try copy()
            let child = try Program.start(drop, in: process.files)
            Thread.sleep(forTimeInterval: delay)
            child.send(SIGKILL)
            let isKilled = child.wait().isKilled
            kills += isKilled ? 1 : 0
            let counts = try counts(process)
            #expect(counts == [20_000, 20_000, 0, 0] || counts == [0, 0, 0, 20_000], "killed after \(delay) s")
            #expect(try process.query("PRAGMA integrity_check", warehouse: "w.db") == [#"{"integrity_check":"ok"}"#])
            delay *= isKilled ? 0.8 : 0.95
        }
        #expect(kills == 8, "the kills came too late to try anything")
        #expect(try isConserved(process))
    }
}
