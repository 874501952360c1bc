import Foundation
import Testing

@testable import reelhouse

/// `reelhouse report --format html`: the page is well-formed, and its numbers are those of the warehouse.
@Suite struct ReportPageTests {
    /// A runner with the page of a warehouse that generated lines were loaded into.
    static func loaded(events: Int = 3000, days: Int = 20, dirt: String = "0.1") throws -> CommandRunner {
        let runner = try CommandRunner()
        let made = runner.run(
            "generate", "--movies", "60", "--events", "\(events)", "--days", "\(days)", "--dirt", dirt, "--output",
            runner.path("in"))
        try #require(made == .done, "\(runner.errors)")
        try load(["--movies", runner.path("in/movies")], runner)
        try load(["--events", runner.path("in/events")], runner)
        return runner
    }

    private static func load(_ inputs: [String], _ runner: CommandRunner) throws {
        let status = runner.run(
            ["run"] + inputs + [
                "-w", runner.path("w.db"), "--raw", runner.path("raw"), "--now", "2026-11-21T00:00:00Z",
            ])
        try #require(status == .done, "\(runner.errors)")
    }

    /// The page of the runner's warehouse.
    static func page(_ runner: CommandRunner) throws -> String {
        let status = runner.run(
            "report", "-w", runner.path("w.db"), "-f", "html", "-o", runner.path("report.html"), "--force", "--now",
            "2026-11-21T12:00:00Z")
        try #require(status == .done, "\(runner.errors)")
        return try String(contentsOfFile: runner.path("report.html"), encoding: .utf8)
    }

    /// The rows of a query.
    private func rows(_ sql: String, _ runner: CommandRunner) throws -> [[String]] {
        try #require(runner.run("query", "-w", runner.path("w.db"), "-f", "csv", sql) == .done, "\(runner.errors)")
        return runner.output.split(separator: "\r\n").flatMap { $0.split(separator: "\n") }.dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    @Test func itsNumbersAreThoseOfTheWarehouse() throws {
        let runner = try Self.loaded()
        let page = try PageElement.root(of: Self.page(runner))
        let users = try rows(
            """
            SELECT date(event_time / 1000, 'unixepoch') AS day, count(DISTINCT user_id) FROM fact_user_event
            GROUP BY day ORDER BY day DESC
            """, runner)
        #expect(page.rows(ofTable: "Active and new users per day").map { Array($0.prefix(2)) } == users)
        let events = try rows(
            """
            SELECT date(event_time / 1000, 'unixepoch') AS day, count(*),
                count(CASE WHEN event_type = 'view' THEN 1 END)
            FROM fact_user_event GROUP BY day ORDER BY day DESC
            """, runner)
        let table = try #require(page.all("table").first { $0.all("caption").first?.text == "Events per day by type" })
        let view = try #require(table.all("th").map(\.text).firstIndex(of: "view"))
        #expect(page.rows(ofTable: "Events per day by type").map { [$0[0], $0[1], $0[view]] } == events)
        let top = try rows("SELECT position, votes FROM top_movies ORDER BY position LIMIT 10", runner)
        #expect(page.rows(ofTable: "The best movies").map { [$0[0], $0[4]] } == top)
        let heat = try rows("SELECT position, heat, events FROM trending ORDER BY position LIMIT 10", runner)
        #expect(page.rows(ofTable: "Trending this week").map { [$0[0], $0[2], $0[4]] } == heat)
        let scores = try rows("SELECT min(9.5, score) FROM ratings", runner)
        let high = page.rows(ofTable: "Distribution of ratings").suffix(2).compactMap { Int($0[1]) }.reduce(0, +)
        #expect(high == scores.filter { Double($0[0]) == 9.5 }.count)
        #expect(
            page.rows(ofTable: "Distribution of ratings").compactMap { Int($0[1]) }.reduce(0, +) == scores.count)
        let rules = try rows(
            "SELECT rule, sum(rejected) FROM load_run_rule GROUP BY rule ORDER BY 2 DESC, 1", runner)
        let caption = "Rejected lines of these runs by rule, and their share of all lines read"
        #expect(rules.count > 3 && page.rows(ofTable: caption).map { Array($0.prefix(2)) } == rules)
        let runs = try rows("SELECT run_id, read, accepted, duplicates, rejected FROM load_run ORDER BY 1 DESC", runner)
        #expect(page.rows(ofTable: "Runs, the newest first").map { [$0[0]] + $0[4...7] } == runs)
        let counts = page.all("dd").map { $0.text.replacingOccurrences(of: "\u{202F}", with: "") }
        let expected = try rows(
            """
            SELECT (SELECT count(*) FROM fact_user_event), (SELECT count(*) FROM users),
                (SELECT count(*) FROM dim_session), (SELECT count(*) FROM movies), (SELECT count(*) FROM ratings)
            """, runner)
        #expect(Array(counts.prefix(5)) == expected[0])
    }

    /// Each chart has a title, a description and its numbers as a table; nothing comes from elsewhere.
    @Test func itIsWholeAndAccessible() throws {
        let text = try Self.page(Self.loaded(events: 600, days: 3))
        let page = try PageElement.root(of: text)
        let charts = page.all("svg").filter { $0.attributes["role"] == "img" }
        #expect(charts.count == 5)
        let ids = Set((page.all("title") + page.all("desc") + page.all("h2")).compactMap { $0.attributes["id"] })
        for chart in charts {
            let names = chart.attributes["aria-labelledby"]?.split(separator: " ").map(String.init) ?? []
            #expect(names.count == 2 && ids.isSuperset(of: names))
            #expect(chart.all("rect").count > 0 && chart.all("desc").first?.text.isEmpty == false)
        }
        #expect(page.all("svg").allSatisfy { $0.attributes["role"] == "img" || $0.attributes["aria-hidden"] == "true" })
        #expect(page.all("details").count == 4 && page.all("table").count == 7)
        #expect(page.all("section").allSatisfy { ids.contains($0.attributes["aria-labelledby"] ?? "") })
        #expect(page.all("h1").count == 1 && page.all("main").count == 1 && page.all("nav").count == 1)
        #expect(page.all("th").allSatisfy { $0.attributes["scope"] == "col" && !$0.text.isEmpty })
        let links = page.all("a").compactMap { $0.attributes["href"] }
        let places = Set((page.all("section") + page.all("div") + page.all("main")).compactMap { $0.attributes["id"] })
        #expect(links.allSatisfy { $0.hasPrefix("#") && places.contains(String($0.dropFirst())) })
        #expect(page.all("script").isEmpty && page.all("img").isEmpty && page.all("iframe").isEmpty)
        for word in ["http:", "https:", "url(", "@import", "javascript:", " on"] {
            let tags = text.matches(of: /<[^>]*>/).map { String($0.output) }.joined()
            #expect(!tags.contains(word), "\(word)")
            if word != " on" { #expect(!PageStyle.sheet.contains(word)) }
        }
    }

    @Test func titlesAreTextWhateverTheySay() throws {
        let runner = try CommandRunner()
        let titles = [
            "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "أفلام & قصص \u{202E}abc", "]]>-->&amp;",
            "Z" + String(repeating: "\u{0301}\u{0489}", count: 60), String(repeating: "Wort", count: 200),
        ]
        let movies = titles.enumerated().map { index, title in
            "{\"id\":\(index + 1),\"title\":\(JSONText(title)),\"vote_count\":100,\"vote_average\":\(9 - index)}"
        }
        try runner.write("2026-11-20.ndjson", movies)
        #expect(
            runner.run(
                "run", "--movies", runner.path("2026-11-20.ndjson"), "-w", runner.path("w.db"), "--raw",
                runner.path("raw"))
                == .done, "\(runner.errors)")
        let page = try PageElement.root(of: Self.page(runner))
        let shown = page.rows(ofTable: "The best movies").map { $0[1] }
        #expect(shown == titles.map(ReportPage.shortened))
        #expect(page.all("script").isEmpty && page.all("img").isEmpty)
        #expect(page.all("bdi").count > titles.count)
    }

    /// A title as JSON text.
    private func JSONText(_ text: String) -> String {
        let data = try? JSONSerialization.data(withJSONObject: [text])
        return String(decoding: data ?? Data(), as: UTF8.self).dropFirst().dropLast().description
    }

    @Test func anEmptyWarehouseHasAPage() throws {
        let runner = try CommandRunner()
        #expect(runner.run("migrate", "-w", runner.path("w.db")) == .done, "\(runner.errors)")
        let page = try PageElement.root(of: Self.page(runner))
        #expect(page.text.contains("No events yet.") && page.text.contains("No runs yet."))
        #expect(page.all("svg").isEmpty)
    }

    /// One event, and days of ten years: months, and no more bars than can be seen.
    @Test(arguments: [1, 3650]) func itIsBoundedWhateverTheDays(days: Int) throws {
        let runner = try CommandRunner()
        let lines = (0..<days).map { day in
            let time = 1_795_132_800_000 - Int64(day) * 86_400_000
            return "{\"event_type\":\"search\",\"event_time\":\(time),\"user_id\":\(day + 1)}"
        }
        try runner.write("e.ndjson", lines)
        #expect(
            runner.run(
                "run", "--events", runner.path("e.ndjson"), "-w", runner.path("w.db"), "--raw", runner.path("raw"),
                "--now", "2026-11-21T00:00:00Z") == .done, "\(runner.errors)")
        let text = try Self.page(runner)
        let page = try PageElement.root(of: text)
        #expect(text.utf8.count < 200_000)
        let unit = days == 1 ? "day" : "month"
        let events = page.rows(ofTable: "Events per \(unit) by type")
        #expect(events.count <= Timeline.mostBins && events.count >= min(days, 119))
        let drawn = events.compactMap { Int($0[1]) }.reduce(0, +)
        #expect(drawn == days || page.text.contains("Not drawn: \(days - drawn) events"))
    }

    @Test func itIsReplacedOnlyWhereThatIsAsked() throws {
        let runner = try Self.loaded(events: 100, days: 1, dirt: "0")
        let arguments = ["report", "-w", runner.path("w.db"), "-f", "html", "-o", runner.path("r.html")]
        #expect(runner.run(arguments) == .done)
        #expect(runner.run(arguments) != .done && runner.errors.contains("--force"))
        #expect(runner.run(arguments + ["--force"]) == .done)
        #expect(runner.run("report", "-w", runner.path("w.db"), "-f", "html") == .done)
        #expect(runner.output.hasPrefix("<!DOCTYPE html>"))
        #expect(runner.run("report", "-w", runner.path("w.db")) == .done && runner.output.contains("Events by type"))
        #expect(runner.run(["report", "-w", runner.path("w.db"), "-o", runner.path("r.txt")]) == .done)
        #expect(try String(contentsOfFile: runner.path("r.txt"), encoding: .utf8).contains("Events by type"))
    }
}
