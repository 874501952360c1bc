import Domain
import Schema
import Testing

@testable import Pipeline

/// The grammar of a file of checks.
@Suite struct CheckFileTests {
    private static let database = QueryDialect(
        name: "test", time: { "T\($0)" }, duration: { "D\($0)" }, timeText: { "time<\($0)>" }, idText: { "id<\($0)>" },
        day: { "day<\($0)>" })

    private func fault(in text: String) -> CheckFile.Fault? {
        do throws(CheckFile.Fault) {
            _ = try CheckFile(name: "f", text: text)
            return nil
        } catch { return error }
    }

    @Test func aFileHasParametersAndChecks() throws {
        let file = try CheckFile(
            name: "own.sql",
            text: """
                -- What this is for: nothing that is read.

                -- parameter most = 10: The greatest score.
                -- parameter age = 1d12h:  How old.

                -- check: high_scores
                -- level: warn
                -- cost: slow
                -- needs: ratings, load_run.error
                -- Scores: too high.
                -- Correct them.
                --
                SELECT * FROM ratings -- by hand
                WHERE score > :most;

                -- check: two
                -- One for each.
                -- on sqlite:
                SELECT 1;
                -- on postgresql:
                -- A comment.
                SELECT 2
                """)
        #expect(
            file.parameters == [
                CheckParameter(name: "most", value: .number("10"), meaning: "The greatest score."),
                CheckParameter(name: "age", value: .duration(129_600_000), meaning: "How old."),
            ])
        let first = try #require(file.checks.first)
        #expect(first.name == "high_scores" && first.level == .warn && first.isSlow)
        #expect(first.file == "own.sql" && first.line == 6)
        #expect(first.needs == ["ratings", "load_run.error"])
        #expect(first.meaning == "Scores: too high. Correct them.")
        #expect(first.queries.keys.sorted() == [""] && first.queries[""]?.line == 13)
        #expect(
            first.query(for: Self.database)?.statement.text(["most": .number("10")], Self.database)
                == "SELECT * FROM ratings -- by hand\nWHERE score > (10)")
        let second = try #require(file.checks.last)
        #expect(second.level == .error && !second.isSlow && second.queries.keys.sorted() == ["postgresql", "sqlite"])
        #expect(second.query(for: Self.database) == nil)
        #expect(second.query(for: QueryDialect(name: "sqlite"))?.line == 19)
        #expect(
            second.query(for: QueryDialect(name: "postgresql"))?.statement.text([:], Self.database)
                == "-- A comment.\nSELECT 2")
    }

    @Test(arguments: [
        ("SELECT 1", 1, "before the first"),
        ("-- parameter x 1: a", 1, "declared as"),
        ("-- parameter x = 1", 1, "declared as"),
        ("-- parameter x = soon: a", 1, "'soon' is no number"),
        ("\n-- parameter x = 1: a\n-- parameter x = 2: b", 3, "parameter x already"),
        ("-- parameter now = 2: b", 1, "parameter now already"),
        ("-- check: a b\n-- M.\nSELECT 1", 1, "is no name"),
        ("-- check: a\n-- M.\nSELECT 1\n-- check: a\n-- M.\nSELECT 1", 4, "check a already"),
        ("-- check: a\n-- level: fatal\n-- M.\nSELECT 1", 2, "neither error nor warn"),
        ("-- check: a\n-- cost: much\n-- M.\nSELECT 1", 2, "neither quick nor slow"),
        ("-- check: a\n-- levl: warn\n-- M.\nSELECT 1", 2, "has no 'levl'"),
        ("-- check: a\n-- M.\n", 1, "has no query"),
        ("-- check: a\n-- M.\n ;;\n-- check: b\n-- M.\nSELECT 1", 1, "has no query"),
        ("-- check: a\nSELECT 1", 1, "does not say"),
        ("-- check: a\n-- M.\n-- on x:\nSELECT 1\n-- on x:\nSELECT 2", 6, "query for x already"),
        ("-- check: a\n-- M.\n\nSELECT\n  :time(a", 5, "not closed"),
        ("-- check: a\n-- M.\nSELECT\n:week(a)", 4, "there is no :week"),
    ])
    func aWrongFileNamesTheLine(_ text: String, _ line: Int, _ words: String) throws {
        let found = fault(in: text)
        let fault = try #require(found)
        #expect(fault.line == line && fault.words.contains(words), "\(fault)")
    }

    @Test func linesMayEndInCarriageReturns() throws {
        let file = try CheckFile(name: "f", text: "-- check: a\r\n-- M.\r\nSELECT\r\n1;\r\n")
        #expect(file.checks.first?.queries[""]?.statement.text([:], Self.database) == "SELECT\n1")
    }

    @Test(arguments: [
        ("a > :x", "a > (5)"), ("':x' || \":x\" || :x", "':x' || \":x\" || (5)"), ("a::text, :x", "a::text, (5)"),
        ("a -- :x\n+ :x", "a -- :x\n+ (5)"), ("/* :x */ :x", "/* :x */ (5)"), ("'it''s :x' :x", "'it''s :x' (5)"),
        (":time(a)", "time<a>"), (":id(f(a, ')'))", "id<f(a, ')')>"),
        (":day(:now - :age)", "day<T7 - D90000>"), ("(:time(min(a)))", "(time<min(a)>)"),
        ("'open :x", "'open :x"), ("/* open :x", "/* open :x"), ("a[1: 2]", "a[1: 2]"), (":", ":"), (":share", "0.6"),
        ("/*/ :x */ :x", "/*/ :x */ (5)"),
    ])
    func valuesArePutIn(_ sql: String, _ text: String) throws {
        let values: [String: CheckValue] = [
            "x": .number("5"), "now": .time(7), "age": .duration(90_000), "share": .share(0.6),
        ]
        #expect(try CheckStatement(sql).text(values, Self.database) == text)
    }

    @Test func aStatementSaysItsNamesAndLines() throws {
        #expect(try CheckStatement("a\n:x :day(\n:y) ':z' :x").names == ["x": 2, "y": 3])
    }

    @Test(arguments: [
        ("5", CheckValue.number("5")), ("-0.5", .number("-0.5")), ("60%", .share(0.6)), ("2d", .duration(172_800_000)),
        ("1h30m", .duration(5_400_000)), ("250ms", .duration(250)), ("1995-01-01", .time(788_918_400_000)),
    ])
    func valuesAreRead(_ text: String, _ value: CheckValue) {
        #expect(CheckValue(text) == value && "\(value)" == text)
    }

    @Test(arguments: [
        "", "x", "5x", ".5", "5.", "1e3", "--5", "-", "%", "-1%", "x%", "2d2d", "1m1h", "d", "2026-13-01",
        "9999999d", "1;DROP",
    ])
    func otherTextsAreNoValues(_ text: String) { #expect(CheckValue(text) == nil) }

    @Test func laterFilesTakeThePlaceOfEarlierOnes() throws {
        func file(_ name: String, _ level: String, _ value: Int) throws -> CheckFile {
            try CheckFile(
                name: name,
                text: "-- parameter x = \(value): X.\n-- check: a\n-- level: \(level)\n-- M.\nSELECT :x, :now")
        }
        var set = try CheckSet([file("1", "error", 1), file("2", "warn", 2)])
        #expect(set.checks.map(\.level) == [.warn] && set.checks.map(\.file) == ["2"])
        #expect(set.parameters.map(\.value) == [.number("2")])
        try set.set("x=3")
        #expect(set.values(now: 9) == ["x": .number("3"), "now": .time(9)])
    }

    @Test func whatIsNotThereIsNamed() throws {
        let file = try CheckFile(name: "f", text: "-- parameter x = 1: X.\n-- check: a\n-- M.\n\nSELECT\n:x")
        var set = try CheckSet([file])
        for (assignment, words) in [
            ("y=1", "no parameter 'y'"), ("x=2d", "'2d' is no value of the parameter x, which is a number"),
            ("x", "'' is no value"), ("now=5", "no parameter 'now'"), ("", "no parameter ''"),
        ] {
            let error = #expect(throws: CheckError.self) { try set.set(assignment) }
            #expect(error?.message.contains(words) == true && error?.kind == .usage, "\(assignment)")
        }
        #expect(throws: CheckError.self) { try set.select(only: ["b"], skip: []) }
        #expect(throws: CheckError.self) { try set.select(only: nil, skip: ["b"]) }
        #expect(throws: CheckError.self) { try set.select(only: nil, skip: ["a"]) }
        #expect(throws: CheckError.self) { try set.select(only: [], skip: []) }
        #expect(set.checks.map(\.name) == ["a"])
        let undeclared = try CheckFile(name: "f", text: "-- check: a\n-- M.\n\nSELECT\n:z")
        let error = #expect(throws: CheckError.self) { _ = try CheckSet([undeclared]) }
        #expect(error?.message == "f, line 5: there is no parameter z")
    }

    @Test func theBuiltInFileIsWhole() throws {
        let set = try CheckSet([CheckFile(name: "schema/checks.sql", text: Schema.checks)])
        #expect(set.checks.count > 20)
        for check in set.checks {
            #expect(check.meaning.hasSuffix(".") || check.meaning.hasSuffix(")"), "\(check.name)")
            #expect(check.meaning.contains(". "), "\(check.name) says what its rows mean, and what to do")
        }
        let used = Set(set.checks.flatMap { $0.queries.values.flatMap { $0.statement.names.keys } })
        #expect(set.parameters.filter { !used.contains($0.name) }.isEmpty)
    }
}
