import Foundation
import TestSupport
import Testing

/// `validate` finds out from the first lines of a pipe whether they are movies or events, and then checks these lines
/// too.
@Suite struct PipeTests {
    private static let now = "--now 2026-11-27T00:00:00Z"
    private static let event =
        #"{"event_type":"view","event_time":"2026-11-20T10:00:01Z","user_id":1,"movie_id":603}"#
    private static let movie = #"{"id":603,"title":"T"}"#

    /// Runs a shell script in which `reelhouse` is the built command.
    private func bash(_ script: String, in folder: TemporaryFolder) throws -> ChildProcess.Result {
        let program = "reelhouse() { \"\(Program.path)\" \"$@\"; }\n"
        return try ChildProcess("/bin/bash", ["-c", program + script], currentFolder: folder.path).wait()
    }

    private func folder(_ lines: [String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.write("lines.ndjson", lines.joined(separator: "\n") + "\n")
        return folder
    }

    @Test(arguments: [
        "reelhouse validate \(now) --json <(cat lines.ndjson)", "cat lines.ndjson | reelhouse validate \(now) --json -",
        "cat lines.ndjson | reelhouse validate \(now) --json /dev/stdin",
        "gzip -c lines.ndjson | reelhouse validate \(now) --json -",
        "reelhouse validate \(now) --json - < lines.ndjson", "reelhouse validate \(now) --json < lines.ndjson -",
        "mkfifo f; cat lines.ndjson > f & timeout 60 \(Program.path) validate \(now) --json f",
        "mkfifo f; cat lines.ndjson > f & timeout 60 \(Program.path) validate \(now) --json f f",
        "cat lines.ndjson | reelhouse validate \(now) --json - /dev/stdin",
        "cat lines.ndjson | reelhouse validate \(now) --as events --json -",
    ])
    func everyLineIsRead(script: String) throws {
        let folder = try folder(["{bad"] + Array(repeating: Self.event, count: 3000) + ["{bad"])
        let result = try bash(script, in: folder)
        #expect(result.status == 0, "\(result.errors)")
        let report = try Program.object(result.output)
        #expect(report["read"] as? Int == 3002)
        #expect(report["rejected"] as? Int == 2)
    }

    @Test func severalPipesAreOfTheirOwnStreams() throws {
        let folder = try folder([Self.event, Self.event])
        try folder.write("m.ndjson", Self.movie + "\n")
        let result = try bash(
            "reelhouse validate \(Self.now) --json <(cat lines.ndjson) <(cat m.ndjson) m.ndjson", in: folder)
        #expect(result.status == 0, "\(result.errors)")
        let sources = try #require(try Program.object(result.output)["sources"] as? [[String: Any]])
        #expect(sources.compactMap { $0["port"] as? String }.sorted() == ["events", "movies", "movies"])
        #expect(sources.compactMap { $0["read"] as? Int }.reduce(0, +) == 4)
    }

    /// The first line is enough: the check does not wait for the end of a slow pipe.
    @Test func aNamedPipeIsToldWhileItIsOpen() throws {
        let folder = try folder([Self.event])
        let script = """
            mkfifo f; (cat lines.ndjson; sleep 1; cat lines.ndjson) > f &
            timeout 60 \(Program.path) validate \(Self.now) --json f
            """
        #expect(try Program.object(try bash(script, in: folder).output)["read"] as? Int == 2)
    }

    /// A file whose lines do not show its port gets the port of the files in its folder, or else that of the other
    /// files.
    @Test(
        arguments: [
            (["in"], ["in/README.md": "movies", "in/x.csv": "movies"]),
            (["in/README.md", "e.ndjson"], ["in/README.md": "events"]),
            (["in/README.md", "in/m.ndjson", "e.ndjson", "f.ndjson"], ["in/README.md": "movies"]),
            (["sub/README.md", "in/m.ndjson", "e.ndjson", "f.ndjson"], ["sub/README.md": "events"]),
            (["in/x.csv", "--movies", "in/m.ndjson"], ["in/x.csv": "movies"]),
            (["-", "e.ndjson"], ["-": "events"]),
        ] as [([String], [String: String])])
    func whatDoesNotTellIsTakenForWhatTheOthersAre(paths: [String], ports: [String: String]) throws {
        let folder = try folder([Self.event])
        for name in ["in/README.md", "sub/README.md"] { try folder.write(name, "# Data\n\nof today\n") }
        try folder.write("in/x.csv", "a,b\n1,2\n")
        try folder.write("in/m.ndjson", Self.movie + "\n")
        for name in ["e.ndjson", "f.ndjson"] { try folder.write(name, Self.event + "\n") }
        let result = try Program.start(
            ["validate", "--now", "2026-11-27T00:00:00Z", "--json"] + paths, input: Array("no\n".utf8), in: folder
        ).wait()
        #expect(result.status == 3, "\(result.errors)")
        let report = try Program.object(result.output)
        let sources = try #require(report["sources"] as? [[String: Any]])
        for source in sources {
            let name = try #require(source["source"] as? String)
            guard let port = ports[name] ?? (name.contains("stdin") ? ports["-"] : nil) else { continue }
            #expect(source["port"] as? String == port, "\(name)")
            let rule = name.hasSuffix(".csv") ? "unsupported_file" : "malformed_json"
            let rules = source["rejected_by_rule"] as? [String: Int] ?? [:]
            #expect(rules.keys.sorted() == [rule], "\(name): \(rules)")
        }
        #expect(sources.count { ports[$0["source"] as? String ?? ""] != nil } == ports.count, "\(sources)")
    }

    @Test func aFolderInWhichNothingTellsIsWrongUsage() throws {
        let folder = try folder([])
        for name in ["in/README.md", "in/a.md"] { try folder.write(name, "# Data\n") }
        let result = try Program.run("validate", "in", in: folder)
        #expect(result.status == 2)
        #expect(
            result.errors.contains(
                "Cannot tell whether in/README.md holds movies or events: line 1 is not a JSON object"))
    }

    @Test(arguments: [
        ("", "it has no lines"), ("x\\n", "line 1 is not a JSON object"),
        ("\\n\\n[1\\n", "line 1 is not a JSON object"),
        ("{\"a\":1}\\n", "line 1 has the keys of neither"),
        ("a,b\\n1,2\\n", "line 1 is not a JSON object. The file looks like CSV"),
    ])
    func whatDoesNotTellSaysWhy(text: String, reason: String) throws {
        let folder = try folder([])
        let result = try bash("printf '\(text)' | reelhouse validate -", in: folder)
        #expect(result.status == 2)
        let sentence = "Cannot tell whether standard input holds movies or events: \(reason)"
        #expect(result.errors.contains(sentence), "\(result.errors)")
        #expect(result.errors.contains("--as movies"))
    }
}
