import Arguments
import Domain
import JSON
import Pipeline

import enum Logging.SystemClock

/// `reelhouse refresh`: brings what is computed up to date without reading input.
enum RefreshCommand: Command {
    static let declaration = CommandDeclaration(
        name: "refresh",
        summary: "Bring facts, marts, indexes and statistics up to date, reading no input.",
        discussion: """
            Enriches the facts whose movies have arrived or changed, and then does what `reelhouse run` does at its end, \
            for what `reelhouse run --leave-marts` or a run that was stopped has left. It is a run of its own in load_run, \
            which reads nothing.
            """,
        options: [CommonOption.warehouse] + LiveOption.all + [
            .flag("facts", help: "Enrich facts only, and leave marts, indexes and statistics."),
            CommonOption.retryFor, CommonOption.now, CommonOption.json, CommonOption.quiet,
        ],
        examples: [
            .init("reelhouse run --leave-marts && reelhouse refresh", "Load, and bring the marts up to date later")
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let stop = StopSignal()
        let latest = LatestProgress()
        let signals = SignalWatch(stop: stop, console: context.console, latest: latest)
        defer { signals.cancel() }
        let report: LoadReport
        do {
            let ticker = ProgressTicker(context.console.progress) { latest.value }
            defer { ticker.stop() }
            latest.value = WorkProgress(label: LoadProgress.Phase.marts.rawValue)
            report = try refresh(arguments, context, stop)
        }
        context.console.progress.finish()
        let status = report.stopReason.flatMap { ExitStatus($0) } ?? .done
        let facts = report.refresh.reenrichedFacts
        let days = report.refresh.refreshedDays
        if arguments.flag("json") {
            let json: JSONText = .object([
                ("run_id", .integer(report.run.id)), ("outcome", .string(report.run.outcome.rawValue)),
                ("exit_status", .integer(Int64(status.code))), ("facts", .integer(facts)), ("days", .integer(days)),
                ("cured", .integer(report.cured)), ("seconds", .double(report.seconds)),
            ])
            try context.console.print(json.compact)
        } else {
            let marts =
                arguments.flag("facts")
                ? "; the marts are left as they were" : ", and \(NumberFormat.count(days, "day", "days")) of the marts"
            try context.console.print(
                paragraph: "Run \(report.run.id): brought \(NumberFormat.count(facts, "fact", "facts")) up to date"
                    + "\(marts), in \(NumberFormat.duration(seconds: report.seconds)).")
        }
        if status != .done { context.console.say("Stopped at a commit; run the same command again.") }
        return status
    }

    private static func refresh(
        _ arguments: ParsedArguments, _ context: CommandContext, _ stop: StopSignal
    ) throws -> LoadReport {
        let location = arguments.string("warehouse") ?? ""
        var options = LoadOptions(clock: context.clock)
        options.retryFor = arguments.retryFor
        options.refresh = arguments.flag("facts") ? .facts : .whole
        // Throws when there is no warehouse, which the next call would create.
        _ = try Backends.reader(location)
        let warehouse = try WarehouseRetries.open(for: options.retryFor, stop: stop, logger: context.logger) {
            try Backends.warehouse(location)
        }
        return try Loader(
            warehouse: warehouse, rawStore: nil, options: options, stop: stop, logger: context.logger,
            wallClock: SystemClock.milliseconds
        ).run(movies: nil, events: nil)
    }
}
