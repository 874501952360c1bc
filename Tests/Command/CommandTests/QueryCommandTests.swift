import Foundation
import TestSupport
import Testing

@testable import reelhouse

/// The output formats of `query`.
@Suite struct QueryCommandTests {
    private static func run(
        _ arguments: String..., columns: Int? = nil, in demo: DemoFolder
    ) throws -> ChildProcess.Result {
        let environment = columns.map { ["COLUMNS": String($0)] } ?? [:]
        return try Program.start(["query"] + arguments, environment: environment, in: demo.files).wait()
    }

    /// CR LF is one character to Swift.
    private static func csvLines(_ result: ChildProcess.Result) -> [String] {
        result.output.split(whereSeparator: \.isNewline).map(String.init) + ["", ""]
    }

    private static let wide = "SELECT * FROM movies WHERE overview IS NOT NULL ORDER BY movie_id LIMIT 3"

    @Test(arguments: [40, 60, 80, 120])
    func resultsFitTheWidth(width: Int) throws {
        let demo = try DemoFolder()
        for sql in [
            Self.wide, "SELECT title, overview FROM movies LIMIT 5", "SELECT movie_id, budget FROM movies LIMIT 3",
        ] {
            let result = try Self.run(sql, columns: width, in: demo)
            #expect(result.status == 0)
            for line in result.lines { #expect(DisplayWidth.of(line) <= width, "\(line)") }
        }
        // One value a line, and numbers whole.
        let result = try Self.run(Self.wide, columns: width, in: demo)
        #expect(result.lines[0].hasPrefix("─── row 1 ─"))
        let numbers = try Self.run("-f", "csv", "SELECT revenue FROM movies ORDER BY revenue DESC LIMIT 1", in: demo)
        let revenue = Self.csvLines(numbers)[1]
        let rows = try Self.run("SELECT *, 1 FROM movies ORDER BY revenue DESC LIMIT 1", columns: width, in: demo)
        #expect(rows.output.contains(revenue))
        #expect(try Self.run(Self.wide, "--no-truncate", columns: width, in: demo).output.contains("…") == false)
    }

    @Test func pipesGetEverything() throws {
        let demo = try DemoFolder()
        let overview = try Self.run("-f", "csv", "SELECT overview FROM movies WHERE movie_id = 2", in: demo)
        let text = Self.csvLines(overview)[1].trimmingCharacters(in: CharacterSet(charactersIn: "\""))
        #expect(text.count > 100)
        for format in ["table", "vertical", "csv", "json", "ndjson", "markdown"] {
            let output = try Self.run("-f", format, "SELECT * FROM movies WHERE movie_id = 2", in: demo).output
            #expect(output.contains(text), "\(format)")
        }
        // The wide result is vertical by itself, and a table where it was asked for.
        #expect(try Self.run(Self.wide, in: demo).output.hasPrefix("─── row 1"))
        #expect(try Self.run("-f", "table", Self.wide, in: demo).output.hasPrefix("movie_id"))
    }

    @Test func jsonAndMarkdownAreWhole() throws {
        let demo = try DemoFolder()
        let json = try Self.run("-f", "json", "SELECT movie_id, title FROM movies ORDER BY 1 LIMIT 2", in: demo).output
        let rows = try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
        #expect(rows.count == 2 && rows[0]["title"] is String)
        #expect(try Self.run("-f", "json", "SELECT 1 WHERE 0", in: demo).output == "[]\n")
        let page = try Self.run("-f", "markdown", "SELECT 'a|b' AS x, NULL AS y, 'c' || char(10) || 'd' AS z", in: demo)
        let control = try Self.run("-f", "markdown", "SELECT char(27) || '[31m' || char(7) AS x", in: demo).output
        #expect(!control.utf8.contains(27) && !control.utf8.contains(7) && control.contains("[31m"), "\(control)")
        #expect(page.output == "| x | y | z |\n| --- | --- | --- |\n| a\\|b |  | c<br>d |\n")
    }

    @Test(arguments: [
        ("SELECT tilte FROM movies", "no such column: tilte; did you mean title?"),
        ("SELECT m.titel FROM movies m", "no such column: titel; did you mean title?"),
        ("SELECT * FROM movis", "no such table or view: movis; did you mean movies?"),
        ("SELECT * FROM ratings_readble", "did you mean ratings_readable?"),
        ("SELECT * FROM movie", "did you mean movies?"), ("SELECT * FROM main.genre", "did you mean genres?"),
        ("ATTACH 'other.db' AS other", "ATTACH is not available"),
        (" -- a\n/* b */ detach x", "DETACH is not available"),
        ("SELECT load_extension('x')", "extensions are not available"),
        ("SELECT zzzzzzzz FROM movies", "no such column: zzzzzzzz\n"),
        ("SELECT 1; SELECT 2", "more than one statement"), ("", "no statement"), (" ; ", "no statement"),
        ("INSERT INTO users VALUES (1, 1, 1)", "would change something"), ("SELEC 1", "syntax error"),
    ])
    func mistakesAreExplained(sql: String, words: String) throws {
        let demo = try DemoFolder()
        let result = try Self.run(sql, in: demo)
        #expect(result.status == 1 && result.output == "")
        #expect(result.errors.contains(words) && result.errors.contains("hint: "), "\(result.errors)")
    }

    @Test(arguments: RowFormat.allCases.map(\.rawValue))
    func anEmptyResultSaysSo(format: String) throws {
        let demo = try DemoFolder()
        let result = try Self.run("-f", format, "SELECT title FROM movies WHERE 0", in: demo)
        #expect(result.status == 0 && result.errors == "The result is empty: the statement gave no rows.\n")
    }
}

/// `schema`: the dictionary, without a warehouse.
@Suite struct SchemaCommandTests {
    @Test func everyTableOfAWarehouseIsInIt() throws {
        let demo = try DemoFolder()
        let folder = try TemporaryFolder()
        let list = try #require(
            JSONSerialization.jsonObject(with: Data(Program.run("schema", "--json", in: folder).output.utf8))
                as? [[String: Any]])
        let known = Dictionary(uniqueKeysWithValues: list.map { ($0["name"] as? String ?? "", $0) })
        let stored = try Program.run(
            "query", "-f", "ndjson",
            """
            SELECT s.name AS t, group_concat(c.name) AS c FROM sqlite_schema AS s, pragma_table_info(s.name) AS c
            WHERE s.type IN ('table', 'view') AND s.name NOT LIKE 'sqlite_%' GROUP BY s.name
            """, in: demo.files
        ).objects()
        #expect(stored.count > 40)
        for relation in stored {
            let name = relation["t"] as? String ?? ""
            let columns = known[name]?["columns"] as? [[String: Any]] ?? []
            #expect(
                columns.compactMap { $0["name"] as? String }.joined(separator: ",") == relation["c"] as? String,
                "\(name)")
            #expect(columns.allSatisfy { ($0["meaning"] as? String ?? "").count > 3 }, "\(name)")
        }
        #expect(folder.names() == [])
    }

    @Test func aTableIsShownAndAMisspeltOneSuggested() throws {
        let folder = try TemporaryFolder()
        let text = try Program.run("schema", "Ratings", in: folder).output
        #expect(text.hasPrefix("ratings\n") && text.contains("user_id") && !text.contains("watch_history"))
        #expect(try Program.run("schema", "ratings", "--markdown", in: folder).output.contains("| score | number |"))
        let wrong = try Program.run("schema", "ratngs", in: folder)
        #expect(wrong.status == 2 && wrong.errors.contains("did you mean ratings?"), "\(wrong.errors)")
        for width in [40, 80] {
            let result = try Program.start(["schema"], environment: ["COLUMNS": String(width)], in: folder).wait()
            for line in result.lines { #expect(DisplayWidth.of(line) <= width, "\(line)") }
        }
    }
}
