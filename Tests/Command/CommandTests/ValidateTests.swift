import Foundation
import Testing

@testable import reelhouse

@Suite struct ValidateTests {
    private static let now = ["--now", "2026-11-24T00:00:00Z"]
    private static let view =
        #"{"event_type":"view","event_time":"2026-11-20T18:03:22Z","user_id":1,"movie_id":603}"#
    private static let movie = #"{"id":603,"title":"The Title","vote_count":5}"#
    private static let events = [
        view, "", #"{"event_type":"view","event_time":"2026-11-20T18:03:22Z","user_id":0,"movie_id":603}"#,
        #"{"event_type":"view""#, view, #"{"event_type":"view","event_time":5,"user_id":1,"movie_id":603}"#,
        #"{"event_type":"view","event_time":"2026-11-20T18:03:22Z","user_id":-1,"movie_id":603}"#,
    ]

    private func run(_ runner: CommandRunner, _ arguments: String...) -> CommandStatus {
        runner.run(["validate"] + Self.now + arguments)
    }

    private func counts(_ object: [String: Any]) -> [Int?] {
        ["read", "valid", "rejected", "warnings"].map { object[$0] as? Int }
    }

    @Test func itCountsAndShowsWhatBreaksARule() throws {
        let runner = try CommandRunner()
        let path = try runner.write("events/a.ndjson", Self.events)
        #expect(run(runner, "--events", path, "--json") == .done)
        let report = try runner.json()
        #expect(counts(report) == [6, 2, 4, 0])
        #expect(
            report["rejected_by_rule"] as? [String: Int] == [
                "malformed_json": 1, "event_time_out_of_range": 1, "invalid_user_id": 2,
            ])
        let sources = try #require(report["sources"] as? [[String: Any]])
        #expect(sources.count == 1)
        #expect(sources[0]["source"] as? String == path)
        #expect(sources[0]["port"] as? String == "events")
        #expect(sources[0]["damaged"] as? Bool == false)
        #expect(counts(sources[0]) == [6, 2, 4, 0])
        let examples = try #require(report["examples"] as? [[String: Any]])
        // The most frequent rule first, each rule's lines in their order.
        #expect(
            examples.map { $0["rule"] as? String } == [
                "invalid_user_id", "invalid_user_id", "malformed_json", "event_time_out_of_range",
            ])
        #expect(examples.map { $0["line"] as? Int } == [3, 7, 4, 6])
        let offset = Self.view.utf8.count + 2
        #expect(examples[0]["byte_offset"] as? Int == offset)
        #expect(examples[0]["source"] as? String == path)
        #expect(examples[0]["message"] as? String == "user_id is 0; expected an integer from 1")
    }

    @Test func theTextSaysTheSame() throws {
        let runner = try CommandRunner()
        let path = try runner.write("events/a.ndjson", Self.events)
        #expect(run(runner, "--events", path, "--limit", "1") == .done)
        #expect(runner.output.hasPrefix("Some lines would be rejected: 6 lines read, 4 rejected, 0 warnings\n"))
        let offset = Self.view.utf8.count + 2
        #expect(runner.output.contains("\n  \(path):3:\(offset)  user_id is 0; expected an integer from 1\n"))
        #expect(runner.output.contains("… and 1 line more"))
        #expect(!runner.output.contains("user_id is -1"))
        #expect(run(runner, "--events", path, "--quiet") == .done)
        #expect(runner.output.split(separator: "\n").count == 1)
        #expect(run(runner, "--events", path, "--limit", "0") == .done)
        #expect(!runner.output.contains("user_id is"))
    }

    @Test func itLoadsNothing() throws {
        let runner = try CommandRunner()
        try runner.write("events/a.ndjson", Self.events)
        #expect(run(runner, runner.folder) == .done)
        #expect(try FileManager.default.contentsOfDirectory(atPath: runner.folder) == ["events"])
        #expect(run(runner, "--help") == .done)
    }

    @Test(arguments: [
        (["--max-rejects", "4"], CommandStatus.done), (["--max-rejects", "3"], .notAllTaken),
        (["--max-rejects", "70%"], .done), (["--max-rejects", "0.5"], .notAllTaken), (["--max-rejects", "x"], .usage),
        (["--limit", "-1"], .usage), (["--as", "people"], .usage),
    ])
    func theExitStatusSaysWhetherAllWasTaken(options: [String], status: CommandStatus) throws {
        let runner = try CommandRunner()
        let path = try runner.write("a.ndjson", Self.events)
        #expect(runner.run(["validate", "--events", path] + Self.now + options) == status)
    }

    @Test func aDamagedFileIsNotAllTaken() throws {
        let runner = try CommandRunner()
        let path = try runner.write("events/a.ndjson", [Self.view])
        // The head of a gzip stream and nothing after it.
        try Data([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]).write(to: URL(fileURLWithPath: runner.path("events/b.gz")))
        #expect(run(runner, runner.path("events"), "--json") == .notAllTaken)
        let report = try runner.json()
        #expect(report["rejected_by_rule"] as? [String: Int] == ["damaged_file": 1])
        let sources = try #require(report["sources"] as? [[String: Any]])
        #expect(sources.map { $0["damaged"] as? Bool } == [false, true])
        #expect(run(runner, path, "--max-rejects", "0") == .done)
    }

    @Test func aPathIsToldByItsContent() throws {
        let runner = try CommandRunner()
        try runner.write("mixed/a.ndjson", ["", "{", Self.view])
        try runner.write("mixed/b.ndjson", [#"{"id":1,"title":""}"#, Self.movie])
        try runner.write(
            "mixed/c.ndjson", [#"{"action_type":"view","timestamp":1763661802517,"user_id":1,"movie_id":2}"#])
        try runner.write("mixed/d_11_20_2026.json", [#"{"adult":false,"id":3,"original_title":"T","popularity":1.5}"#])
        #expect(run(runner, runner.path("mixed"), "--json") == .done)
        let report = try runner.json()
        let sources = try #require(report["sources"] as? [[String: Any]])
        let ports = sources.map { source in
            "\((source["source"] as? String ?? "").suffix(8)) \(source["port"] as? String ?? "")"
        }
        #expect(ports == ["b.ndjson movies", "026.json movies", "a.ndjson events", "c.ndjson events"])
        #expect(report["rejected_by_rule"] as? [String: Int] == ["malformed_json": 1, "missing_title": 1])
    }

    @Test func aPathThatDoesNotTellAsksForIt() throws {
        let runner = try CommandRunner()
        let path = try runner.write("a.ndjson", ["[]", #"{"x":1}"#])
        #expect(run(runner, path) == .usage)
        #expect(
            runner.errors.contains(
                "Cannot tell whether \(path) holds movies or events: line 2 has the keys of neither"))
        #expect(runner.errors.contains("--as movies"))
        for (port, rule) in [("movies", "invalid_movie_id"), ("events", "unknown_event_type")] {
            #expect(run(runner, path, "--as", port, "--json") == .notAllTaken)
            let report = try runner.json()
            #expect(report["rejected_by_rule"] as? [String: Int] == ["malformed_json": 1, rule: 1])
        }
    }

    @Test func aFileMetTwiceIsReadOnce() throws {
        let runner = try CommandRunner()
        let path = try runner.write("a.ndjson", Self.events)
        try runner.write("b.ndjson", Self.events)
        #expect(run(runner, "--events", path, runner.path("b.ndjson"), path, "--json") == .done)
        let report = try runner.json()
        #expect(counts(report) == [6, 2, 4, 0])
        let sources = try #require(report["sources"] as? [[String: Any]])
        #expect(sources.map { $0["repeated"] as? Bool } == [false, true, true])
    }

    @Test func warningsAreCounted() throws {
        let runner = try CommandRunner()
        let path = try runner.write("m.ndjson", [#"{"id":1,"title":"T","budget":"much","genres":[{"id":0}]}"#])
        #expect(run(runner, "--movies", path, "--json") == .done)
        #expect(counts(try runner.json()) == [1, 1, 0, 2])
    }

    @Test func warningsSayWhy() throws {
        let runner = try CommandRunner()
        let long = String(repeating: "k", count: 600)
        let first = #"{"id":1,"title":"T","budget":"much","genres":[{"id":0}]}"#
        let movies = try runner.write(
            "m.ndjson", [first, #"{"id":0,"budget":"much"}"#, #"{"id":2,"title":"T","budget":[]}"#])
        let events = try runner.write("e.ndjson", [Self.view.dropLast() + #","session_id":"\#(long)"}"#])
        #expect(run(runner, "--movies", movies, "--events", events, "--json", "--limit", "1") == .done)
        let report = try runner.json()
        #expect(counts(report) == [4, 3, 1, 4])
        let total = ["budget_invalid": 2, "genre_dropped": 1, "session_id_too_long": 1]
        #expect(report["warnings_by_reason"] as? [String: Int] == total)
        let sources = try #require(report["sources"] as? [[String: Any]])
        #expect(
            sources.map { $0["warnings_by_reason"] as? [String: Int] } == [
                ["budget_invalid": 2, "genre_dropped": 1], ["session_id_too_long": 1],
            ])
        let examples = try #require(report["warning_examples"] as? [[String: Any]])
        #expect(
            examples.map { $0["reason"] as? String } == ["budget_invalid", "genre_dropped", "session_id_too_long"])
        #expect(examples.map { $0["line"] as? Int } == [1, 1, 1])
        #expect(examples[0]["source"] as? String == movies)
        #expect(examples[0]["message"] as? String == #"budget is "much"; expected an integer from 0"#)
        #expect(examples[0]["consequence"] as? String == "made null")

        #expect(run(runner, "--movies", movies, "--limit", "1") == .done)
        #expect(
            runner.output.contains(
                "\nbudget_invalid  (made null)\n  \(movies):1:0  budget is \"much\"; expected an integer from 0\n"
                    + "  … and 1 warning more (--limit)\n\ngenre_dropped  (the entry is dropped)\n"))
        #expect(runner.output.contains("movies  budget_invalid      2\n"))
        #expect(run(runner, "--movies", movies, "--limit", "2") == .done)
        let offset = first.utf8.count + 1 + 25
        #expect(runner.output.contains("\(movies):3:\(offset)  budget is an array; expected an integer from 0\n"))
    }

    @Test func aRunCountsThemToo() throws {
        let runner = try CommandRunner()
        let movies = try runner.write(
            "m.ndjson", [#"{"id":1,"title":"T","budget":"much","genres":[{"id":0},{"id":"x"}]}"#])
        let long = String(repeating: "k", count: 600)
        let events = try runner.write("e.ndjson", [Self.view.dropLast() + #","session_id":"\#(long)"}"#])
        let arguments =
            ["run"] + Self.now + ["--movies", movies, "--events", events]
            + ["--warehouse", runner.path("w.db"), "--raw", runner.path("raw")]
        #expect(runner.run(arguments + ["--json", "--dry-run"]) == .done)
        let report = try runner.json()
        #expect(report["warnings"] as? Int == 4)
        #expect(
            report["warnings_by_reason"] as? [String: Int] == [
                "genre_dropped": 2, "budget_invalid": 1, "session_id_too_long": 1,
            ])
        #expect(runner.run(arguments) == .done)
        #expect(
            runner.output.contains(
                "\n4 warnings: 2 genre_dropped, 1 budget_invalid, 1 session_id_too_long; see `reelhouse validate`.\n"))
    }

    /// In parallel and in chunks: the counts of many lines are those of their parts, the examples the first ones.
    @Test func manyLinesAreCountedInTheirOrder() throws {
        let runner = try CommandRunner()
        let lines = (0..<60_000).map { $0 % 7 == 3 ? "{\"line\":\($0)" : Self.view }
        let path = try runner.write("a.ndjson", lines)
        #expect(run(runner, "--events", path, "--json", "--limit", "5") == .done)
        let report = try runner.json()
        #expect(counts(report) == [60_000, 60_000 - 8571, 8571, 0])
        let examples = try #require(report["examples"] as? [[String: Any]])
        #expect(examples.map { $0["line"] as? Int } == [4, 11, 18, 25, 32])
    }

    @Test func whatIsNotThereIsAnError() throws {
        let runner = try CommandRunner()
        #expect(run(runner, runner.path("none")) == .failed)
        #expect(runner.errors.contains("there is no such file or folder"))
        #expect(run(runner, "kafka://host/topic") == .usage)
        #expect(run(runner, "--events", "kafka://user:secret@host/topic") == .usage)
        #expect(!runner.errors.contains("secret"))
    }
}
