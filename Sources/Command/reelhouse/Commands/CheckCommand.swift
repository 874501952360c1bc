import Arguments
import Domain
import Pipeline
import Schema

import enum Logging.SystemClock

/// `reelhouse check`: makes the checks of a warehouse.
enum CheckCommand: Command {
    static let declaration = CommandDeclaration(
        name: "check",
        summary: "Make the checks of a warehouse: lines that add up, references, marts, freshness, values.",
        discussion: """
            Each check is a query that gives the rows that are wrong. Those of level error make the exit status 1; those \
            of level warn are shown. All are made as of one commit, while loads go on, and change nothing. \
            `reelhouse check --list` shows them with their parameters.

            Checks of your own stand in a file of SQL, written as schema/checks.sql is, and are named with --checks; one of the \
            name of a built-in check takes its place.
            """,
        options: [CommonOption.warehouse] + LiveOption.all + selection + [
            .value(
                "limit", .count, defaultValue: "10", help: "How many of the rows that a check found are shown."),
            .flag("list", help: "Show the checks and their parameters, and make none."),
            CommonOption.now, CommonOption.json, CommonOption.quiet,
        ],
        examples: [
            .init("reelhouse check --now 2026-11-21", "Is all well, as of that day?"),
            .init("reelhouse check --list", "Which checks and parameters are there?"),
            .init(
                "reelhouse check --only events_are_fresh --set freshness=3d --now 2026-11-21",
                "Is the newest event younger than three days?"),
            .init("reelhouse check --quick --json | jq '.failed'", "How many of the quick checks failed?"),
        ])

    /// The options that say which checks are made, and how.
    static let selection: [Option] = [
        .value("only", .text, placeholder: "names", repetition: .repeats, help: "Make only these, as name,name."),
        .value("skip", .text, placeholder: "names", repetition: .repeats, help: "Leave these out, as name,name."),
        .flag("quick", help: "Leave out the slow ones, which read all events."),
        .flag("strict", help: "Take a warning for an error."),
        .value(
            "set", .text, placeholder: "name=value", repetition: .repeats,
            help: "Set a parameter, as freshness=3d, drift=2 or reject_rate=5%."),
        .value("checks", .path, placeholder: "file", repetition: .repeats, help: "Make the checks of this file too."),
        .flag("no-built-in", help: "Make only the checks of --checks."),
    ]

    /// The name of the built-in file in messages.
    private static let builtInName = "schema/checks.sql"

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let set = try set(arguments)
        if arguments.flag("list") {
            let list = CheckList(set: set)
            if arguments.flag("json") {
                try context.console.print(list.json.compact)
            } else {
                try list.print(on: context.console)
            }
            return .done
        }
        let latest = context.latest
        let ticker = ProgressTicker(context.console.progress) { latest.value }
        let report: CheckReport
        do {
            defer { ticker.stop() }
            report = try check(set, arguments, context)
        }
        context.console.progress.finish()
        let text = CheckText(report: report)
        if arguments.flag("json") {
            try context.console.print(text.json.compact)
        } else {
            try text.print(on: context.console)
        }
        guard let failure = report.failure else { return .done }
        context.console.report(Failure(failure).report)
        return .failed
    }

    /// Makes the checks that the options of `selection` name.
    static func check(
        _ set: CheckSet, _ arguments: ParsedArguments, _ context: CommandContext
    ) throws -> CheckReport {
        var options = WarehouseChecks.Options(clock: context.clock)
        options.rows = Int(clamping: arguments.integer("limit") ?? 10)
        options.isQuick = arguments.flag("quick")
        options.isStrict = arguments.flag("strict")
        return try WarehouseChecks(
            set, of: Backends.reader(arguments.string("warehouse") ?? ""), options, logger: context.logger,
            wallClock: SystemClock.milliseconds,
            willCheck: { context.latest.value = WorkProgress(label: "checking \($0.name)") }
        ).run()
    }

    /// The checks that the options name.
    static func set(_ arguments: ParsedArguments) throws -> CheckSet {
        var files: [CheckFile] = []
        if !arguments.flag("no-built-in") { files.append(try file(builtInName, Schema.checks)) }
        for path in arguments.strings("checks") {
            files.append(try file(path, SmallFile.text(of: path)))
        }
        var set = try CheckSet(files)
        for assignment in arguments.strings("set") { try set.set(assignment) }
        let only = names(arguments.strings("only"))
        try set.select(only: arguments.isGiven("only") ? only : nil, skip: names(arguments.strings("skip")))
        return set
    }

    private static func file(_ name: String, _ text: String) throws -> CheckFile {
        do throws(CheckFile.Fault) { return try CheckFile(name: name, text: text) } catch {
            throw CheckError.file(name: name, error)
        }
    }

    private static func names(_ lists: [String]) -> [String] {
        lists.flatMap { $0.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) } }
    }
}
