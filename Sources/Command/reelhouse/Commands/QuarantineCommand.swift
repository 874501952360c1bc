import Arguments
import Domain

/// `reelhouse quarantine`: the lines that broke a rule, to look at and to try again.
enum QuarantineCommand: Command {
    private static let subcommands: [any Command.Type] = [
        QuarantineListCommand.self, QuarantineShowCommand.self, QuarantineExportCommand.self,
        QuarantineRetryCommand.self, QuarantineDropCommand.self,
    ]

    static let declaration = CommandDeclaration(
        name: "quarantine",
        summary: "Look at the lines that broke a rule, export them, load them after a fix, and drop them.",
        discussion: """
            A line that breaks a cleaning rule is never dropped: it is kept byte for byte with its source, line, byte \
            offset, rule and message. After a fix of the data or of the rules, `retry` loads what is accepted now. A \
            line is cured when a later run reads its source to the end without it, or when its event or movie is in \
            the warehouse. Cured lines are kept, but not shown or counted unless asked for.
            """,
        examples: [
            .init("reelhouse quarantine list", "How many lines, by rule and by file?"),
            .init("reelhouse quarantine show --rule missing_title", "Which ones, and what is wrong with them?"),
            .init("reelhouse quarantine retry --dry-run", "How many would be accepted now?"),
            .init("reelhouse quarantine drop --cured --yes", "Delete what is cured"),
        ],
        subcommands: subcommands.map { $0.declaration })

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        guard let name = arguments.command.last,
            let command = subcommands.first(where: { $0.declaration.name == name })
        else { throw UsageError("no such command", hint: "See 'reelhouse quarantine --help'.") }
        return try command.run(arguments, context)
    }
}

/// The options that select lines of the quarantine.
enum QuarantineFilter {
    static let options = [
        Option.value(
            "rule", short: "r", .choice(CleaningRule.allCases.map(\.rawValue)), placeholder: "rule",
            help: "Only lines that broke this rule; `reelhouse explain` lists the rules."),
        Option.value("source", short: "s", .text, help: "Only lines of this source, named as `list` names it."),
        Option.value("id", .integer(1...Int64.max), help: "Only the line with this number in the quarantine."),
    ]

    /// The options that select open and cured lines.
    static let states = [
        Option.flag("cured", help: "Only cured lines."), Option.flag("all", help: "Open and cured lines."),
    ]

    /// The filter that the options ask for. `--id` selects a line whether it is cured or not.
    ///
    /// - Parameter state: the state of the selected lines when no option gives it.
    /// - Throws: `UsageError`.
    static func filter(
        _ arguments: ParsedArguments, otherwise state: RejectedFilter.State = .open
    ) throws -> RejectedFilter {
        let isCured = arguments.isDeclaredFlag("cured")
        let isAll = arguments.isDeclaredFlag("all")
        if isCured, isAll {
            throw UsageError("--cured does not go with --all", hint: "--all means open and cured lines.")
        }
        var filter = RejectedFilter(state: isCured ? .cured : isAll ? .all : state)
        if arguments.hasOption("id") {
            filter.rule = arguments.string("rule")
            filter.source = arguments.string("source")
            filter.id = arguments.integer("id")
            if filter.id != nil, !isCured { filter.state = .all }
        }
        return filter
    }
}

extension WarehouseReader {
    /// Calls `body` with the matching lines in quarantine in the order of their numbers. Reads them page by page.
    ///
    /// - Returns: the number of lines.
    func forEachRejected(
        matching filter: RejectedFilter, limit: Int = .max, _ body: (RejectedRecord) throws -> Void
    ) throws -> Int {
        var count = 0
        var last: Int64 = 0
        while count < limit {
            let page = try rejected(matching: filter, after: last, limit: min(1000, limit - count))
            guard let end = page.last else { break }
            for record in page { try body(record) }
            count += page.count
            last = end.id
        }
        return count
    }
}
