import Arguments
import Domain
import Logging
import Pipeline

/// `reelhouse quarantine retry`: tries lines in quarantine again.
enum QuarantineRetryCommand: Command {
    static let declaration = CommandDeclaration(
        name: "retry",
        summary: "Try lines in quarantine again after a fix of the data or of the rules, and load what is accepted.",
        discussion: """
            Accepted lines are loaded and cured. Lines already in the warehouse are cured too, and not loaded twice. \
            Lines that are still rejected stay open, with the rule that they break now. Cured lines are not tried \
            again, unless chosen by --id. With --from, the lines are read from an edited export instead, where \
            rejected_id says which line in quarantine each of them replaces.
            """,
        options: [CommonOption.warehouse] + LiveOption.all + QuarantineFilter.options + [
            .value("from", .path, placeholder: "file", help: "An edited export, or - for standard input."),
            CommonOption.raw,
            .flag("dry-run", help: "Say what would be accepted, and change nothing."),
            CommonOption.retryFor,
            CommonOption.now, CommonOption.json,
            .flag("json-progress", help: "Print progress as JSON lines on standard error."),
            CommonOption.quiet,
        ],
        examples: [
            .init("reelhouse quarantine retry --dry-run", "How many lines would be accepted now?"),
            .init("reelhouse quarantine retry --rule event_time_out_of_range --now 2026-12-01", "Under another clock"),
            .init(
                "reelhouse quarantine export -o rejected.ndjson && reelhouse quarantine retry --from rejected.ndjson",
                "Export the lines, and load them from that file (edit it in between)"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let filter = try QuarantineFilter.filter(arguments)
        if arguments.isGiven("from"), filter.rule != nil || filter.source != nil || filter.id != nil {
            throw UsageError(
                "--from does not go with --rule, --source or --id",
                hint: "The file selects the lines: delete from it those that are not to be tried.")
        }
        let stop = StopSignal()
        let latest = LatestProgress()
        let signals = SignalWatch(stop: stop, console: context.console, latest: latest)
        defer { signals.cancel() }
        let ticker = ProgressTicker(context.console.progress) { latest.value }
        let report: QuarantineReport
        do {
            defer { ticker.stop() }
            report = try retry(filter, arguments, context, stop, latest)
        }
        context.console.progress.finish()
        let summary = QuarantineRetrySummary(report: report, isDryRun: arguments.flag("dry-run"))
        if arguments.flag("json") {
            try context.console.print(summary.json.compact)
        } else {
            try summary.print(on: context.console)
        }
        switch report.stopReason {
        case .interrupt: return .interrupted
        case .terminate: return .terminated
        case .duration, nil: return .done
        }
    }

    private static func retry(
        _ filter: RejectedFilter, _ arguments: ParsedArguments, _ context: CommandContext, _ stop: StopSignal,
        _ latest: LatestProgress
    ) throws -> QuarantineReport {
        let location = arguments.string("warehouse") ?? ""
        // Throws when there is no warehouse, which the next calls would create.
        _ = try Backends.reader(location)
        let mended = try arguments.string("from").map(MendedLineReader.init)
        var options = LoadOptions(clock: context.clock)
        options.isDryRun = arguments.flag("dry-run")
        options.retryFor = arguments.retryFor
        let rawStore = options.isDryRun ? nil : try Backends.rawStore(arguments.string("raw") ?? "")
        let retry = QuarantineRetry(
            warehouse: try WarehouseRetries.open(for: options.retryFor, stop: stop, logger: context.logger) {
                try Backends.warehouse(location)
            }, rawStore: rawStore, options: options, stop: stop,
            logger: context.logger, wallClock: SystemClock.milliseconds
        ) { progress in
            latest.value = WorkProgress(
                label: progress.phase.rawValue, bytesDone: 0, bytesTotal: nil, read: progress.counts.read,
                rejected: progress.counts.rejected)
        }
        return try retry.run(mended.map { .mended($0.next) } ?? .stored(filter))
    }
}
