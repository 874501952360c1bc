import Arguments
import Domain
import Logging
import Pipeline

/// `reelhouse run`: loads movies and events.
enum RunCommand: Command {
    static let declaration = CommandDeclaration(
        name: "run",
        summary: "Load movies and events into the warehouse, and bring its marts up to date.",
        discussion: """
            A source that was loaded before is skipped, one that was interrupted continues from its last commit, and a \
            line that breaks a rule goes to quarantine. Without --movies and --events, both default folders are read if \
            they exist. With one of them, only that input is read.

            Lines are committed in batches, movies like events, each together with the position after it. By default a \
            batch is as large as memory allows, up to two million lines, and the lines of a batch that was not \
            committed are read again. --batch-size and --batch-interval make commits more frequent, for runs that may \
            be killed at any time. Marts, indexes and statistics are brought up to date once, at the end of the run.

            A topic of Kafka is read as a batch: each partition from where the last run ended to the end that it has \
            now. The position is in the warehouse; the group's offsets are committed for monitors of its lag only. \
            --follow goes on with what comes later, until it is stopped.

            Ctrl-C, SIGTERM or SIGHUP stops the run at the next commit. A second signal stops it at once, unless it \
            comes within half a second of the first. Under nohup SIGHUP is ignored.
            """,
        options: [
            CommonOption.movies, CommonOption.events,
            CommonOption.raw, CommonOption.warehouse, LiveOption.live, LiveOption.environmentFile,
            .value(
                "backup", .location, repetition: .repeats,
                help: "Also send the lines that the run accepts, each before the commit of its rows, to "
                    + "\(BackendRegistry.help(BackendRegistry.backups)). May be given twice, once for each kind of line. A "
                    + "topic gets movie documents, or events where its name has the word events or logs (user_logs); "
                    + "movies= or events= before the URL says it otherwise. `reelhouse restore` "
                    + "brings movie documents back. Duplicates and rejected lines are not sent, and a dry run "
                    + "sends nothing. A line that the place refuses is named and loaded all the same, and the exit "
                    + "status is 3."),
            .value(
                "max-rejects", .limit,
                help: "Exit with status 3 when more lines than this are rejected; no limit unless given."),
            .value(
                "batch-size", .integer(1...Int64.max), placeholder: "lines",
                defaultValue: String(LoadOptions.defaultTransactionLines),
                help: "Commit after at most so many lines, sooner where they need much memory. Small batches are "
                    + "slower: each commit takes some milliseconds, on a server tens of them, and rewrites files of the "
                    + "raw store for movies."),
            .value(
                "batch-interval", .duration,
                help: "Commit when the first line that is not committed was read so long ago. What the commit itself "
                    + "takes comes on top."),
            .value(
                "max-duration", .duration,
                help: "End after about so long and say what is left. The run stops reading early enough to commit and "
                    + "to refresh the marts; where that takes longer than predicted, it ends later."),
        ] + Following.options + [
            CommonOption.retryFor,
            CommonOption.now, CommonOption.snapshotDate,
            .value(
                "only", .choice(SourcePort.allCases.map(\.rawValue)), placeholder: "movies|events",
                help: "Read movies or events only, whatever else is named."),
            .value(
                "through", .date,
                help: "Leave files whose names have a later date, such as e-2026-11-21.ndjson for 2026-11-20."),
            .flag(
                "leave-marts",
                help: "Load only: leave what is done once all lines are read (facts of movies that came after them, "
                    + "marts, indexes, statistics) to `reelhouse refresh` or to a later run."),
            .flag("reload", help: "Read sources again that were loaded before."),
            CommonOption.whole,
            .flag("dry-run", help: "Show what the run would change, then roll back."),
            CommonOption.json,
            .flag("stages", help: "Add to --json how long each stage took.", isHidden: true),
            .flag("json-progress", help: "Print progress as JSON lines on standard error."),
            CommonOption.quiet,
        ] + CommandEnd.options,
        examples: [
            .init("reelhouse run", "Load data/movies and data/events into warehouse.db"),
            .init("reelhouse run --events 'data/events/2026-11-1*.ndjson.zst'", "Load the events of ten days only"),
            .init(
                "zstdcat data/events/2026-11-20.ndjson.zst | reelhouse run --events -",
                "Load events from standard input"),
            .init(
                "reelhouse run --follow --events kafka://localhost:9092/user_logs",
                "Load the events of a topic as they come"),
            .init("reelhouse run --live", "Load from and into the servers that variables or .env name"),
            .init(
                "reelhouse run --metrics-file reelhouse.prom --notify-command 'mail -s Reelhouse ops' || true",
                "Load, write metrics for Prometheus, and mail the result when it failed"),
            .init("reelhouse run --max-rejects 0.5% --json", "Load, and fail the job when more than 0.5 % is rejected"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        try CommandEnd("run", arguments, context).around { try result(arguments, context) }
    }

    private static func result(
        _ arguments: ParsedArguments, _ context: CommandContext
    ) throws -> CommandEnd.Result {
        let stop = StopSignal()
        let latest = LatestProgress()
        let signals = SignalWatch(stop: stop, console: context.console, latest: latest)
        defer { signals.cancel() }
        let deadline = arguments.duration("max-duration").map { duration in
            signals.requestStop(after: duration)
            return ContinuousClock.now + duration
        }
        let ticker = ProgressTicker(context.console.progress) { latest.value }
        let report: LoadReport
        var hasCommitted = false
        do {
            defer { ticker.stop() }
            report = try load(
                arguments, context, stop, deadline, didCommit: { hasCommitted = true }, report: { latest.value = $0 })
        } catch let error as any ReportedError
            where error.kind == .noRoom || (error.kind == .unreachable && error.mayRetry)
        {
            throw CommandError(
                message: error.message,
                hint: error.hint + " " + whatStays(hasCommitted: hasCommitted, isDryRun: arguments.flag("dry-run")),
                kind: error.kind)
        }
        context.console.progress.finish()
        let ending = RunEnding(
            report, limit: arguments.limit("max-rejects"), isFollowing: arguments.flag("follow"),
            nameWidth: arguments.flag("json") ? nil : context.console.outputWidth.map { max(20, $0 - 4) })
        let json = RunJSON.text(report, ending, withStages: arguments.flag("stages"))
        if arguments.flag("json") {
            try context.console.print(json)
        } else {
            try RunSummary(report: report, ending: ending, isDryRun: arguments.flag("dry-run"))
                .print(on: context.console)
        }
        // The summary has these sentences already.
        if arguments.flag("json") || context.console.isQuiet { ending.tell(on: context.console) }
        for warning in report.backups.flatMap(BackupNotes.warnings) { context.console.report(warning) }
        return CommandEnd.Result(
            status: ending.status, outcome: report.run.outcome.rawValue, run: report.run.id,
            reasons: ending.status == .done ? [] : ending.sentences, json: json)
    }

    /// Says where the same command will begin after an error that ended the run.
    ///
    /// - Parameter hasCommitted: whether the run has committed lines.
    private static func whatStays(hasCommitted: Bool, isDryRun: Bool) -> String {
        if isDryRun { return "A dry run changes nothing." }
        return hasCommitted
            ? "What was committed stays, and the same command goes on from there." : "This run loaded nothing."
    }

    private static func load(
        _ arguments: ParsedArguments, _ context: CommandContext, _ stop: StopSignal,
        _ deadline: ContinuousClock.Instant?, didCommit: @escaping () -> Void,
        report: @escaping (WorkProgress) -> Void
    ) throws -> LoadReport {
        let ports = try DefaultInputs.ports(arguments)
        let places = try backupPlaces(arguments, ports)
        var options = LoadOptions(clock: context.clock)
        var sources = SourceOptions()
        if let lines = arguments.integer("batch-size") {
            options.transactionLines = lines
            // Several chunks a transaction, since one that does not fit into it waits for the next.
            sources.chunkLines = max(1, Int(clamping: lines / 4))
        }
        options.commitInterval = arguments.duration("batch-interval").map { $0 / .seconds(1) }
        options.retryFor = arguments.retryFor
        try Following.apply(arguments, ports, to: &options, &sources)
        options.deadline = deadline
        sources.readsUnfinished = arguments.flag("whole")
        sources.lastDay = arguments.day("through")
        if arguments.flag("leave-marts") { options.refresh = .nothing }
        sources.own = Backends.ownFiles(
            warehouse: arguments.string("warehouse") ?? "", rawStore: arguments.string("raw") ?? "")
        if ports.count > 1 {
            try StreamOnce.check(movies: arguments.strings("movies"), events: arguments.strings("events"))
        }
        let movieSources =
            ports.contains(.movies)
            ? try opened(stop) { try Backends.sources(.movies, arguments.strings("movies"), options: sources) } : nil
        let eventSources =
            ports.contains(.events)
            ? try opened(stop) { try Backends.sources(.events, arguments.strings("events"), options: sources) } : nil
        options.snapshotDay = arguments.day("snapshot-date")
        options.isReload = arguments.flag("reload")
        options.isDryRun = arguments.flag("dry-run")
        let backups = try options.isDryRun ? [] : places.map { try backup($0, $1, options, stop, context) }
        let location = arguments.string("warehouse") ?? ""
        // Before the warehouse, which is made where it is missing: where the raw store cannot be reached, nothing is.
        let rawStore = options.isDryRun ? nil : try Backends.rawStore(arguments.string("raw") ?? "")
        let (warehouse, dryRun) = try WarehouseRetries.open(
            for: options.retryFor, waitsForWriter: options.waitsForWriter, stop: stop, logger: context.logger
        ) {
            let dryRun = options.isDryRun ? try Backends.dryRunWarehouse(location) : nil
            return (try dryRun?.warehouse ?? Backends.warehouse(location), dryRun)
        }
        defer { withExtendedLifetime(dryRun) {} }
        let loader = Loader(
            warehouse: warehouse, rawStore: rawStore, options: options, backups: backups, stop: stop,
            logger: context.logger,
            wallClock: SystemClock.milliseconds, didCommit: didCommit
        ) { progress in
            report(
                WorkProgress(
                    label: arguments.flag("follow") ? "following" : progress.phase.rawValue, bytesDone: progress.bytes,
                    bytesTotal: progress.totalBytes == 0 ? nil : progress.totalBytes, read: progress.counts.read,
                    rejected: progress.counts.rejected))
        }
        let result = try loader.run(movies: movieSources, events: eventSources)
        if context.loads.isWanted {
            measure(result, [movieSources, eventSources].compactMap { $0 }, warehouse: location, context)
        }
        return result
    }

    /// Keeps for the metrics what a load read, and what waits after it, where the sources tell.
    private static func measure(
        _ report: LoadReport, _ sources: [any SourceSet], warehouse: String, _ context: CommandContext
    ) {
        context.loads.add(report)
        if report.stopReason?.isSignal == true { return }
        do {
            let known = try Backends.reader(warehouse).checkpoints(limit: .max)
            for set in sources { context.loads.add(try set.backlog(after: known)) }
        } catch {
            context.logger.notice("The metrics lack what waits in topics", ["error": .string("\(error)")])
        }
    }

    /// The backups that are asked for, each with the port whose lines it gets. Checks that the run reads such lines, and
    /// that they do not come from the backup itself.
    private static func backupPlaces(
        _ arguments: ParsedArguments, _ ports: [SourcePort]
    ) throws -> [(port: SourcePort, location: Location)] {
        let backups = try BackupLocation.byPort(arguments.strings("backup"))
        func place(_ text: String) -> Substring { text.prefix { $0 != "?" } }
        return try SourcePort.allCases.compactMap { port in
            guard let backup = backups[port] else { return nil }
            guard ports.contains(port) else {
                let (lines, other): (String, SourcePort) =
                    port == .movies ? ("movie documents", .events) : ("events", .movies)
                throw UsageError(
                    "--backup sends \(lines) to \(backup), and this run reads none",
                    hint: "Name them with --\(port.rawValue), or write \(other.rawValue)= before the place.")
            }
            if arguments.strings(port.rawValue).contains(where: { place($0) == place(backup.text) }) {
                throw UsageError(
                    "--\(port.rawValue) and --backup name the same topic, which would get each line again",
                    hint: "Leave --backup out: the topic has the lines already.")
            }
            return (port, backup)
        }
    }

    /// Opens a backup.
    private static func backup(
        _ port: SourcePort, _ location: Location, _ options: LoadOptions, _ stop: StopSignal, _ context: CommandContext
    ) throws -> LineBackup {
        do {
            return try LineBackup(
                of: port, to: Backends.backupTarget(location), retryFor: options.retryFor, stop: stop,
                logger: context.logger, clock: ProgressLine.monotonicSeconds)
        } catch {
            guard let reason = stop.reason, error is any ReportedError else { throw error }
            throw StoppedBeforeWork(reason: reason, cause: error)
        }
    }

    /// Opens the sources of a port, which may wait for a server until the program is asked to stop.
    private static func opened(_ stop: StopSignal, _ open: () throws -> any SourceSet) throws -> any SourceSet {
        do { return try open() } catch {
            guard let reason = stop.reason, error is any ReportedError else { throw error }
            throw StoppedBeforeWork(reason: reason, cause: error)
        }
    }
}
