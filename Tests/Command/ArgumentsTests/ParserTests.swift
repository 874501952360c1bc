import Testing

@testable import Arguments

/// What a command line must mean.
struct Reading: Sendable, CustomTestStringConvertible {
    var words: [String]
    var command: [String] = ["run"]
    var values: [String: [String]] = [:]
    var flags: [String: Int] = [:]
    var operands: [String: [String]] = [:]

    var testDescription: String { words.joined(separator: " ") }
}

/// A command line that must be refused.
struct Refusal: Sendable, CustomTestStringConvertible {
    var words: [String]
    var message: String
    var hint: String = "See 'reel run --help'."

    var testDescription: String { words.joined(separator: " ") }
}

@Suite struct ParserTests {
    private static func arguments(_ words: [String]) throws -> ParsedArguments? {
        guard case .run(let arguments) = try sample.parse(words) else { return nil }
        return arguments
    }

    @Test func theDeclarationHasNoFaults() { #expect(sample.faults() == []) }

    @Test(
        arguments: [
            Reading(words: ["run"]),
            Reading(words: ["run", "--movies=a"], values: ["movies": ["a"]]),
            Reading(words: ["run", "--movies", "a"], values: ["movies": ["a"]]),
            Reading(words: ["run", "-m", "a"], values: ["movies": ["a"]]),
            Reading(words: ["run", "-ma"], values: ["movies": ["a"]]),
            Reading(
                words: ["run", "--movies", "a", "b", "c", "--events", "d"],
                values: ["movies": ["a", "b", "c"], "events": ["d"]]
            ),
            Reading(words: ["run", "--movies=a", "b", "--movies", "c"], values: ["movies": ["a", "b", "c"]]),
            Reading(words: ["run", "-rm", "a", "b"], values: ["movies": ["a", "b"]], flags: ["reload": 1]),
            Reading(words: ["run", "--events", "-"], values: ["events": ["-"]]),
            Reading(words: ["run", "--events", "-", "x", "-j"], values: ["events": ["-", "x"]], flags: ["json": 1]),
            Reading(words: ["run", "--movies", "-j"], values: ["movies": ["-j"]]),
            Reading(words: ["run", "-rj"], flags: ["reload": 1, "json": 1]),
            Reading(words: ["run", "-rrj"], flags: ["reload": 2, "json": 1]),
            Reading(words: ["run", "--rel"], flags: ["reload": 1]),
            Reading(words: ["run", "--wareh", "x.db"], values: ["warehouse": ["x.db"]]),
            Reading(words: ["run", "--ware=x=y"], values: ["warehouse": ["x=y"]]),
            Reading(words: ["run", "--json"], flags: ["json": 1, "json-progress": 0]),
            Reading(words: ["run", "--json-p"], flags: ["json": 0, "json-progress": 1]),
            Reading(words: ["run", "--warehouse", "a", "--warehouse", "b"], values: ["warehouse": ["a", "b"]]),
            Reading(words: ["run", "-ta", "-t", "b", "--tag=c"], values: ["tag": ["a", "b", "c"]]),
            Reading(words: ["run", "--tag", ""], values: ["tag": [""]]),
            Reading(words: ["run", "--tag", "日本", "--tag=é"], values: ["tag": ["日本", "é"]]),
            Reading(
                words: ["run"],
                values: ["warehouse": ["films.db"], "seed": ["7"], "log-level": ["info"], "tag": []]
            ),
            Reading(words: ["--log-level=debug", "run"], values: ["log-level": ["debug"]]),
            Reading(
                words: ["run", "--log-level", "debug", "-q"],
                values: ["log-level": ["debug"]],
                flags: ["quiet": 1]
            ),
            Reading(words: ["-q", "run", "-q"], flags: ["quiet": 2]),
            Reading(words: ["--", "run"]),
            Reading(words: ["run", "--fail-here"], flags: ["fail-here": 1]),
            Reading(words: ["explain"], command: ["explain"], operands: ["rule": []]),
            Reading(words: ["explain", "invalid_score"], command: ["explain"], operands: ["rule": ["invalid_score"]]),
            Reading(
                words: ["query", "SELECT 1", "--format", "csv"],
                command: ["query"],
                values: ["format": ["csv"]],
                operands: ["sql": ["SELECT 1"], "file": []]
            ),
            Reading(
                words: ["query", "--format=csv", "SELECT 1", "a", "-q", "b"],
                command: ["query"],
                flags: ["quiet": 1],
                operands: ["sql": ["SELECT 1"], "file": ["a", "b"]]
            ),
            Reading(
                words: ["query", "--", "--format", "-"],
                command: ["query"],
                values: ["format": ["table"]],
                operands: ["sql": ["--format"], "file": ["-"]]
            ),
            Reading(
                words: ["query", "--size", "a"], command: ["query"], values: ["size": ["small"]],
                operands: ["sql": ["a"], "file": []]),
            Reading(
                words: ["query", "--size", "large", "a"], command: ["query"], values: ["size": ["large"]],
                operands: ["sql": ["a"], "file": []]),
            Reading(
                words: ["query", "--size=large", "small"], command: ["query"], values: ["size": ["large"]],
                operands: ["sql": ["small"], "file": []]),
            Reading(
                words: ["query", "a", "--size"], command: ["query"], values: ["size": ["small"]],
                operands: ["sql": ["a"], "file": []]),
            Reading(
                words: ["query", "--size", "--", "large"], command: ["query"], values: ["size": ["small"]],
                operands: ["sql": ["large"], "file": []]),
            Reading(
                words: ["query", "--size", "large", "--size", "a"], command: ["query"],
                values: ["size": ["large", "small"]],
                operands: ["sql": ["a"], "file": []]),
            Reading(words: ["query", "a", "--", "b"], command: ["query"], operands: ["sql": ["a"], "file": ["b"]]),
            Reading(words: ["quarantine", "list"], command: ["quarantine", "list"]),
            Reading(
                words: ["quarantine", "--rule", "invalid_score", "retry", "--dry"],
                command: ["quarantine", "retry"],
                values: ["rule": ["invalid_score"]],
                flags: ["dry-run": 1]
            ),
            Reading(
                words: ["quarantine", "retry", "--rule=invalid_score", "-q"],
                command: ["quarantine", "retry"],
                values: ["rule": ["invalid_score"]],
                flags: ["quiet": 1]
            ),
        ]
    )
    func reads(_ reading: Reading) throws {
        let arguments = try #require(try Self.arguments(reading.words))
        #expect(arguments.command == reading.command)
        #expect(arguments.name == (["reel"] + reading.command).joined(separator: " "))
        for (name, values) in reading.values { #expect(arguments.strings(name) == values, "--\(name)") }
        for (name, count) in reading.flags {
            #expect(arguments.count(name) == count, "--\(name)")
            #expect(arguments.flag(name) == (count > 0), "--\(name)")
        }
        for (name, values) in reading.operands {
            #expect(arguments.operands(name) == values, "<\(name)>")
            #expect(arguments.operand(name) == values.first, "<\(name)>")
        }
    }

    @Test(arguments: [
        Refusal(
            words: [],
            message: "'reel' needs a command",
            hint: "Name one of run, explain, query, quarantine. See 'reel --help'."
        ),
        Refusal(
            words: ["quarantine"],
            message: "'reel quarantine' needs a command",
            hint: "Name one of list, retry. See 'reel quarantine --help'."
        ),
        Refusal(words: ["runn"], message: "unknown command 'runn'; did you mean 'run'?", hint: "See 'reel --help'."),
        Refusal(
            words: ["quar", "list"],
            message: "unknown command 'quar'; did you mean 'quarantine'?",
            hint: "See 'reel --help'."
        ),
        Refusal(words: ["xyzzy"], message: "unknown command 'xyzzy'", hint: "See 'reel --help'."),
        Refusal(
            words: ["quarantine", "lits"],
            message: "unknown command 'lits'; did you mean 'list'?",
            hint: "See 'reel quarantine --help'."
        ),
        Refusal(words: ["help", "nope"], message: "unknown command 'nope'", hint: "See 'reel --help'."),
        Refusal(words: ["run", "--movise", "x"], message: "unknown option '--movise'; did you mean '--movies'?"),
        Refusal(words: ["run", "--movise=x"], message: "unknown option '--movise'; did you mean '--movies'?"),
        Refusal(words: ["run", "--output", "x"], message: "unknown option '--output'"),
        Refusal(words: ["run", "--dry-run"], message: "unknown option '--dry-run'"),
        Refusal(
            words: ["run", "--max", "3"],
            message: "option '--max' is ambiguous: '--max-rejects', '--max-duration'",
            hint: "Write more of its name."
        ),
        Refusal(
            words: ["run", "--js"],
            message: "option '--js' is ambiguous: '--json', '--json-progress'",
            hint: "Write more of its name."
        ),
        Refusal(words: ["run", "--json=yes"], message: "option '--json' takes no value"),
        Refusal(words: ["run", "--rel="], message: "option '--reload' takes no value"),
        Refusal(words: ["run", "--movies"], message: "option '--movies' needs a value: --movies=<path or URL>"),
        Refusal(words: ["run", "-jm"], message: "option '--movies' needs a value: --movies=<path or URL>"),
        Refusal(
            words: ["run", "--warehouse", "--movies", "a"],
            message: "option '--warehouse' needs a value, but '--movies' follows",
            hint: "If that is the value, write '--warehouse=--movies'."
        ),
        Refusal(words: ["run", "-x"], message: "unknown option '-x'"),
        Refusal(words: ["run", "-jx", "-xj"], message: "unknown option '-x'"),
        Refusal(words: ["run", "-é"], message: "unknown option '-é'"),
        Refusal(words: ["run", "-warehouse", "x"], message: "unknown option '-w'; did you mean '--warehouse'?"),
        Refusal(words: ["run", "data/x"], message: "unexpected argument 'data/x'"),
        Refusal(words: ["run", "--movies", "a", "-j", "b"], message: "unexpected argument 'b'"),
        Refusal(words: ["run", "--movies", "a", "--", "b"], message: "unexpected argument 'b'"),
        Refusal(
            words: ["run", "--movies="],
            message: "option '--movies' must be a path or a URL that is not empty, not ''"
        ),
        Refusal(
            words: ["run", "--seed", "101"],
            message: "option '--seed' must be an integer from 0 to 100, not '101'"
        ),
        Refusal(words: ["run", "--seed", "-1"], message: "option '--seed' must be an integer from 0 to 100, not '-1'"),
        Refusal(
            words: ["run", "--seed", "1.5"],
            message: "option '--seed' must be an integer from 0 to 100, not '1.5'"
        ),
        Refusal(words: ["run", "--dirt", "x"], message: "option '--dirt' must be a number from 0.0 to 1.0, not 'x'"),
        Refusal(
            words: ["run", "--now", "yesterday"],
            message:
                "option '--now' must be a time such as 2026-11-24T09:00:00Z, a date, or milliseconds since 1970, not 'yesterday'"
        ),
        Refusal(
            words: ["run", "--log-level", "inof"],
            message: "option '--log-level' has no value 'inof'; did you mean 'info'?",
            hint: "It is one of debug, info, error."
        ),
        Refusal(
            words: ["run", "--log-level", "zzz"],
            message: "option '--log-level' must be one of debug, info, error, not 'zzz'"
        ),
        Refusal(
            words: ["explain", "mising_title"],
            message: "argument <rule> has no value 'mising_title'; did you mean 'missing_title'?",
            hint: "It is one of missing_title, invalid_score."
        ),
        Refusal(
            words: ["explain", "invalid_score", "x"],
            message: "unexpected argument 'x'",
            hint: "See 'reel explain --help'."
        ),
        Refusal(words: ["query"], message: "the argument <sql> is missing", hint: "See 'reel query --help'."),
    ])
    func refuses(_ refusal: Refusal) {
        #expect(throws: UsageError(refusal.message, hint: refusal.hint)) { try sample.parse(refusal.words) }
    }

    @Test(arguments: [
        (["--help"], "reel"), (["-h"], "reel"), (["help"], "reel"), (["--he"], "reel"),
        (["run", "--help"], "reel run"), (["help", "run"], "reel run"), (["run", "-jh"], "reel run"),
        (["help", "quarantine", "retry"], "reel quarantine retry"), (["quarantine", "-h"], "reel quarantine"),
        (["quarantine", "retry", "--help"], "reel quarantine retry"), (["--help", "--nonsense"], "reel"),
        (["query", "--help"], "reel query"), (["-q", "help", "--help"], "reel"),
    ])
    func asksForHelp(words: [String], name: String) throws {
        guard case .help(let text) = try sample.parse(words) else {
            Issue.record("no help")
            return
        }
        #expect(text.hasPrefix("Usage: \(name) ["))
    }

    @Test func asksForTheVersion() throws {
        guard case .version = try sample.parse(["--version"]) else {
            Issue.record("no version")
            return
        }
        #expect(throws: UsageError.self) { try sample.parse(["run", "--version"]) }
    }

    @Test func theFirstFaultIsTheOneReported() {
        #expect(throws: UsageError("unknown option '--bogus'", hint: "See 'reel run --help'.")) {
            try sample.parse(["run", "--bogus", "--help"])
        }
    }

    @Test func valuesHaveTheirTypes() throws {
        let words = [
            "run", "--max-rejects=0.5%", "--max-duration=1h30m", "--now=2026-11-24T09:00:00Z",
            "--snapshot-date=1970-01-02", "--seed=8", "--dirt=0.25", "--log-level=error",
        ]
        let arguments = try #require(try Self.arguments(words))
        #expect(arguments.limit("max-rejects") == .share(0.005))
        #expect(arguments.duration("max-duration") == .seconds(5400))
        #expect(arguments.milliseconds("now") == 1_795_510_800_000)
        #expect(arguments.day("snapshot-date") == 1)
        #expect(arguments.integer("seed") == 8)
        #expect(arguments.number("dirt") == 0.25)
        #expect(arguments.choice("log-level", as: Level.self) == .error)
        #expect(arguments.isGiven("seed"))
        let defaults = try #require(try Self.arguments(["run"]))
        #expect(defaults.integer("seed") == 7)
        #expect(!defaults.isGiven("seed"))
        #expect(defaults.duration("max-duration") == nil)
    }

    private enum Level: String { case debug, info, error }

    /// getopt_long's state is global: many at once must not disturb one another.
    @Test func manyParseAtOnce() async {
        await withTaskGroup(of: Bool.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let words = ["run", "-jm", "a\(index)", "b", "--tag", "t\(index)", "-r"]
                    guard case .run(let arguments) = try? sample.parse(words) else { return false }
                    return arguments.strings("movies") == ["a\(index)", "b"]
                        && arguments.strings("tag") == ["t\(index)"] && arguments.flag("reload")
                        && (try? sample.parse(["run", "-j\(index % 10)x"])) == nil
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
