import TestSupport
import Testing

/// `run` and `validate` count events that were accepted without a part of their payload.
@Suite struct MisplacedKeyTests {
    @Test func keysInTheWrongPlaceAreCounted() throws {
        let folder = try TemporaryFolder(inMemory: true)
        func line(_ second: Int, _ rest: String) -> String {
            #"{"event_type":"watch","event_time":"2026-11-20T10:00:0\#(second)Z","user_id":1,"movie_id":603\#(rest)}"#
        }
        let lines = (1...4).map { line($0, #","watched_seconds":8"#) } + [line(5, #","metadata":{"seconds":8}"#)]
        try folder.write("e.ndjson", lines.map { $0 + "\n" }.joined())
        let input = ["--events", "e.ndjson", "--now", Program.now]
        let places = ["--warehouse", "w.db", "--raw", "raw"]
        let sentences = [
            "4 lines have watched_seconds beside metadata, where it is not read; it belongs inside metadata "
                + "(such as e.ndjson:1, e.ndjson:2, e.ndjson:3).",
            "1 line has seconds inside metadata, where it is not read; watch takes watched_seconds inside metadata "
                + "(e.ndjson:5).",
        ]
        for arguments in [["run"] + input + places, ["validate"] + input] {
            let text = try Program.start(arguments, in: folder).wait()
            #expect(text.status == 0)
            for sentence in sentences { #expect(text.output.contains(sentence), "\(text)") }
            let again = arguments + (arguments[0] == "run" ? ["--json", "--reload"] : ["--json"])
            let object = try Program.object(try Program.start(again, in: folder).wait().output)
            #expect(object["misplaced"] as? [String: Int] == ["watched_seconds": 4, "metadata.seconds": 1])
            #expect((object["misplaced_examples"] as? [Any])?.count == 4)
            #expect(object["warnings"] as? Int == 0)
        }
    }
}
