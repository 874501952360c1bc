import TestSupport
import Testing

/// A run reports a source whose lines clearly belong to the other port.
@Suite struct WrongPortTests {
    private static let event =
        #"{"event_type":"view","event_time":"2026-11-20T10:00:01Z","user_id":1,"movie_id":603}"#
    private static let movie = #"{"id":603,"title":"T"}"#

    @Test(
        arguments: [
            ("movies", [event, event], "events"), ("events", [movie, "x", movie], "movies"),
            ("events", [event, movie], nil),
            ("events", ["x"], nil), ("movies", [#"{"title":"T"}"#], nil), ("events", [#"{"event_type":"view"}"#], nil),
            ("events", [], nil),
        ] as [(String, [String], String?)])
    func theOtherStreamIsNamed(port: String, lines: [String], other: String?) throws {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.write("x.ndjson", lines.map { $0 + "\n" }.joined())
        let places = ["--warehouse", "w.db", "--raw", "raw", "--now", Program.now]
        let run = try Program.start(["run", "--\(port)", "x.ndjson"] + places, in: folder).wait()
        let json = try Program.start(["run", "--json", "--reload", "--\(port)", "x.ndjson"] + places, in: folder).wait()
        let check = try Program.run("validate", "--now", Program.now, "--\(port)", "x.ndjson", in: folder)
        for text in [run.output, check.errors] {
            let sentence = "Every line of x.ndjson was rejected: these look like \(other ?? "")"
            #expect(text.contains(sentence) == (other != nil), "\(text)")
            if let other { #expect(text.contains("; use --\(other)"), "\(text)") }
        }
        let sources = try #require(try Program.object(json.output)["sources"] as? [[String: Any]])
        #expect(sources[0]["looks_like"] as? String == other)
        let checked = try Program.run("validate", "--json", "--now", Program.now, "--\(port)", "x.ndjson", in: folder)
        let found = try #require(try Program.object(checked.output)["sources"] as? [[String: Any]])
        #expect(found[0]["looks_like"] as? String == other)
    }

    @Test(
        arguments: [("events", 3, 1, "movies"), ("movies", 1, 2, "events"), ("events", 2, 2, nil)]
            as [(String, Int, Int, String?)])
    func whereMostLinesAreOfTheOtherStreamTheyAreCounted(port: String, movies: Int, events: Int, other: String?) throws
    {
        let folder = try TemporaryFolder(inMemory: true)
        let lines = Array(repeating: Self.movie, count: movies) + Array(repeating: Self.event, count: events)
        try folder.write("x.ndjson", lines.map { $0 + "\n" }.joined())
        let places = ["--warehouse", "w.db", "--raw", "raw", "--now", Program.now, "--\(port)", "x.ndjson"]
        let run = try Program.start(["run"] + places, in: folder).wait()
        let check = try Program.run("validate", "--now", Program.now, "--\(port)", "x.ndjson", in: folder)
        #expect(run.status == 0 && check.status == 0)
        for text in [run.output, check.output + check.errors] {
            let words = "\(max(movies, events)) of \(movies + events) lines of x.ndjson look like \(other ?? "")"
            #expect(text.contains(words) == (other != nil), "\(text)")
        }
    }
}
