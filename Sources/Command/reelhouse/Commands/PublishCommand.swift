import Arguments
import Domain
import Files
import Logging
import Pipeline

/// `reelhouse publish`: sends the lines of files to a topic.
enum PublishCommand: Command {
    /// The folder that keeps how far files were sent.
    static let defaultState = "data/published"

    static let declaration = CommandDeclaration(
        name: "publish",
        summary: "Send the lines of files to a Kafka topic, each as one message.",
        discussion: """
            Each line is sent as it is, without its line feed. Events are keyed by user, so that those of a user are in \
            one partition in their order. Movie documents are keyed by id and snapshot date, which is also in the \
            message's header snapshot_date. A line that is no JSON object, or has no such id, is sent without a key. \
            The time of a message is that at which it was sent. The topic has to exist.

            A line counts as sent when the topic has confirmed it. How far each file was sent is kept in a folder \
            (--state). The same command sends nothing twice: it skips files that were sent, goes on after the last \
            line of an interrupted one, and sends what was appended to a file. After a kill, at most 100,000 lines \
            are sent a second time; for who loads them these are duplicates. Standard input and pipes are always sent.

            When the connection is lost, the command goes on at the first line that is not confirmed. A line that is \
            too large for the topic or is over 16 MiB is named and left out, and the exit status is then 3.

            Ctrl-C, SIGTERM or SIGHUP stops it within seconds. A second signal stops it at once.
            """,
        options: [
            .value(
                "from", .location, repetition: .takesMany,
                help: "What to send: \(BackendRegistry.help([SourceBackend.files])). By default data/events or "
                    + "data/movies."),
            .value("to", .location, help: "Where to: \(BackendRegistry.help(BackendRegistry.messageTargets))."),
            LiveOption.live, LiveOption.environmentFile,
            .value(
                "state", .folder, defaultValue: defaultState, help: "The folder that keeps how far files were sent."),
            .flag("again", help: "Send files again that were sent before."),
            .value(
                "rate", .integer(1...1_000_000_000), placeholder: "messages",
                help: "Send at most so many messages a second."),
            CommonOption.retryFor, CommonOption.now, CommonOption.snapshotDate, CommonOption.whole,
            CommonOption.json,
            .flag("json-progress", help: "Print progress as JSON lines on standard error."),
            CommonOption.quiet,
        ],
        operands: [
            Operand(
                "port", .choice(SourcePort.allCases.map(\.rawValue)), help: "Whether the lines are events or movies.")
        ],
        examples: [
            .init("reelhouse publish events --to kafka://localhost:9092/user_logs", "Send data/events"),
            .init(
                "reelhouse publish movies --from data/movies --to kafka://localhost:9092/movie",
                "Keep a copy of the movie documents in a topic"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        guard let to = arguments.string("to"), !to.isEmpty else {
            throw UsageError("publish needs --to", hint: "Name the topic, as in --to kafka://localhost:9092/user_logs.")
        }
        guard let port = arguments.operand("port").flatMap(SourcePort.init(rawValue:)) else {
            throw UsageError("publish needs events or movies", hint: "See 'reelhouse publish --help'.")
        }
        let stop = StopSignal()
        let latest = LatestProgress()
        let signals = SignalWatch(
            stop: stop, console: context.console, latest: latest,
            announcement: "Stopping when what was sent is confirmed; once more stops at once.")
        defer { signals.cancel() }
        let ticker = ProgressTicker(context.console.progress) { latest.value }
        let report: PublishReport
        do {
            defer { ticker.stop() }
            report = try publisher(arguments, context, port, to: to, stop) { latest.value = $0 }.run()
        } catch let error as any ReportedError {
            guard let status = stop.reason.flatMap({ ExitStatus($0) }) else { throw error }
            context.console.progress.finish()
            context.console.say("Stopped before anything was sent: \(error.message).")
            return status
        }
        context.console.progress.finish()
        let result = PublishResult(report: report, port: port, to: "\(Location(to))")
        if arguments.flag("json") {
            try context.console.print(result.json.compact)
        } else {
            try result.print(on: context.console)
        }
        for warning in result.warnings { context.console.report(warning) }
        if let failure = report.failure { throw result.error(failure) }
        return result.status
    }

    private static func publisher(
        _ arguments: ParsedArguments, _ context: CommandContext, _ port: SourcePort, to: String, _ stop: StopSignal,
        _ report: @escaping (WorkProgress) -> Void
    ) throws -> Publisher {
        let state = arguments.string("state") ?? defaultState
        var sources = SourceOptions()
        sources.readsUnfinished = arguments.flag("whole")
        sources.own = Backends.ownFiles(
            warehouse: CommonOption.defaultWarehouse, rawStore: CommonOption.defaultRawStore)
        sources.own.folders.append(LocalFiles.Place(path: state, what: "the folder of --state", isTold: false))
        var options = PublishOptions(clockDay: context.clock.day, retryFor: arguments.retryFor)
        options.snapshotDay = arguments.day("snapshot-date")
        options.isAgain = arguments.flag("again")
        if let rate = arguments.integer("rate") {
            options.rate = Double(rate)
            // A command that is stopped sends the rest of its chunk first.
            sources.chunkLines = max(1, Int(clamping: rate / 2))
        }
        let named = arguments.strings("from")
        let from = named.isEmpty ? ["data/\(port.rawValue)"] : named
        if let url = from.map({ Location($0) }).first(where: { !SourceBackend.files.naming.includes($0) }) {
            throw UsageError("publish reads files, and not \(url)", hint: "Name files, folders or - with --from.")
        }
        return Publisher(
            from: try Backends.sources(port, from, options: sources), to: try Backends.messageTarget(to),
            positions: SentPositionFolder(state), options: options, stop: stop, logger: context.logger,
            clock: ProgressLine.monotonicSeconds
        ) { progress in
            report(
                WorkProgress(
                    label: port.rawValue, bytesDone: progress.bytes,
                    bytesTotal: progress.totalBytes == 0 ? nil : progress.totalBytes, read: progress.confirmed,
                    noun: .messages))
        }
    }
}
