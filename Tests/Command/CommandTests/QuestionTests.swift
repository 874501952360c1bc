import Foundation
import TestSupport
import Testing

/// The questions of `schema/QUESTIONS.md`: each runs, gives the right numbers, and never scans a table for each row of
/// another.
@Suite struct QuestionTests {
    /// A question of the page. Where there is one text, it is for both databases.
    struct Question {
        let title: String
        let sql: String
        let postgreSQL: String
    }

    /// The page's questions in its order.
    static let questions: [Question] = {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("schema/QUESTIONS.md")
        let text = (try? String(contentsOf: page, encoding: .utf8)) ?? ""
        return text.components(separatedBy: "\n## ").dropFirst().map { section in
            let title = section.prefix { $0 != "\n" }
            let blocks = section.components(separatedBy: "```sql\n").dropFirst().map {
                $0.components(separatedBy: "```").first ?? ""
            }
            let marks = section.matches(of: /\n(\w+):\n\n```sql\n/).map { String($0.1) }
            #expect(marks == (blocks.count == 1 ? [] : ["SQLite", "PostgreSQL"]), "\(title)")
            return Question(title: String(title), sql: blocks.first ?? "", postgreSQL: blocks.last ?? "")
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
        // One whose parent never came, one that answers a comment on another movie, and one on the other movie.
        (
            "comment", "2026-11-03T14:00:00Z", 3, 603,
            #""metadata":{"comment_id":"c5","parent_id":"gone","body":"To nothing"}"#
        ),
        ("comment", "2026-11-03T15:00:00Z", 2, 605, #""metadata":{"comment_id":"c6","body":"Elsewhere"}"#),
        (
            "comment", "2026-11-03T16:00:00Z", 3, 603,
            #""metadata":{"comment_id":"c7","parent_id":"c6","body":"From elsewhere"}"#
        ),
        (
            "comment", "2026-11-03T17:00:00Z", 3, 605,
            #""metadata":{"comment_id":"c8","parent_id":"c1","body":"Not here"}"#
        ),
        // User 5 comes to the trailer, and to no later step: what was before the view counts for nothing.
        ("trailer", "2026-11-05T09:00:00Z", 5, 607, #""metadata":{"seconds":10}"#),
        ("watch", "2026-11-05T09:10:00Z", 5, 607, #""metadata":{"watched_seconds":100}"#),
        ("rate", "2026-11-05T09:20:00Z", 5, 607, #""metadata":{"score":2}"#),
        ("view", "2026-11-05T09:30:00Z", 5, 607, #""metadata":{}"#),
        ("trailer", "2026-11-05T09:40:00Z", 5, 607, #""metadata":{"seconds":10}"#),
        ("watchlist", "2026-11-04T10:00:00Z", 3, 603, #""metadata":{"status":"planned"}"#),
        ("watchlist", "2026-11-04T10:00:00Z", 2, 603, #""metadata":{"status":"planned"}"#),
        ("watchlist", "2026-11-04T10:00:00Z", 4711, 605, #""metadata":{"status":"planned"}"#),
    ]

    /// What the page's questions give, worked out by hand.
    private static let answers: [String: [String]] = [
        // 4711: all four. 2: a trailer after the view, but no watch after the trailer.
        "Funnel from view to rating": ["4,3,1,1"],
        "Viewed and then watched": ["603,2"],
        "Daily active users": [
            "2026-10-31,1,4", "2026-11-01,1,4", "2026-11-02,1,1", "2026-11-03,3,9", "2026-11-04,3,3", "2026-11-05,1,5",
            "2026-11-20,3,6",
        ],
        "Monthly active users": ["2026-10,1", "2026-11,4"],
        "Retention by cohort": ["2026-10,2026-10,1", "2026-10,2026-11,1", "2026-11,2026-11,3"],
        "Watched together": ["604,Harbour,2"],
        "Score by genre and month": [
            "Action,2026-10,9.0,1", "Action,2026-11,8.0,1", "Drama,2026-10,9.0,1", "Drama,2026-11,5.5,2",
        ],
        "Never watched": ["605,Unseen,70", "606,Unknown,7"],
        "What a user watched": [
            "2026-10-31T10:10:00.000Z,The Lantern,5400.0,9.0", "2026-11-20T20:00:00.000Z,Harbour,100.0,",
        ],
        "The comments on a movie": [
            "0,2,First", "1,4711,(deleted)", "2,2,To that", "0,3,Second", "0,3,To nothing", "0,3,From elsewhere",
        ],
        // a: two hours; b: 20 minutes; c: one event.
        "Sessions by device": ["(unknown),1,1,0.0", "mobile,1,1,120.0", "tv,1,1,20.0"],
        "Searches without a watch": ["boats,2"],
        "Rated high by few": ["603,The Lantern,8.5,2"],
        // 603 after 1 and 2 days, 604 after 2 days, twice.
        "Days between release and watching": ["2 first week,4"],
        "Planned and not watched yet": ["603,The Lantern,1", "605,Unseen,1"],
    ]

    /// A folder with the events in a warehouse: `w.db` in it, or another one.
    private static func warehouse(_ place: String = "w.db") throws -> TemporaryFolder {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.write("movies.ndjson", movies)
        let lines = events.map { event in
            let movie = event.movie == 0 ? "" : "\"movie_id\":\(event.movie),"
            return
                "{\"event_type\":\"\(event.type)\",\"event_time\":\"\(event.time)\",\"user_id\":\(event.user),\(movie)\(event.rest)}\n"
        }
        try folder.write("events.ndjson", lines.joined())
        let result = try Program.run(
            "run", "--warehouse", place, "--raw", "raw", "--now", Program.now, "--json", "--movies", "movies.ndjson",
            "--events", "events.ndjson", in: folder)
        #expect(result.status == 0, "\(result.errors)")
        let loaded = try RunResult(result.output)
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

    @Test(.needsPostgreSQL) func theyGiveTheSameNumbersOnPostgreSQL() throws {
        let database = try PostgreSQLDatabase()
        let folder = try Self.warehouse(database.url())
        // The session's time zone is not that of the days and months.
        try database.admin.execute("ALTER DATABASE \(database.name) SET TimeZone = 'Pacific/Kiritimati'")
        for question in Self.questions {
            let answer = try Self.ask(question.postgreSQL, database.url(), in: folder)
            // A number of PostgreSQL's type numeric has as many digits as it is rounded to: 9.00 is 9.0.
            #expect(
                answer.map(Self.withoutLastZeros) == Self.answers[question.title]?.map(Self.withoutLastZeros),
                "\(question.title)")
        }
    }

    private static func withoutLastZeros(_ line: String) -> String {
        line.replacing(/(\.[0-9])0+(?=,|$)/) { String($0.1) }
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

    /// One user with all of many events, half of them on one movie.
    @Test func noneGoesWithTheSquareOfAUsersEvents() throws {
        let folder = try Self.warehouse()
        let events: Int64 = 20_000
        let path = folder.path("w.db")
        try Database.change(
            path: path,
            """
            CREATE TEMP TABLE many AS
            WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < \(events - 1))
            SELECT i, CAST(printf('%016d', i) AS BLOB) AS id, 4711 AS user_id, 1795000000000 + i * 60000 AS at,
                CASE WHEN i / 4 % 2 = 0 THEN 603 ELSE 1000 + i / 8 % 2000 END AS movie_id,
                CASE i % 4 WHEN 0 THEN 'view' WHEN 1 THEN 'watch' WHEN 2 THEN 'search' ELSE 'trailer' END AS type
            FROM n;
            INSERT INTO fact_user_event (event_time, event_id, event_type, user_id, movie_id, query, movie_known,
                content_hash)
            SELECT at, id, type, user_id, CASE WHEN type <> 'search' THEN movie_id END,
                CASE WHEN type = 'search' THEN 'boats' END, 0, i FROM many WHERE type <> 'watch' OR i > \(events / 2);
            INSERT INTO watch_history (event_time, event_id, user_id, movie_id, watched_seconds)
            SELECT at, id, user_id, movie_id, 1 FROM many WHERE type = 'watch' AND i > \(events / 2);
            INSERT OR IGNORE INTO watchlist (user_id, movie_id, status, event_time, event_id)
            SELECT user_id, movie_id, 'planned', at, id FROM many;
            """)
        let bound = events * 300
        for index in [[], ["--facts", "user,movie"]] {
            if !index.isEmpty {
                #expect(try Program.start(["index", "-w", "w.db"] + index, in: folder).wait().status == 0)
            }
            let database = try Database(path: path)
            for question in Self.questions {
                let steps = try database.steps(question.sql, atMost: bound)
                #expect(steps != nil, "\(question.title) takes more than \(bound) steps \(index)")
            }
            // What the check is for.
            #expect(
                try database.steps(
                    """
                    SELECT count(*) FROM fact_user_event AS v JOIN watch_history AS w ON w.user_id = v.user_id
                        AND w.movie_id = v.movie_id AND w.event_time > v.event_time WHERE v.event_type = 'view'
                    """, atMost: bound) == nil)
        }
    }

    /// Indexes on the facts do not change how a question about all of them reads them.
    @Test func anIndexOnTheFactsIsNotScannedWhole() throws {
        let folder = try Self.warehouse()
        #expect(try Program.run("index", "-w", "w.db", "--facts", "user,movie", in: folder).status == 0)
        for question in Self.questions {
            let plan = try Self.plan(question.sql, "w.db", in: folder)
            let scans = plan.map(\.detail).filter {
                $0.hasPrefix("SCAN") && $0.contains("USING INDEX fact_user_event_by")
            }
            #expect(scans == [], "\(question.title)")
        }
        let plain = "SELECT user_id, count(query) FROM fact_user_event GROUP BY user_id"
        let plan = try Self.plan(plain, "w.db", in: folder)
        #expect(plan.contains { $0.detail.contains("fact_user_event_by") }, "what the check is for")
    }

    /// The steps of a plan that read a whole table once for each row of something else, and the indexes that SQLite
    /// would make for one question (https://sqlite.org/eqp.html).
    private static func nestedScans(_ sql: String, in folder: TemporaryFolder) throws -> [String] {
        var faults: [String] = []
        var loops: [Int: Int] = [:]
        var correlated: Set<Int> = []
        for (id, parent, detail) in try plan(sql, "expected.db", in: folder) {
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

    private static func plan(
        _ sql: String, _ warehouse: String, in folder: TemporaryFolder
    ) throws -> [(id: Int, parent: Int, detail: String)] {
        let plan = try Program.run(
            "query", "-w", warehouse, "-f", "ndjson", "-", input: Array("EXPLAIN QUERY PLAN \(sql)".utf8), in: folder)
        #expect(plan.status == 0, "\(sql): \(plan.errors)")
        return try plan.output.split(whereSeparator: \.isNewline).map { line in
            let step = try Program.object(String(line))
            return (step["id"] as? Int ?? 0, step["parent"] as? Int ?? 0, step["detail"] as? String ?? "")
        }
    }
}
