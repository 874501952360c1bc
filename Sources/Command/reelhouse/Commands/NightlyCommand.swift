import Arguments
import Domain
import Pipeline

import enum Logging.SystemClock

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
        let place = NightlyPlace(arguments, context.configuration)
        let work = NightlyWork(place, context, extra: asked.extra)
        try work.check(day: asked.days[0])
        let warehouse = arguments.string("warehouse") ?? ""
        let openLedger: () throws -> (any NightlyLedger)? = {
            Backends.isThere(warehouse) ? try Backends.warehouse(warehouse) as? any NightlyLedger : nil
        }
        if arguments.flag("plan") {
            return try NightlyPlan(asked, work, openLedger).print(on: context.console, asJSON: arguments.flag("json"))
        }
        return try CommandEnd("nightly", arguments, context).around {
            try batches(asked, work, openLedger, arguments, context)
        }
    }

    /// Does a batch for each date, until one fails.
    private static func batches(
        _ asked: NightlyArguments, _ work: NightlyWork, _ openLedger: @escaping () throws -> (any NightlyLedger)?,
        _ arguments: ParsedArguments, _ context: CommandContext
    ) throws -> CommandEnd.Result {
        let (backend, location) = try Backends.warehouseBackend(arguments.string("warehouse") ?? "")
        // Throws where it is a file of another program, before the lock leaves one beside it. Where it is in use, the lock
        // or a task says by what.
        do { _ = try openLedger() } catch let error as any ReportedError where error.kind == .inUse {}
        let lock = try backend.lockNightly(location)
        defer { withExtendedLifetime(lock) {} }
        let stop = StopSignal()
        var result = NightlyResult()
        for day in asked.days {
            let batch = try run(asked, day: day, work, openLedger, stop, context)
            result.add(batch, work.statuses)
            if !arguments.flag("json") { try result.printLast(on: context.console) }
            if result.status != .done, result.status != .notAllTaken { break }
        }
        let json = result.json.compact
        if arguments.flag("json") { try context.console.print(json) }
        return CommandEnd.Result(
            status: result.status, outcome: result.outcome, run: nil, reasons: result.reasons, json: json)
    }

    private static func run(
        _ asked: NightlyArguments, day: Int32, _ work: NightlyWork,
        _ openLedger: @escaping () throws -> (any NightlyLedger)?,
        _ stop: StopSignal, _ context: CommandContext
    ) throws -> NightlyReport {
        var options = asked.options
        options.day = day
        return try NightlyRun(
            options, openLedger: openLedger,
            perform: { task in
                let lastFetch = task == .fetch ? try? openLedger()?.lastDay(of: task.rawValue) : nil
                return work.perform(task, day: day, lastFetch: lastFetch)
            },
            waiting: { wait in
                // A task handles signals itself.
                let signals = SignalWatch(
                    stop: stop, console: context.console, latest: context.latest,
                    announcement: "Stopping before the next task; once more stops at once.")
                defer { signals.cancel() }
                wait()
            }, stop: stop, logger: context.logger, wallClock: SystemClock.milliseconds
        ).run(isSkippedWhenDone: asked.isBackfill)
    }
}
