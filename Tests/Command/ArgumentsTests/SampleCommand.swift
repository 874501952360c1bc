import Arguments

/// A declaration with every kind of option and operand, and subcommands two levels deep.
let sample = CommandDeclaration(
    name: "reel",
    summary: "Loads films.",
    options: [
        .value(
            "log-level",
            .choice(["debug", "info", "error"]),
            defaultValue: "info",
            help: "What is logged."
        ),
        .flag("quiet", short: "q", help: "Say nothing."),
    ],
    subcommands: [
        CommandDeclaration(
            name: "run",
            summary: "Loads what is given.",
            discussion: """
                The first paragraph, which is long enough to be wrapped where the terminal is no wider than eighty
                columns.

                The second one.
                  kept   as it is
                """,
            options: [
                .value("movies", short: "m", .location, repetition: .takesMany, help: "Movie documents."),
                .value("events", .location, repetition: .takesMany, help: "Events; `-` is standard input."),
                .value("warehouse", .location, placeholder: "url", defaultValue: "films.db", help: "Where to."),
                .value("max-rejects", .limit, help: "How much may be rejected."),
                .value("max-duration", .duration, help: "When to stop."),
                .value("now", .time, help: "The clock."),
                .value("snapshot-date", .date, help: "The day."),
                .value("seed", .integer(0...100), defaultValue: "7", help: "The seed."),
                .value("dirt", .number(0...1), help: "The share."),
                .value("tag", short: "t", .text, repetition: .repeats, help: "A tag."),
                .flag("json", short: "j", help: "Print JSON."),
                .flag("json-progress", help: "Print progress as JSON."),
                .flag("reload", short: "r", help: "Read again."),
                .flag("fail-here", help: "For tests.", isHidden: true),
            ],
            examples: [.init("reel run --movies a b", "Loads two files.")]
        ),
        CommandDeclaration(
            name: "explain",
            summary: "Explains a rule.",
            operands: [
                Operand("rule", .choice(["missing_title", "invalid_score"]), help: "The rule.", isOptional: true)
            ]
        ),
        CommandDeclaration(
            name: "query",
            summary: "Runs a query.",
            options: [
                .value("format", .choice(["table", "csv"]), defaultValue: "table", help: "The form."),
                .value("size", .choice(["small", "large"]), impliedValue: "small", help: "How large."),
            ],
            operands: [
                Operand("sql", help: "The query."),
                Operand("file", .path, help: "Files.", isOptional: true, repeats: true),
            ]
        ),
        CommandDeclaration(
            name: "quarantine",
            summary: "Shows rejected lines.",
            options: [.value("rule", .choice(["missing_title", "invalid_score"]), help: "Of one rule.")],
            subcommands: [
                CommandDeclaration(name: "list", summary: "Lists them."),
                CommandDeclaration(
                    name: "retry",
                    summary: "Tries again.",
                    options: [.flag("dry-run", help: "Only says.")]
                ),
            ]
        ),
    ],
    exitStatuses: [.init(0, "Done."), .init(2, "Wrong usage.")],
    environment: [.init("NO_COLOR", "No colours.")]
)
