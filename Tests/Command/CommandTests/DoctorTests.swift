import Domain
import Foundation
import SQLite
import Testing

@testable import reelhouse

@Suite struct DoctorTests {
    /// The findings of `doctor` by check: `outcome`, with the detail and remedy.
    private struct Check: Equatable {
        let outcome: String
        let detail: String
        let remedy: String?
    }

    private func doctor(_ runner: CommandRunner, _ arguments: String...) throws -> (CommandStatus, [String: Check]) {
        let places = [
            "--warehouse", runner.path("w.db"), "--raw", runner.path("raw"), "--movies", runner.path("movies"),
            "--events", runner.path("events"),
        ]
        let status = runner.run(["doctor", "--json"] + places + arguments)
        let report = try runner.json()
        #expect(report["ok"] as? Bool == (status == .done))
        let checks = (report["checks"] as? [[String: Any]] ?? []).map { check in
            (
                check["check"] as? String ?? "",
                Check(
                    outcome: check["outcome"] as? String ?? "", detail: check["detail"] as? String ?? "",
                    remedy: check["remedy"] as? String)
            )
        }
        // The first that is not well stands for its check.
        let byName = Dictionary(checks) { first, second in first.outcome == "ok" ? second : first }
        for (name, check) in byName { #expect((check.outcome == "ok") == (check.remedy == nil), "\(name)") }
        return (status, byName)
    }

    private func prepared() throws -> CommandRunner {
        let runner = try CommandRunner()
        try runner.write("movies/2026-11-20.ndjson", [#"{"id":603,"title":"T"}"#])
        try runner.write(
            "events/a.ndjson",
            [#"{"event_type":"view","event_time":"2026-11-20T18:03:22Z","user_id":1,"movie_id":603}"#])
        return runner
    }

    private func load(_ runner: CommandRunner) {
        let status = runner.run(
            "run", "--movies", runner.path("movies"), "--events", runner.path("events"), "--raw", runner.path("raw"),
            "--warehouse", runner.path("w.db"), "--now", "2026-11-24T00:00:00Z")
        #expect(status == .done, "\(runner.errors)")
    }

    @Test func aFreshFolderIsWell() throws {
        let runner = try prepared()
        let (status, checks) = try doctor(runner)
        #expect(status == .done)
        #expect(checks["warehouse"]?.detail.hasPrefix("none yet") == true)
        #expect(checks["raw store"]?.detail.hasPrefix("none yet") == true)
        #expect(checks["movies"]?.detail.hasPrefix("1 file in ") == true)
        for name in ["sqlite", "zstd", "zlib", "simdjson", "xxhash", "libcrypto", "JSON", "temporary files"] {
            #expect(checks[name]?.outcome == "ok", "\(name)")
        }
        for name in ["sqlite", "zstd", "zlib", "simdjson", "xxhash"] {
            #expect(checks[name]?.detail.contains(/^\d+\.\d+/) == true, "\(name)")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: runner.folder).sorted()
        #expect(names == ["events", "movies"], "doctor made something")
    }

    @Test func aLoadedWarehouseIsWell() throws {
        let runner = try prepared()
        load(runner)
        let (status, checks) = try doctor(runner)
        #expect(status == .done)
        for name in ["warehouse", "schema", "integrity", "last run", "disk space"] {
            #expect(checks[name] != nil, "\(name)")
        }
        #expect(checks["last run"]?.outcome == "ok")
        #expect(runner.run("doctor", "--warehouse", runner.path("w.db")) == .done)
        #expect(runner.output.contains("ok    integrity "))
    }

    private func inputs(
        _ runner: CommandRunner, movies: String, events: String, named: Set<SourcePort> = []
    ) -> [String: Finding.Outcome] {
        let findings = BackendChecks(
            warehouse: runner.path("w.db"), rawStore: runner.path("raw"), movies: [runner.path(movies)],
            events: [runner.path(events)], named: named
        ).findings.filter { ["movies", "events"].contains($0.subject) }
        return Dictionary(findings.map { ($0.subject, $0.outcome) }) { first, _ in first }
    }

    @Test func defaultsThatAreNotThereAreAWarning() throws {
        let runner = try CommandRunner()
        #expect(inputs(runner, movies: "movies", events: "events") == ["movies": .warn, "events": .warn])
        // Who names an input does not use the default of the other.
        let named = inputs(runner, movies: "movies", events: "events", named: [.events])
        #expect(named == ["movies": .ok, "events": .fail])
    }

    @Test func defaultsThatAreNotThereAreNoWarningWhereOthersWereLoaded() throws {
        let runner = try prepared()
        load(runner)
        #expect(inputs(runner, movies: "data/movies", events: "data/events") == ["movies": .ok, "events": .ok])
        #expect(inputs(runner, movies: "movies", events: "data/events") == ["movies": .ok, "events": .ok])
        // Folders that were loaded from and are gone are a warning.
        try FileManager.default.removeItem(atPath: runner.path("movies"))
        #expect(inputs(runner, movies: "movies", events: "events") == ["movies": .warn, "events": .ok])
    }

    @Test func eachFaultOfAWarehouseIsFound() throws {
        let runner = try prepared()
        load(runner)
        func expect(_ check: String, _ outcome: String, _ remedy: String, after sql: String, undo: String) throws {
            let connection = try Connection(path: runner.path("w.db"), access: .readWrite)
            try connection.execute(sql)
            let (status, checks) = try doctor(runner)
            #expect(status == (outcome == "fail" ? .failed : .done), "\(check)")
            #expect(checks[check]?.outcome == outcome, "\(checks)")
            #expect(checks[check]?.remedy?.contains(remedy) == true, "\(checks)")
            try connection.execute(undo)
        }
        try expect(
            "integrity", "fail", "load its sources",
            after: "INSERT INTO ratings VALUES (99, 2, 5.0, 0, x'00112233445566778899aabbccddeeff')",
            undo: "DELETE FROM ratings WHERE user_id = 99")
        try expect(
            "last run", "warn", "goes on from the last commit",
            after: "UPDATE load_run SET outcome = 'interrupted'", undo: "UPDATE load_run SET outcome = 'completed'")
        try expect(
            "warehouse", "fail", "newer", after: "INSERT INTO schema_migration VALUES (99, 'later', 0)",
            undo: "DELETE FROM schema_migration WHERE version = 99")
        try expect(
            "schema", "warn", "reelhouse migrate",
            after:
                "UPDATE schema_migration SET version = -version WHERE version = (SELECT max(version) FROM schema_migration)",
            undo: "UPDATE schema_migration SET version = -version WHERE version < 0")
        #expect(try doctor(runner).0 == .done)
    }

    @Test func whatIsNoWarehouseIsFound() throws {
        let runner = try prepared()
        try runner.write("w.db", Array(repeating: "this is no database", count: 100))
        let (status, checks) = try doctor(runner)
        #expect(status == .failed)
        #expect(checks["warehouse"]?.outcome == "fail")
        #expect(checks["warehouse"]?.remedy?.contains("--warehouse") == true)
        #expect(
            try doctor(runner, "--warehouse", runner.folder).1["warehouse"]?.detail.hasSuffix("is a folder") == true)
        #expect(try doctor(runner, "--warehouse", runner.path("no/where/w.db")).1["folder"]?.outcome == "fail")
        let other = try doctor(runner, "--warehouse", "postgresql://user:secret@host/movies")
        #expect(other.0 == .unreachable)
        #expect(!runner.output.contains("secret"))
    }

    @Test func inputsAndRawStoreAreLookedAt() throws {
        let runner = try prepared()
        let file = try runner.write("file", ["x"])
        #expect(try doctor(runner, "--raw", file).1["raw store"]?.outcome == "fail")
        #expect(try doctor(runner, "--events", runner.path("none")).1["events"]?.outcome == "fail")
        try FileManager.default.createDirectory(atPath: runner.path("empty"), withIntermediateDirectories: true)
        let status = runner.run(
            "doctor", "--movies", runner.path("empty"), "--events", runner.path("events"), "--raw", runner.path("raw"),
            "--warehouse", runner.path("w.db"))
        #expect(status == .done)
        #expect(runner.output.contains("warn  movies "))
        #expect(runner.output.contains("no files in \(runner.path("empty"))\n      → Put movies there"))
        #expect(runner.output.hasSuffix("\n1 warning.\n"))
    }

    @Test func aTemporaryFolderThatIsNotThereIsFound() {
        let findings = InstallationChecks.findings(temporaryFolder: "/no/such/folder")
        let temporary = findings.first { $0.subject == "temporary files" }
        #expect(temporary?.outcome == .fail)
        #expect(temporary?.remedy?.contains("TMPDIR") == true)
    }
}
