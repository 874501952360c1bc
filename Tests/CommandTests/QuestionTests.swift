import Foundation
import TestSupport
import Testing

/// The questions of `schema/QUESTIONS.md`: each runs, gives the right numbers, and never scans a table for each row of
/// another.
@Suite struct QuestionTests {
    /// Title to SQL, as the page has them.
    static let questions: [(title: String, sql: String)] = {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("schema/QUESTIONS.md")
        let text = (try? String(contentsOf: page, encoding: .utf8)) ?? ""
        return text.components(separatedBy: "\n## ").dropFirst().map { section in
            let title = section.prefix { $0 != "\n" }
            let sql = section.components(separatedBy: "```sql\n").dropFirst().first ?? ""
            return (String(title), sql.components(separatedBy: "```").first ?? "")
        }
    }()

    private static let movies = """
        {"id":603,"title":"The Lantern","release_date":"2026-10-30","vote_count":100,"genres":[{"id":28,"name":"Action"},{"id":18,"name":"Drama"}]}
        {"id":604,"title":"Harbour","release_date":"2026-11-18","vote_count":50,"genres":[{"id":18,"name":"Drama"}]}
        {"id":605,"title":"Unseen","release_date":"2020-01-01","vote_count":70}
        {"id":606,"title":"Unknown","vote_count":7}

        """

    /// Times of October and November 2026; a line: type, time, user, movie, session, and what the payload is.
    private static let events: [(type: String, time: String, user: Int, movie: Int, rest: String)] = [
        // User 4711 goes through the funnel of 603 in order; user 2 watches before the trailer; user 3 only views.
        ("view", "2026-10-31T10:00:00Z", 4711, 603, #""session_id":"a","session":{"device":"mobile"}"#),
        ("trailer", "2026-10-31T10:01:00Z", 4711, 603, #""session_id":"a","metadata":{"seconds":30}"#),
        ("watch", "2026-10-31T10:10:00Z", 4711, 603, #""session_id":"a","metadata":{"watched_seconds":5400}"#),
        ("rate", "2026-10-31T12:00:00Z", 4711, 603, #""session_id":"a","metadata":{"score":9}"#),
        ("view", "2026-11-01T09:00:00Z", 2, 603, #""session_id":"b","session":{"device":"tv"}"#),
        ("watch", "2026-11-01T09:10:00Z", 2, 603, #""session_id":"b","metadata":{"watched_seconds":600}"#),
        ("trailer", "2026-11-01T09:20:00Z", 2, 603, #""session_id":"b","metadata":{"seconds":10}"#),
        ("rate", "2026-11-01T09:30:00Z", 2, 603, #""metadata":{"score":8}"#),
        ("view", "2026-11-02T09:00:00Z", 3, 603, #""session_id":"c""#),
        // Both watch 604 too, one without a view.
        ("watch", "2026-11-20T20:00:00Z", 4711, 604, #""metadata":{"watched_seconds":100}"#),
        ("watch", "2026-11-20T21:00:00Z", 2, 604, #""metadata":{"watched_seconds":100}"#),
        ("rate", "2026-11-20T22:00:00Z", 2, 604, #""metadata":{"score":3}"#),
        // One search leads to a watch within the hour, one does not, one user never watches.
        ("search", "2026-11-20T19:30:00Z", 4711, 0, #""metadata":{"query":"Harbour"}"#),
        ("search", "2026-11-20T18:30:00Z", 4711, 0, #""metadata":{"query":"Boats"}"#),
        ("search", "2026-11-20T18:30:00Z", 3, 0, #""metadata":{"query":"boats"}"#),
        ("comment", "2026-11-03T10:00:00Z", 2, 603, #""metadata":{"comment_id":"c1","body":"First"}"#),
        ("comment", "2026-11-03T11:00:00Z", 3, 603, #""metadata":{"comment_id":"c2","body":"Second"}"#),
        (
            "comment", "2026-11-03T12:00:00Z", 4711, 603,
            #""metadata":{"comment_id":"c3","parent_id":"c1","body":"Answer"}"#
        ),
        ("comment", "2026-11-03T12:00:01Z", 4711, 603, #""metadata":{"comment_id":"c3","deleted":true}"#),
        (
            "comment", "2026-11-03T13:00:00Z", 2, 603,
            #""metadata":{"comment_id":"c4","parent_id":"c3","body":"To that"}"#
        ),
        ("watchlist", "2026-11-04T10:00:00Z", 3, 603, #""metadata":{"status":"planned"}"#),
        ("watchlist", "2026-11-04T10:00:00Z", 2, 603, #""metadata":{"status":"planned"}"#),
        ("watchlist", "2026-11-04T10:00:00Z", 4711, 605, #""metadata":{"status":"planned"}"#),
    ]

    /// What the page's questions give, worked out by hand.
    private static let answers: [String: [String]] = [
        // 4711: all four. 2: a trailer after the view, but no watch after the trailer.
        "Funnel from view to rating": ["3,2,1,1"],
        "Viewed and then watched": ["603,2"],
        "Daily active users": [
            "2026-10-31,1,4", "2026-11-01,1,4", "2026-11-02,1,1", "2026-11-03,3,5", "2026-11-04,3,3", "2026-11-20,3,6",
        ],
        "Monthly active users": ["2026-10,1", "2026-11,3"],
        "Retention by cohort": ["2026-10,2026-10,1", "2026-10,2026-11,1", "2026-11,2026-11,2"],
        "Watched together": ["604,Harbour,2"],
        "Score by genre and month": [
            "Action,2026-10,9.0,1", "Action,2026-11,8.0,1", "Drama,2026-10,9.0,1", "Drama,2026-11,5.5,2",
        ],
        "Never watched": ["605,Unseen,70", "606,Unknown,7"],
        "What a user watched": [
            "2026-10-31 10:10:00,The Lantern,5400.0,9.0", "2026-11-20 20:00:00,Harbour,100.0,",
        ],
        "The comments on a movie": ["0,2,First", "1,4711,(deleted)", "2,2,To that", "0,3,Second"],
        // a: two hours; b: 20 minutes; c: one event.
        "Sessions by device": ["(unknown),1,1,0.0", "mobile,1,1,120.0", "tv,1,1,20.0"],
        "Searches without a watch": ["boats,2"],
        "Rated high by few": ["603,The Lantern,8.5,2"],
        // 603 after 1 and 2 days, 604 after 2 days, twice.
        "Days between release and watching": ["2 first week,4"],
        "Planned and not watched yet": ["603,The Lantern,1", "605,Unseen,1"],
    ]

    private static func warehouse() throws -> TemporaryFolder {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.write("movies.ndjson", movies)
        let lines = events.map { event in
            let movie = event.movie == 0 ? "" : "\"movie_id\":\(event.movie),"
            return
                "{\"event_type\":\"\(event.type)\",\"event_time\":\"\(event.time)\",\"user_id\":\(event.user),\(movie)\(event.rest)}\n"
        }
        try folder.write("events.ndjson", lines.joined())
        let loaded = try Program.load("--movies", "movies.ndjson", "--events", "events.ndjson", in: folder)
        #expect(loaded.rejected == 0 && loaded.accepted == lines.count + 4)
        return folder
    }

    private static func ask(_ sql: String, _ warehouse: String, in folder: TemporaryFolder) throws -> [String] {
        let result = try Program.run("query", "-w", warehouse, "-f", "csv", "-", input: Array(sql.utf8), in: folder)
        #expect(result.status == 0, "\(sql): \(result.errors)")
        return result.output.split(whereSeparator: \.isNewline).dropFirst().map(String.init)
    }

    @Test func thePageHasThem() {
        #expect(Self.questions.count >= 12)
        #expect(Set(Self.questions.map(\.title)) == Set(Self.answers.keys))
    }

    @Test func theyGiveTheRightNumbers() throws {
        let folder = try Self.warehouse()
        for question in Self.questions {
            #expect(try Self.ask(question.sql, "w.db", in: folder) == Self.answers[question.title], "\(question.title)")
        }
    }

    @Test func noneScansATableForEachRowOfAnother() throws {
        let input = try GeneratedInput.shared.get()
        for question in Self.questions {
            #expect(try Self.nestedScans(question.sql, in: input.folder) == [], "\(question.title)")
        }
        // What the check is for.
        for sql in [
            "SELECT count(*) FROM fact_user_event AS a JOIN fact_user_event AS b ON a.user_id = b.user_id",
            "SELECT count(*) FROM movies AS m WHERE NOT EXISTS (SELECT 1 FROM fact_user_event AS f WHERE f.movie_id = m.movie_id)",
        ] {
            #expect(try Self.nestedScans(sql, in: input.folder) != [], "\(sql)")
        }
    }

    /// The steps of a plan that read a whole table once for each row of something else, and the indexes that SQLite
    /// would make for one question (https://sqlite.org/eqp.html).
    private static func nestedScans(_ sql: String, in folder: TemporaryFolder) throws -> [String] {
        let plan = try Program.run(
            "query", "-w", "expected.db", "-f", "ndjson", "-", input: Array("EXPLAIN QUERY PLAN \(sql)".utf8),
            in: folder)
        #expect(plan.status == 0, "\(sql): \(plan.errors)")
        var faults: [String] = []
        var loops: [Int: Int] = [:]
        var correlated: Set<Int> = []
        for line in plan.output.split(whereSeparator: \.isNewline) {
            let step = try Program.object(String(line))
            let detail = step["detail"] as? String ?? ""
            let (id, parent) = (step["id"] as? Int ?? 0, step["parent"] as? Int ?? 0)
            if detail.hasPrefix("CORRELATED") || correlated.contains(parent) { correlated.insert(id) }
            let isLoop = detail.hasPrefix("SCAN") || detail.hasPrefix("SEARCH")
            if detail.hasPrefix("SCAN"), detail != "SCAN CONSTANT ROW",
                loops[parent, default: 0] > 0 || correlated.contains(parent)
            {
                faults.append(detail)
            }
            if detail.contains("AUTOMATIC") { faults.append(detail) }
            if isLoop { loops[parent, default: 0] += 1 }
        }
        return faults
    }
}
