import Foundation
import TestSupport
import Testing

/// The built command, run as a person or a job runs it.
enum Program {
    /// Beside the tests themselves.
    static let path: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let folder = URL(fileURLWithPath: tests).deletingLastPathComponent()
        let beside = folder.appendingPathComponent("reelhouse").path
        if FileManager.default.isExecutableFile(atPath: beside) { return beside }
        // Where another program runs the tests, it has the path of their bundle.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? ""
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("reelhouse").path
    }()

    /// The clock of these runs.
    static let now = "2026-11-21T00:00:00Z"

    static func start(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:], in folder: TemporaryFolder
    ) throws -> ChildProcess {
        try ChildProcess(path, arguments, input: input, environment: environment, currentFolder: folder.path)
    }

    @discardableResult
    static func run(
        _ arguments: String..., input: [UInt8] = [], in folder: TemporaryFolder
    ) throws -> ChildProcess.Result {
        try start(arguments, input: input, in: folder).wait()
    }

    /// Loads into `w.db` of a folder under the clock of the tests, and says what `--json` prints.
    static func load(
        _ arguments: String..., input: [UInt8] = [], in folder: TemporaryFolder, status: Int32 = 0
    ) throws -> RunResult {
        let all = ["run", "--warehouse", "w.db", "--raw", "raw", "--now", now, "--json"] + arguments
        let result = try start(all, input: input, in: folder).wait()
        #expect(result.status == status, "\(arguments): \(result.output) \(result.errors)")
        return try RunResult(result.output)
    }

    /// A JSON object that the command printed.
    static func object(_ text: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }
}

/// What `run --json` prints.
struct RunResult {
    let object: [String: Any]

    init(_ text: String) throws { object = try Program.object(text) }

    func count(_ name: String) -> Int { object[name] as? Int ?? -1 }
    var read: Int { count("read") }
    var accepted: Int { count("accepted") }
    var duplicates: Int { count("duplicates") }
    var rejected: Int { count("rejected") }
    var outcome: String { object["outcome"] as? String ?? "" }
    var rejectedByRule: [String: Int] { object["rejected_by_rule"] as? [String: Int] ?? [:] }
    var rows: [String: Int] { object["rows"] as? [String: Int] ?? [:] }
    var sources: [[String: Any]] { object["sources"] as? [[String: Any]] ?? [] }
    var states: [String] { sources.map { $0["state"] as? String ?? "" } }
}

/// A few lines that show a bit of everything.
enum SampleLines {
    static let movies = """
        {"id":603,"title":"The Lantern","release_date":"1999-03-31","genres":[{"id":28,"name":"Action"}],"vote_count":100}
        {"id":604,"original_title":"Le Phare","title":" ","release_date":"2003-13-01","genres":[]}
        {"id":0,"title":"No id"}
        {"id":605}

        """
    static let events = """
        {"event_id":"0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11","event_type":"rate","event_time":"2026-11-20T18:03:22.517Z",\
        "user_id":4711,"movie_id":603,"metadata":{"score":8.5}}
        {"event_id":"0B54F0C6-0d1c-4d3b-9a57-1f6b1a3c9e11","event_type":"rating","event_time":1795197802517,\
        "user_id":"4711","movie_id":603,"metadata":{"score":"8.50"}}
        {"event_id":"0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11","event_type":"rate","event_time":1795197802517,\
        "user_id":4711,"movie_id":603,"metadata":{"score":3}}
        {"event_type":"rate","event_time":1795197802518,"user_id":4711,"movie_id":603,"metadata":{"score":11}}
        {"event_type":"click","event_time":1795197802519,"user_id":4711,"movie_id":999}
        {"event_type":"click"

        """

    static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("data/movies/2026-11-20.ndjson", movies)
        try folder.write("data/events/a.ndjson", events)
        return folder
    }

    private static func event(_ type: String, _ second: Int, _ user: Int, _ rest: String) -> String {
        let time = 1_795_000_000_000 + second * 1000
        return "{\"event_type\":\"\(type)\",\"event_time\":\(time),\"user_id\":\(user),\"movie_id\":603,\(rest)}\n"
    }

    /// A line or more for each table of behaviour, all by one user.
    static func behaviour(_ first: Int) -> String {
        let session = "\"session_id\":\"s\(first)\",\"session\":{\"device\":\"tv\"}"
        return event("rate", first, first, "\(session),\"metadata\":{\"score\":8}")
            + event("watch", first + 1, first, "\"metadata\":{\"watched_seconds\":60}")
            + event("like", first + 2, first, session)
            + event("watchlist", first + 3, first, "\"metadata\":{\"status\":\"planned\"}")
            + event("comment", first + 4, first, "\"metadata\":{\"comment_id\":\"c\(first)\",\"body\":\"b\"}")
            + event("comment_vote", first + 5, first, "\"metadata\":{\"comment_id\":\"c\(first)\",\"vote\":1}")
    }

    /// Lines of distinct events, all of which are accepted.
    static func clicks(_ count: Int, from first: Int = 0) -> [UInt8] {
        (first..<(first + count)).flatMap { number in
            Array(
                "{\"event_type\":\"click\",\"event_time\":\(1_795_000_000_000 + number),\"user_id\":\(number % 50 + 1),\"movie_id\":1}\n"
                    .utf8)
        }
    }
}
