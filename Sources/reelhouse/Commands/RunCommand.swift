import Arguments
import Domain
import Files
import Logging
import Pipeline

/// `reelhouse run`: the main job.
enum RunCommand: Command {
    static let declaration = CommandDeclaration(
        name: "run",
        summary: "Load movies and events into the warehouse, and bring its marts up to date.",
        discussion: """
            What was loaded whole before is skipped, what was interrupted goes on where its last commit was, and a \
            line that breaks a rule goes to quarantine. With neither --movies nor --events the defaults of both are \
            read, with one of them only that one.
            """,
        options: [
            CommonOption.movies, CommonOption.events,
            .value(
                "raw", .location, defaultValue: "data/raw",
                help: "Where movie documents and long comments are kept as they came: a folder."),
            CommonOption.warehouse,
            .value(
                "max-rejects", .limit,
                help: "Exit with status 3 when more lines than this are rejected; no limit unless given."),
            .value("max-duration", .duration, help: "Stop at the next commit after so long, and say what is left."),
            CommonOption.now, CommonOption.snapshotDate,
            .flag("reload", help: "Read again what was loaded whole before."),
            CommonOption.whole,
            .flag("dry-run", help: "Do everything, and undo it at the end: what would this run change?"),
            CommonOption.json,
            .flag("stages", help: "Add to --json how long each stage took.", isHidden: true),
            .flag("json-progress", help: "Print progress as JSON lines on standard error."),
            CommonOption.quiet,
            .value(
                "commit-lines", .integer(1...1_000_000_000), help: "Commit about every so many lines; for tests.",
                isHidden: true),
        ],
        examples: [
            .init("reelhouse run", "Load data/movies and data/events into warehouse.db"),
            .init("reelhouse run --events 'logs/2026-11-*.ndjson.zst'", "Load the events of a month only"),
            .init("zcat events.gz | reelhouse run --events -", "Load events from standard input"),
            .init("reelhouse run --max-rejects 0.5% --json", "Load, and fail the job when more than 0.5 % is rejected"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let stop = StopSignal()
        let latest = LatestProgress()
        let signals = SignalWatch(stop: stop, console: context.console, latest: latest)
        defer { signals.cancel() }
        if let duration = arguments.duration("max-duration") { signals.requestStop(after: duration) }
        let ticker = ProgressTicker(context.console.progress) { latest.value }
        let report: LoadReport
        do {
            defer { ticker.stop() }
            report = try load(arguments, context, stop, latest)
        }
        context.console.progress.finish()
        if arguments.flag("json") {
            try context.console.print(RunJSON.text(report, withStages: arguments.flag("stages")))
        } else {
            try RunSummary(report: report, isDryRun: arguments.flag("dry-run")).print(on: context.console)
        }
        return status(of: report, arguments)
    }

    private static func load(
        _ arguments: ParsedArguments, _ context: CommandContext, _ stop: StopSignal, _ latest: LatestProgress
    ) throws -> LoadReport {
        let readsBoth = arguments.isGiven("movies") == arguments.isGiven("events")
        let movies = readsBoth || arguments.isGiven("movies")
        let events = readsBoth || arguments.isGiven("events")
        var options = LoadOptions(clock: context.clock)
        var files = FileSet.Options()
        files.chunkSize = commitLines(arguments, &options)
        files.readsUnfinished = arguments.flag("whole")
        files.own = Backends.ownFiles(
            warehouse: arguments.string("warehouse") ?? "", rawStore: arguments.string("raw") ?? "")
        if movies, events {
            try StreamOnce.check(movies: arguments.strings("movies"), events: arguments.strings("events"))
        }
        let movieSources = movies ? try Backends.sources(.movies, arguments.strings("movies"), options: files) : nil
        let eventSources = events ? try Backends.sources(.events, arguments.strings("events"), options: files) : nil
        options.snapshotDay = arguments.day("snapshot-date")
        options.isReload = arguments.flag("reload")
        options.isDryRun = arguments.flag("dry-run")
        let location = arguments.string("warehouse") ?? ""
        let scratch = options.isDryRun && !Backends.isThere(location) ? try ScratchFolder() : nil
        defer { withExtendedLifetime(scratch) {} }
        let warehouse = try Backends.warehouse(scratch.map { $0.path + "/warehouse.db" } ?? location)
        let rawStore = options.isDryRun ? nil : try Backends.rawStore(arguments.string("raw") ?? "")
        let loader = Loader(
            warehouse: warehouse, rawStore: rawStore, options: options, stop: stop, logger: context.logger,
            wallClock: SystemClock.milliseconds
        ) { progress in
            latest.value = WorkProgress(
                label: progress.phase.rawValue, bytesDone: progress.bytes,
                bytesTotal: progress.totalBytes == 0 ? nil : progress.totalBytes, read: progress.counts.read,
                rejected: progress.counts.rejected)
        }
        return try loader.run(movies: movieSources, events: eventSources)
    }

    /// Makes transactions, and the pieces that they are made of, as small as the command line asks for.
    ///
    /// - Returns: how many bytes a chunk has.
    private static func commitLines(_ arguments: ParsedArguments, _ options: inout LoadOptions) -> Int {
        guard let lines = arguments.integer("commit-lines") else { return LineReader.defaultChunkSize }
        options.transactionLines = lines
        options.groupRows = min(options.groupRows, Int(lines))
        return min(LineReader.defaultChunkSize, Int(lines) * 128)
    }

    private static func status(of report: LoadReport, _ arguments: ParsedArguments) -> ExitStatus {
        switch report.stopReason {
        case .interrupt: return .interrupted
        case .terminate: return .terminated
        case .duration, nil: break
        }
        let counts = report.run.counts
        let isOverLimit = arguments.limit("max-rejects")?.isExceeded(by: counts.rejected, of: counts.read) ?? false
        let isUnread = !report.unreadable.isEmpty
        return isOverLimit || isUnread || report.sources.contains(where: \.isDamaged) ? .notAllTaken : .done
    }
}
