import Arguments
import JSON

/// `reelhouse config`: shows the settings, and where each comes from.
enum ConfigCommand: Command {
    static let declaration = CommandDeclaration(
        name: "config",
        summary: "Show which locations and variables are in force, where each comes from, and what nothing reads.",
        discussion: """
            An option beats a variable of the environment, that beats a line of the file .env, and that beats the \
            default. Locations are taken from variables with --live only: a command without it reads and writes what its \
            options name, and the local defaults. .env in the working folder is read with --live, and another file with \
            --env-file. `config` always looks at the file, and shows what --live would use. Passwords and keys are masked.

            A variable that is set and empty counts as one that is not set, but keeps a value of the same name in the \
            file from counting. Of variables in the file, those that a backend reads count as if they were in the \
            environment: PGPASSWORD and others of libpq, and properties of librdkafka such as KAFKA_SASL_PASSWORD. \
            Nothing is passed on that nothing reads.

            The file is UTF-8 text, with LF or CR LF at the ends of its lines; a byte order mark is skipped. A line is \
            blank, a comment that begins with #, or NAME=VALUE, with or without `export` before it; NAME alone leaves the \
            variable to the environment. A value without quotes ends before white space and #, and stands for itself. In \
            single quotes, which may span lines, everything stands for itself. In double quotes, which may span lines \
            too, \\n, \\r and \\t stand for a line feed, a carriage return and a tab, and a backslash takes away the \
            meaning of \\, ", $ and `. Nothing is replaced: $NAME and ${NAME} stand for themselves. Of two lines with one \
            name the last counts. .env.example has lines that Docker Compose, docker run and shells read in the same way.

            Exits with status 2 when a location that is in force cannot be used.
            """,
        options: [
            CommonOption.movies, CommonOption.events, CommonOption.raw, CommonOption.warehouse, LiveOption.live,
            LiveOption.environmentFile, CommonOption.json,
        ],
        examples: [
            .init("reelhouse config", "Show what is in force, and what --live would use"),
            .init("reelhouse config --json | jq '.unknown[].name'", "The names that are set and that nothing reads"),
        ],
        environment: KnownVariables.ports)

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let report = ConfigurationReport(arguments, context.configuration)
        if arguments.flag("json") {
            try context.console.print(report.json.compact)
        } else {
            try report.print(on: context.console)
        }
        return report.isUsable ? .done : .usage
    }
}
