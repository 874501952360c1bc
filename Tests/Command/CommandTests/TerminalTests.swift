import Domain
import Testing

@testable import reelhouse

@Suite struct NumberFormatTests {
    @Test(arguments: [
        (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (-1000, "-1,000"), (1_234_567, "1,234,567"),
        (-999_999, "-999,999"), (Int64.max, "9,223,372,036,854,775,807"), (Int64.min, "-9,223,372,036,854,775,808"),
    ])
    func grouped(value: Int64, text: String) { #expect(NumberFormat.grouped(value) == text) }

    @Test(arguments: [
        (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1_048_575, "1.0 MiB"),
        (1_048_576, "1.0 MiB"), (5_418_000_000, "5.0 GiB"), (Int64.max, "8.0 EiB"), (-2048, "-2.0 KiB"),
    ])
    func bytes(value: Int64, text: String) {
        #expect(NumberFormat.bytes(value) == text)
    }

    @Test(
        arguments: [
            (0, "0.0 s"), (0.04, "0.0 s"), (0.85, "0.9 s"), (9.94, "9.9 s"), (9.95, "10 s"), (59.4, "59 s"),
            (59.6, "1 min"), (72, "1 min 12 s"), (3599, "59 min 59 s"), (3600, "1 h"), (7500, "2 h 5 min"),
            (86_400, "1 d"), (273_600, "3 d 4 h"), (-1, "?"), (.nan, "?"), (.infinity, "?"),
        ] as [(Double, String)]
    )
    func durations(seconds: Double, text: String) { #expect(NumberFormat.duration(seconds: seconds) == text) }

    @Test(
        arguments: [
            (0, "0:00"), (34.9, "0:34"), (60, "1:00"), (3599, "59:59"), (3723, "1:02:03"), (-5, "0:00"),
        ] as [(Double, String)]
    )
    func clocks(seconds: Double, text: String) { #expect(NumberFormat.clock(seconds: seconds) == text) }

    @Test(
        arguments: [
            (0, "0/s"), (3.21, "3.2/s"), (9.96, "10/s"), (812_345.4, "812,345/s"), (.nan, "?/s"), (-1, "?/s"),
        ] as [(Double, String)]
    )
    func rates(perSecond: Double, text: String) { #expect(NumberFormat.rate(perSecond) == text) }

    @Test(
        arguments: [
            (0, "0%"), (0.0001, "<0.1%"), (0.005, "0.5%"), (0.42, "42%"), (0.994, "99%"), (0.9999, "99.9%"),
            (1, "100%"),
            (0.995, "99.5%"), (.nan, "?"),
        ] as [(Double, String)]
    )
    func percents(share: Double, text: String) { #expect(NumberFormat.percent(share) == text) }

    @Test(
        arguments: [
            (8.5, 2, "8.50"), (0.005, 2, "0.01"), (-0.001, 2, "0.00"), (-1234.5, 1, "-1,234.5"), (1.05, 1, "1.1"),
            (99.999, 2, "100.00"), (12, 0, "12"), (.infinity, 2, "inf"), (1e300, 2, "1e+300"),
        ] as [(Double, Int, String)]
    )
    func fixed(value: Double, digits: Int, text: String) {
        #expect(NumberFormat.fixed(value, digits: digits) == text)
    }

    @Test func counts() {
        #expect(NumberFormat.count(1, "line", "lines") == "1 line")
        #expect(NumberFormat.count(0, "line", "lines") == "0 lines")
        #expect(NumberFormat.count(1200, "line", "lines") == "1,200 lines")
    }
}

@Suite struct DisplayWidthTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한국", 4), ("ｆｕｌｌ", 8), ("ﾊﾝ", 2), ("😀", 2),
        ("👩‍👩‍👧‍👦", 2), ("🇩🇪", 2), ("❤️", 2), ("❤", 1), ("a\u{200B}b", 2), ("…", 1), ("█", 1), ("Ǖ", 1), ("नि", 1),
        ("👍🏽", 2), ("©", 1), ("①", 1), ("\u{301}", 0),
    ])
    func widths(text: String, width: Int) { #expect(DisplayWidth.of(text) == width) }

    @Test(arguments: [
        ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("abcd", 1, "…"), ("abcd", 0, ""), ("", 0, ""), ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("ee\u{301}ee", 3, "ee\u{301}…"), ("日本", 3, "日…"),
        ("\u{301}\u{301}", 1, "\u{301}\u{301}"),
    ])
    func truncation(text: String, width: Int, result: String) {
        let truncated = DisplayWidth.truncate(text, to: width)
        #expect(truncated == result)
        #expect(DisplayWidth.of(truncated) <= width)
    }

    @Test func padding() {
        #expect(DisplayWidth.pad("日", to: 4) == "日  ")
        #expect(DisplayWidth.pad("日", to: 4, isTrailing: true) == "  日")
        #expect(DisplayWidth.pad("abc", to: 2) == "abc")
    }
}

@Suite struct TextTableTests {
    private static func sample() -> TextTable {
        var table = TextTable([.text("rule"), .number("lines"), .text("example")])
        table.add(["missing_title", "1,234", "千と千尋"])
        table.add(["x", "7"])
        table.add(["evil\n\u{1B}[2J", "0", "a", "surplus"])
        return table
    }

    @Test func columnsAlign() {
        #expect(
            Self.sample().text() == """
                rule             lines  example
                ───────────────  ─────  ────────
                missing_title    1,234  千と千尋
                x                    7
                evil\\n\\u{1b}[2J      0  a

                """
        )
    }

    @Test func quietIsTheFirstColumn() { #expect(Self.sample().quietText == "missing_title\nx\nevil\\n\\u{1b}[2J\n") }

    @Test(arguments: [20, 24, 30, 40, 200])
    func fitsTheWidth(width: Int) {
        let table = Self.sample()
        let lines = table.text(width: width).split(separator: "\n")
        for line in lines { #expect(DisplayWidth.of(line) <= width, "\(line)") }
        #expect(lines[2].contains("1,234"), "numbers are not cut")
        #expect((width < 36) == lines.contains { $0.contains("…") })
    }

    @Test func widestColumnsGiveWayFirst() {
        var table = TextTable([.text("a"), .text("b"), .text("c")])
        table.add([String(repeating: "x", count: 100_000), String(repeating: "y", count: 30), "short"])
        #expect(table.fitted(to: 59) == [25, 25, 5])
        #expect(table.fitted(to: 5) == [4, 4, 4])
        #expect(TextTable([]).text(width: 10) == "\n\n")
    }
}

@Suite struct BarChartTests {
    @Test func barsAreToScale() {
        var chart = BarChart()
        chart.add("view", 1000)
        chart.add("search", 500)
        chart.add("rate", 1)
        chart.add("share", 0)
        chart.add("odd\n", .nan)
        #expect(
            chart.text(width: 34) == """
                view    1,000  ███████████████████
                search    500  █████████▌
                rate        1  ▏
                share       0
                odd\\n       0

                """
        )
        #expect(BarChart().text() == "")
    }

    @Test(arguments: [
        (0, 8, ""), (1, 2, "██"), (0.5, 1, "▌"), (0.99, 1, "█"), (0.000001, 10, "▏"), (2, 1, "█"), (-1, 1, ""),
    ])
    func bars(share: Double, width: Int, bar: String) { #expect(BarChart.bar(share: share, width: width) == bar) }

    @Test(arguments: [10, 20, 40, 100])
    func fitsTheWidth(width: Int) {
        var chart = BarChart()
        chart.add("a very long label that is cut", 12, text: "12")
        for line in chart.text(width: max(width, 20)).split(separator: "\n") {
            #expect(DisplayWidth.of(line) <= max(width, 20))
        }
    }
}

@Suite struct RowWriterTests {
    private static let rows: [[CellValue]] = [
        [.integer(-5), .real(0.1), .text("plain"), .blob([0, 255])],
        [.null, .real(.nan), .text(""), .null],
        [.integer(.max), .real(1e300), .text("a,\"b\"\r\nc\u{0}"), .blob([])],
        [.integer(0), .real(3), .text(" \"\u{301}é 日 "), .text("\u{1B}[1m")],
    ]

    private static func written(_ format: RowFormat, columns: [String], rows: [[CellValue]], width: Int? = nil) throws
        -> String
    {
        let output = MemoryOutput(width: width)
        var writer = format.writer(
            to: output, layout: ResultLayout(width: width ?? 80, isShortened: width != nil))
        try writer.begin(columns: columns)
        for row in rows { try writer.write(row) }
        try writer.end()
        return output.text
    }

    @Test func csvIsRFC4180() throws {
        #expect(
            try Self.written(.csv, columns: ["id", "a \"b\"", "t,", "t"], rows: Self.rows)
                == "id,\"a \"\"b\"\"\",\"t,\",t\r\n-5,0.1,plain,00ff\r\n,nan,\"\",\r\n"
                + "9223372036854775807,1e+300,\"a,\"\"b\"\"\r\nc\u{0}\",\"\"\r\n"
                + "0,3.0,\" \"\"\u{301}é 日 \",\u{1B}[1m\r\n"
        )
        #expect(try Self.written(.csv, columns: ["x"], rows: [[.null], [.text("")]]) == "x\r\n\"\"\r\n\"\"\r\n")
    }

    @Test func ndjsonIsOneObjectALine() throws {
        #expect(
            try Self.written(.ndjson, columns: ["id", "n", "n", "n_2"], rows: Self.rows) == """
                {"id":-5,"n":0.1,"n_2":"plain","n_2_2":"00ff"}
                {"id":null,"n":null,"n_2":"","n_2_2":null}
                {"id":9223372036854775807,"n":1e+300,"n_2":"a,\\"b\\"\\r\\nc\\u0000","n_2_2":""}
                {"id":0,"n":3.0,"n_2":" \\"\u{301}é 日 ","n_2_2":"\\u001b[1m"}

                """
        )
    }

    @Test func tablesAreForPeople() throws {
        #expect(
            try Self.written(.table, columns: ["id", "n", "t", "mixed"], rows: Array(Self.rows.prefix(2))) == """
                  id    n  t      mixed
                ────  ───  ─────  ─────
                  -5  0.1  plain  00ff
                NULL  nan         NULL
                (2 rows)

                """
        )
        #expect(try Self.written(.table, columns: ["a"], rows: []) == "a\n─\n(0 rows)\n")
    }

    /// Rows after the sample are cut on a terminal and whole elsewhere, and none is lost.
    @Test(arguments: [nil, 40] as [Int?])
    func longResultsStream(width: Int?) throws {
        let count = TableRowWriter.sampleSize + 5
        let rows = (0..<count).map { number -> [CellValue] in
            [.integer(Int64(number)), .text(number == count - 1 ? String(repeating: "z", count: 60) : "y")]
        }
        let lines = try Self.written(.table, columns: ["n", "t"], rows: rows, width: width).split(separator: "\n")
        #expect(lines.count == count + 3)
        #expect(
            lines[count + 1]
                == (width == nil ? "\(count - 1)  " + String(repeating: "z", count: 60) : "\(count - 1)  …")
        )
        #expect(lines[count + 2] == "(1,005 rows)")
    }
}
