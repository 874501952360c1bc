import Foundation
import TestSupport
import Testing

/// The example lines of `schema/EVENTS.md` and `schema/MOVIES.md` are accepted, and give the rows that the pages show.
@Suite struct InputPageTests {
    @Test(arguments: [("schema/EVENTS.md", "events", 20), ("schema/MOVIES.md", "movies", 3)])
    func everyLineGivesWhatThePageSays(_ page: String, _ port: String, _ least: Int) throws {
        let examples = try PageBlocks(page: page).blocks.filter { $0.language == "json" }
        #expect(examples.count >= least)
        for example in examples {
            #expect(!example.text.contains("\n"), "one line to copy")
            let folder = try TemporaryFolder(inMemory: true)
            try folder.write("line.ndjson", example.text + "\n")
            let day = port == "movies" ? ["--snapshot-date", "2026-11-20"] : []
            let arguments = ["run", "--\(port)", "line.ndjson", "-w", "w.db", "--raw", "raw", "--now", Program.now]
            let run = try RunResult(Program.start(arguments + ["--json"] + day, in: folder).wait().output)
            #expect(run.accepted == 1 && run.count("warnings") == 0, "\(example.text)")
            let expectations = example.after.filter { $0.hasPrefix("* `") }
            #expect(!expectations.isEmpty, "the page says what it gives: \(example.text)")
            for expectation in expectations { try Self.check(expectation, in: folder) }
        }
    }

    /// `* `ratings`: `user_id` 4711, `score` 8.5`, or `no row`.
    private static func check(_ expectation: String, in folder: TemporaryFolder) throws {
        let parts = expectation.split(separator: "`: ", maxSplits: 1).map(String.init)
        let table = String(parts[0].dropFirst(3))
        var condition = "1"
        if parts[1] != "no row" {
            for field in parts[1].dropFirst().components(separatedBy: ", `") {
                let pair = field.components(separatedBy: "` ")
                let value = pair[1] == "null" ? "NULL" : "'\(pair[1])'"
                condition += " AND CAST(\"\(pair[0])\" AS TEXT) IS \(value)"
            }
        }
        let sql = "SELECT count(*) AS n FROM \(table) WHERE \(condition)"
        let result = try Program.run("query", "-w", "w.db", "-f", "ndjson", sql, in: folder)
        let expected = parts[1] == "no row" ? 0 : 1
        #expect(result.output == "{\"n\":\(expected)}\n", "\(expectation): \(result.output)\(result.errors)")
    }

    /// Each type and each rule of events is on the page.
    @Test func thePagesAreComplete() throws {
        let events = try String(contentsOfFile: DemoFolder.repository + "/schema/EVENTS.md", encoding: .utf8)
        let examples = try PageBlocks(page: "schema/EVENTS.md").texts("json").joined()
        for type in [
            "click", "view", "share", "trailer", "dwell", "search", "watch", "rate", "like", "dislike", "comment",
            "comment_vote", "watchlist",
        ] { #expect(examples.contains("\"event_type\":\"\(type)\""), "\(type)") }
        let folder = try TemporaryFolder()
        let rules = try Program.run("explain", "--json", in: folder).output
        let list = try #require(JSONSerialization.jsonObject(with: Data(rules.utf8)) as? [[String: Any]])
        for rule in list {
            let (name, stream) = (rule["rule"] as? String ?? "", rule["stream"] as? String ?? "")
            guard stream == "events" else { continue }
            #expect(events.contains("| `\(name)` |"), "\(name)")
        }
    }
}
