import Testing

@testable import Arguments

@Suite struct HelpTests {
    @Test func helpIsComplete() {
        #expect(
            sample.helpText(for: ["run"], width: 80) == """
                Usage: reel run [options]

                Loads what is given.

                The first paragraph, which is long enough to be wrapped where the terminal is no
                wider than eighty columns.

                The second one.
                  kept   as it is

                Options:
                  -m, --movies=<path or URL>...
                                              Movie documents.
                      --events=<path or URL>...
                                              Events; `-` is standard input.
                      --warehouse=<url>       Where to. (default: films.db)
                      --max-rejects=<count or share>
                                              How much may be rejected. (for example 100, 0.5%
                                              or 0.005)
                      --max-duration=<duration>
                                              When to stop. (for example 90s, 15m, 2h or 1h30m)
                      --now=<time>            The clock. (for example 2026-11-24T09:00:00Z,
                                              2026-11-24, or milliseconds since 1970)
                      --snapshot-date=<date>  The day. (for example 2026-11-24)
                      --seed=<number>         The seed. (default: 7)
                      --dirt=<number>         The share.
                  -t, --tag=<text>            A tag. (may be given several times)
                  -j, --json                  Print JSON.
                      --json-progress         Print progress as JSON.
                  -r, --reload                Read again.
                  -h, --help                  Show this help and exit.

                Common options:
                      --log-level=<debug|info|error>
                                              What is logged. (default: info)
                  -q, --quiet                 Say nothing.

                Examples:
                  reel run --movies a b
                      Loads two files.

                Exit status:
                  0  Done.
                  2  Wrong usage.

                Environment:
                  NO_COLOR  No colours.

                """
        )
        #expect(sample.helpText(for: ["walk"]) == nil)
    }

    @Test(arguments: [40, 60, 80, 100, 200])
    func linesFitTheWidth(width: Int) throws {
        for names in [[], ["run"], ["query"], ["explain"], ["quarantine", "retry"]] {
            let text = try #require(sample.helpText(for: names, width: width))
            for line in text.split(separator: "\n") { #expect(line.count <= max(width, 50), "\(line)") }
        }
    }

    @Test func operandsAndCommandsAreListed() throws {
        let root = try #require(sample.helpText())
        #expect(
            root.hasPrefix("Usage: reel [options] <command>\n\nLoads films.\n\nCommands:\n  run         Loads what")
        )
        #expect(root.contains("      --version"))
        let query = try #require(sample.helpText(for: ["query"]))
        #expect(query.hasPrefix("Usage: reel query [options] <sql> [<file>...]\n"))
        #expect(!query.contains("--version"))
        #expect(query.contains("--size[=<small|large>]"), "\(query)")
        let explain = try #require(sample.helpText(for: ["explain"]))
        #expect(explain.contains("  <rule>  The rule. One of missing_title, invalid_score.\n"))
    }

    @Test(arguments: [
        ("a b c", 3, "a b\nc"), ("a  b\n c", 80, "a b c"), ("", 10, ""), ("abcdef gh", 3, "abcdef\ngh"),
        ("éé éé", 5, "éé éé"),
    ])
    func wrapping(text: String, width: Int, result: String) {
        #expect(TextWrapping.wrap(text, width: width) == result)
    }

    @Test(arguments: [
        ("--movise", ["--movise"]), ("x", ["'x'"]),
    ])
    func usageErrorsReadAsOneLine(name: String, parts: [String]) {
        let error = UsageError("unknown '\(name)'", hint: "see help")
        #expect(error.description == "unknown '\(name)' (see help)")
    }

    @Test(arguments: [
        (
            CommandDeclaration(
                name: "a",
                summary: "A.",
                options: [.flag("x", short: "x", help: "X."), .flag("x", short: "x", help: "X.")]
            ),
            ["a: --x is declared twice", "a: -x is declared twice"]
        ),
        (
            CommandDeclaration(name: "a", summary: "A.", options: [.flag("help", help: "X.")]),
            ["a: --help is declared twice"]
        ),
        (
            CommandDeclaration(
                name: "a",
                summary: "A.",
                options: [.flag("q", help: "Q.")],
                subcommands: [.init(name: "b", summary: "B.", options: [.flag("q", help: "Q.")])]
            ),
            ["a b: --q is declared twice"]
        ),
        (
            CommandDeclaration(
                name: "a",
                summary: "",
                options: [.value("n", short: "é", .count, defaultValue: "x", help: "")]
            ),
            [
                "a: --n has no help", "a: -é is no ASCII letter or digit",
                "a: the default of --n must be an integer from 0", "a: no summary",
            ]
        ),
        (
            CommandDeclaration(
                name: "a",
                summary: "A.",
                operands: [.init("x", help: "", isOptional: true, repeats: true), .init("y", help: "")],
                subcommands: [.init(name: "B c", summary: "B.")]
            ),
            [
                "a: 'B c' is no name", "a: both operands and subcommands", "a: <x> leaves nothing for <y>",
                "a: <y> is required after the optional <x>",
            ]
        ),
    ])
    func faultsAreFound(declaration: CommandDeclaration, faults: [String]) { #expect(declaration.faults() == faults) }
}

@Suite struct ManualPageTests {
    private static let page = sample.manualPage(version: "1.2", date: "2026-11-24")

    @Test func roffSignsAreEscaped() {
        var command = CommandDeclaration(name: "x", summary: "Does \\ and 'q'.")
        command.discussion = ".TH is no macro here\n'nor here\n\n  --kept"
        let page = command.manualPage(version: "1", date: "2026-11-24")
        #expect(page.contains("x \\- Does \\e and \\(aqq\\(aq\n"))
        #expect(page.contains("\n\\&.TH is no macro here \\(aqnor here\n"))
        #expect(page.contains("\n.nf\n  \\-\\-kept\n.fi\n"))
        #expect(!page.contains("\n'"))
    }

    @Test func everyOptionButHiddenOnesIsThere() {
        for option in sample.subcommands.flatMap(\.options) + sample.options {
            #expect(Self.page.contains("\\fB\\-\\-\(option.name.replacing("-", with: "\\-"))\\fR") == !option.isHidden)
        }
        #expect(!Self.page.contains("fail"))
    }

    @Test(arguments: [
        ("mandoc", ["-T", "lint", "-W", "warning", "page.1"]), ("groff", ["-man", "-ww", "-z", "page.1"]),
    ])
    func formattersHaveNothingToSay(program: String, arguments: [String]) throws {
        guard let path = ShellRunner.find(program) else {
            print("SKIPPED: \(program) is not installed; the manual page was not checked by it")
            return
        }
        let output = try ShellRunner.run(path, arguments, files: ["page.1": Self.page])
        #expect(output == .init(status: 0, text: "", errors: ""))
    }
}
