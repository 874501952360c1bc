import Arguments
import Domain
import Pipeline

/// `reelhouse nightly`: the batch as a graph of tasks.
enum NightlyCommand: Command {
    private static let tasks = NightlyTask.allCases.map(\.rawValue).joined(separator: ", ")

    static let declaration = CommandDeclaration(
        name: "nightly",
        summary: "Do the nightly batch: fetch, load, refresh, compact, export, check and prune, each recorded.",
        discussion: """
            The tasks are, in this order: \(tasks). Each is a command of this program, which --plan shows. A task that has \
            nothing to do is skipped: fetch without a key of TMDB's API, movies and events without input, compact where \
            events do not come from a folder. A task that fails is tried again (--tries, --retry-wait). When it fails for \
            good, the tasks that need it are left out, the others are done, and the batch has failed. A batch that was \
            killed or has failed goes on with the first task that is not done when the same command is run again for the \
            same date. Each task is recorded in load_task: when it began and ended, rows, bytes, tries and error.

            With --date the batch is for that date: files whose names have a later date are left, the snapshot gets it \
            for a name, and the checks are made as of its end. TMDB has no documents of the past, so nothing is fetched then.

            Ctrl-C, SIGTERM or SIGHUP ends the task that is under way, which is recorded as stopped, and prints the summary. A \
            second signal ends the program at once, unless it comes within half a second of the first.

            One nightly at a time works on a warehouse; a second one ends with exit status 4.
            """,
        options: [
            CommonOption.movies, CommonOption.events, CommonOption.raw, CommonOption.warehouse, LiveOption.live,
            LiveOption.environmentFile,
            .value("snapshots", .folder, defaultValue: ExportCommand.defaultFolder, help: "The folder of snapshots."),
            .flag("plan", short: "n", help: "Show the tasks, what each would do and what it needs; do nothing."),
            .value(
                "only", .text, placeholder: "tasks", help: "Only these tasks, also where they are done: marts,export."),
            .value(
                "from", .choice(NightlyTask.allCases.map(\.rawValue)), placeholder: "task",
                help: "This task and those after it, also where they are done."),
            .value("skip", .text, placeholder: "tasks", help: "Leave these tasks out: compact,prune."),
            .value(
                "with", .text, placeholder: "task=option", repetition: .repeats,
                help:
                    "Add an option to the command of a task: export=--format=ndjson. For fetch and prune it takes the "
                    + "place of their own: fetch=--popular=50, prune=--daily=30."),
            .value("date", .date, help: "The date that the batch is for; the UTC day of the clock unless given."),
            .value(
                "backfill", .text, placeholder: "date..date",
                help:
                    "A batch for each of these dates, the oldest first: 2026-11-01..2026-11-20. It ends where one fails, "
                    + "and goes on there when it is run again."),
            .value("tries", .integer(1...100), defaultValue: "3", help: "How often a task is tried."),
            .value(
                "retry-wait", .duration, defaultValue: "30s",
                help: "The time before the second try of a task; it doubles with each one, up to ten minutes."),
            .value(
                "emit", .choice(ScheduleFormat.allCases.map(\.rawValue)), placeholder: "scheduler",
                help: "Do nothing but print what systemd, cron or Apache Airflow needs to do this every day, with the "
                    + "same locations."),
            .value(
                "at", .text, placeholder: "HH:MM", defaultValue: NightlySchedule.Time.standard.text,
                help: "With --emit: when it begins, in UTC."),
            .value(
                "output", short: "o", .folder,
                help: "With --emit: the folder to write the files into, instead of standard output."),
            .flag("force", help: "With --output: replace files that exist."),
            CommonOption.retryFor, CommonOption.now, CommonOption.json, CommonOption.quiet,
        ] + CommandEnd.options,
        examples: [
            .init("reelhouse nightly --plan", "What would be done tonight?"),
            .init("reelhouse nightly", "Do it, or go on where it ended"),
            .init("reelhouse nightly --emit systemd --at 03:30", "Units for systemd that do it every day"),
            .init("reelhouse nightly --from export", "Export, check and prune again"),
            .init(
                "reelhouse nightly --skip compact --with export=--format=ndjson", "Leave the event files, export NDJSON"
            ),
        ],
        environment: KnownVariables.ports)

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let asked = try NightlyArguments(arguments, context)
        if let format = arguments.choice("emit", as: ScheduleFormat.self) {
            try NightlyEmission(format, arguments, skipped: asked.options.selection.skipped)
                .write(arguments, on: context.console)
            return .done
        }
        for name in ["at", "output", "force"] where arguments.isGiven(name) {
            throw UsageError("--\(name) goes with --emit", hint: "Leave it out, or say what to emit.")
        }
        let warehouse = arguments.string("warehouse") ?? ""
        let batches = NightlyBatches(asked, NightlyPlace(arguments, context.configuration), warehouse, context)
        try batches.work(of: asked.days[0]).check()
        if arguments.flag("plan") {
            // It writes nothing, neither a lock nor a migration nor a log, and needs no right to.
            let history = Backends.isThere(warehouse) ? try Backends.reader(warehouse) as? any NightlyHistory : nil
            return try NightlyPlan(asked, batches.work(of: asked.days[0]), history)
                .print(on: context.console, asJSON: arguments.flag("json"))
        }
        return try CommandEnd("nightly", arguments, context).around {
            try batches.run(asJSON: arguments.flag("json"))
        }
    }
}
