import Arguments
import Domain
import Files
import Pipeline

/// `reelhouse restore`: brings movie documents back from a topic, as files.
enum RestoreCommand: Command {
    /// The folder that is written to unless another is named.
    static let defaultFolder = "data/movies"

    static let declaration = CommandDeclaration(
        name: "restore",
        summary: "Bring movie documents back from a Kafka topic, as files that `reelhouse run` reads.",
        discussion: """
            Reads all partitions of the topic, each to the end that it has at the start, whatever a warehouse or a \
            group has read of it. Each document is written, byte for byte, as a line of the file of its snapshot date, \
            such as 2026-11-20.ndjson.zst; the date is that of the message's header snapshot_date, else the day of \
            the message's timestamp. Messages without a value give nothing. Of several messages of one movie and date \
            all are written, so that a load decides as from the topic; a document that is there twice is a duplicate \
            for the load.

            The files appear when all of them are complete: after an error or a signal none is there. A folder that is \
            not there yet is made. A file that is there already is not replaced without --force.

            A document over 16 MiB, and one that no line of a file can hold, are named and left out. Then, and when \
            records expired while they were read, the exit status is 3. Documents can also be loaded without files: \
            reelhouse run --movies kafka://HOST/TOPIC.
            """,
        options: [
            .value("from", .location, help: "The topic, as kafka://HOST/TOPIC."), LiveOption.live,
            LiveOption.environmentFile,
            .value("to", .folder, defaultValue: defaultFolder, help: "The folder to write the files to."),
            .flag("force", help: "Replace files of the same dates; other files stay."),
            CommonOption.retryFor, CommonOption.json,
            .flag("json-progress", help: "Print progress as JSON lines on standard error."),
            CommonOption.quiet,
        ],
        operands: [
            Operand("port", .choice([SourcePort.movies.rawValue]), help: "What to restore: movies.")
        ],
        examples: [
            .init("reelhouse restore movies --from kafka://localhost:9092/movie", "Write the documents to data/movies"),
            .init(
                "reelhouse restore movies --from kafka://localhost:9092/movie --to restored && "
                    + "reelhouse run --movies restored --warehouse new.db",
                "Build a warehouse of movies from a backup"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        guard arguments.operand("port") == SourcePort.movies.rawValue else {
            throw UsageError("restore needs what to restore: movies", hint: "See 'reelhouse restore --help'.")
        }
        guard let from = arguments.string("from"), !from.isEmpty else {
            throw UsageError("restore needs --from", hint: "Name the topic, as in --from kafka://localhost:9092/movie.")
        }
        if SourceBackend.files.naming.includes(Location(from)) {
            throw UsageError(
                "restore reads a topic, and \(Location(from)) is a path",
                hint: "Name a topic, as in --from kafka://localhost:9092/movie.")
        }
        let folder = arguments.string("to") ?? defaultFolder
        if folder == "-" {
            throw UsageError(
                "--to needs a folder, since each snapshot date has a file", hint: "For example --to data/movies.")
        }
        let report: RestoreReport
        let ticker = ProgressTicker(context.console.progress) { context.latest.value }
        do {
            defer { ticker.stop() }
            var options = SourceOptions()
            options.patience = arguments.retryFor
            let topic = try Backends.sources(.movies, [from], options: options)
            let target = try RestoredFolder(
                folder, isReplacing: arguments.flag("force"), protected: Backends.protectedPlaces(arguments))
            let restorer = Restorer(
                from: topic, to: target, clockDay: context.clock.day, clock: ProgressLine.monotonicSeconds,
                logger: context.logger
            ) { documents in
                context.latest.value = WorkProgress(label: "restoring", read: documents, noun: .documents)
            }
            report = try restorer.run()
        } catch let error as any ReportedError where error.kind != .usage {
            throw CommandError(
                message: error.message, hint: error.hint + " Nothing was written to \(folder).", kind: error.kind)
        }
        context.console.progress.finish()
        let result = RestoreResult(report: report, from: "\(Location(from))", to: folder)
        if arguments.flag("json") {
            try context.console.print(result.json.compact)
        } else {
            try result.print(on: context.console)
        }
        for warning in result.warnings { context.console.report(warning) }
        return result.status
    }
}
