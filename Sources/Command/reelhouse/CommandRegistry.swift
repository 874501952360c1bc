import Arguments

/// All commands, in the order in which help lists them.
enum CommandRegistry {
    private static let commands: [any Command.Type] = [
        RunCommand.self, RefreshCommand.self, NightlyCommand.self, ValidateCommand.self, StatusCommand.self,
        MetricsCommand.self, ReportCommand.self, CheckCommand.self, QueryCommand.self, SchemaCommand.self,
        QuarantineCommand.self,
        DigestCommand.self, IndexCommand.self, ExplainCommand.self, ConfigCommand.self, DoctorCommand.self,
        MigrateCommand.self, CopyCommand.self, PublishCommand.self, RestoreCommand.self, FetchCommand.self,
        ExportCommand.self, VerifyCommand.self, PruneCommand.self, CompactCommand.self, RebuildCommand.self,
        GenerateCommand.self, CompletionCommand.self, ManualCommand.self,
    ]

    private static let logLevels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

    /// The declaration of the program.
    static let root = CommandDeclaration(
        name: "reelhouse",
        summary: "The data pipeline of a movie recommendation and review site: movies and user events in, a "
            + "star-schema warehouse out.",
        discussion: """
            Without a server and without a network: compressed NDJSON files go in, and a local SQLite warehouse comes \
            out. Start with `reelhouse run`, and look at the result with `reelhouse report`.
            """,
        options: [
            .value(
                "log-format", .choice(["text", "json"]), defaultValue: "text",
                help: "The format of log messages on standard error."),
            .value(
                "log-level", .choice(logLevels), placeholder: "level", defaultValue: "warning",
                help: "Log messages of this level and above: \(logLevels.joined(separator: ", "))."),
        ],
        examples: [
            .init("reelhouse run", "Load data/movies and data/events into warehouse.db"),
            .init("reelhouse report", "Show the best movies, the week's trends and events by type"),
            .init("reelhouse query 'SELECT * FROM top_movies LIMIT 5'", "Ask the warehouse"),
        ],
        subcommands: commands.map { $0.declaration },
        exitStatuses: ExitStatus.declared,
        environment: KnownVariables.output)

    /// Whether a command handles signals itself (`SignalWatch`), to stop at its next commit or before its only one.
    static func stopsAtACommit(_ path: [String]) -> Bool {
        [
            ["run"], ["refresh"], ["nightly"], ["quarantine", "retry"], ["copy"], ["publish"], ["fetch"], ["compact"],
            ["rebuild"],
        ].contains(path)
    }

    /// Whether the log tells of a command's begin and end: of one that does more than to show something.
    static func isLogged(_ path: [String]) -> Bool {
        [
            "run", "refresh", "nightly", "copy", "publish", "restore", "fetch", "compact", "rebuild", "export",
            "verify",
            "check", "prune", "index", "migrate",
        ].contains(path.first)
    }

    /// Whether a command prints what is wrong with the configuration as its result.
    static func showsConfiguration(_ path: [String]) -> Bool { [["config"], ["doctor"]].contains(path) }

    /// The command of a path of names, such as `["quarantine", "list"]`.
    static func command(for path: [String]) throws -> any Command.Type {
        guard let name = path.first, let command = commands.first(where: { $0.declaration.name == name }) else {
            throw UsageError("no such command", hint: "See 'reelhouse --help'.")
        }
        return command
    }
}
