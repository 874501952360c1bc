import Arguments
import Domain
import Logging
import Pipeline

/// `reelhouse copy`: copies a whole warehouse, or a raw store, to another place or database.
enum CopyCommand: Command {
    static let declaration = CommandDeclaration(
        name: "copy",
        summary: "Copy a whole warehouse, or a raw store, to another place, also to another database.",
        discussion: """
            A warehouse: all or nothing. Everything is copied as of one moment and in one transaction, and the digests of both \
            warehouses are compared before it is committed. If the copy is stopped, killed or fails, the target is as \
            it was before, and the same command can be run again. (A PostgreSQL target with events of very many months \
            may be left as an empty warehouse.) Loads of the source may go on meanwhile: the copy holds what they had \
            committed when it began, and a warning says so when the last run had not ended. The target must not exist \
            or must be empty; runs that would load into it are refused until the copy ends.

            Besides movies, events and marts, the copy has the runs, the loaded sources and the quarantine: a later \
            `run` on it skips what was loaded before, and `quarantine retry` works. Indexes of `reelhouse index` are \
            made too. The raw store is not copied: name the same one with --raw in later commands, or copy it as well.

            To PostgreSQL: reelhouse copy --to postgresql://USER@HOST/DATABASE; and back, into a new file: \
            reelhouse copy --from postgresql://USER@HOST/DATABASE --to copy.db

            A raw store (`copy raw`): movie documents, long comments and posters, byte for byte. The target may have some \
            already: of two documents of a movie the one of greater rank stays, and what is there is not copied again. \
            What was copied is kept every few seconds. A server that is lost is tried again for as long as --retry-for \
            says. After a kill, Ctrl-C or an error the same command goes on from there. What is damaged in the source, and \
            what other programs have there, is named and left out, and the exit status is then 3. With --env-file, a URL of \
            MongoDB without a user gets the login of REELHOUSE_RAW or MONGO_URI where that names the same place.
            """,
        options: [
            .value(
                "from", .location,
                help: "The warehouse to copy: \(BackendRegistry.help(BackendRegistry.warehouses)); "
                    + "\(CommonOption.defaultWarehouse) unless given. The raw store to copy: "
                    + "\(BackendRegistry.help(BackendRegistry.rawStores)); \(CommonOption.defaultRawStore) unless given."
            ),
            .value("to", .location, help: "Where to copy it to, in the same forms."),
            .value(
                "retry-for", .duration, defaultValue: "5m",
                help: "How long copy raw tries again after a server is lost, each time; 0s never tries again."),
            CommonOption.json,
            .flag("json-progress", help: "Print progress as JSON lines on standard error."),
            CommonOption.quiet, LiveOption.environmentFile,
        ],
        operands: [
            Operand(
                "what", .choice(Subject.allCases.map(\.rawValue)),
                help: "What to copy: warehouse, unless given, or raw.", isOptional: true)
        ],
        examples: [
            .init("reelhouse copy --to copy.db", "Copy warehouse.db into another file"),
            .init("reelhouse copy --to sqlite:copy.db --json | jq -r .digest", "Copy it, and print its digest"),
            .init("reelhouse copy raw --from data/raw --to /mnt/backup/raw", "Copy the raw store into another folder"),
        ])

    /// What is copied.
    enum Subject: String, CaseIterable {
        case warehouse, raw
    }

    /// What a command line asks to copy.
    static func subject(_ arguments: ParsedArguments) -> Subject {
        arguments.operand("what").flatMap(Subject.init(rawValue:)) ?? .warehouse
    }

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        if subject(arguments) == .raw { return try RawCopyCommand.run(arguments, context) }
        if arguments.isGiven("retry-for") {
            throw UsageError(
                "--retry-for is an option of copy raw",
                hint: "A warehouse is copied in one transaction: after a failure, run the command again.")
        }
        let from = arguments.string("from") ?? CommonOption.defaultWarehouse
        guard let to = arguments.string("to"), !to.isEmpty else {
            throw UsageError(
                "copy needs --to", hint: "Name the place of the copy, as in --to postgresql://USER@HOST/DATABASE.")
        }
        let stop = StopSignal()
        let latest = LatestProgress()
        let signals = SignalWatch(
            stop: stop, console: context.console, latest: latest,
            announcement: "Stopping, and keeping nothing; once more stops at once.")
        defer { signals.cancel() }
        let ticker = ProgressTicker(context.console.progress) { latest.value }
        let result: CopyResult
        let before: (run: RunRecord?, isBeingWritten: Bool)
        do {
            defer { ticker.stop() }
            let source = try Backends.copySource(from)
            let target = try Backends.copyTarget(to)
            before = lastRun(from)
            let copy = WarehouseCopy(
                from: source, to: target, stop: stop, logger: context.logger, wallClock: SystemClock.milliseconds
            ) { latest.value = WorkProgress($0) }
            result = CopyResult(report: try copy.run(), from: "\(Location(from))", to: "\(Location(to))")
        } catch let error as CopyError {
            context.console.progress.finish()
            guard case .stopped = error, let reason = stop.reason else { throw error }
            context.console.say("\(error.message). \(error.hint)")
            return reason == .interrupt ? .interrupted : .terminated
        }
        context.console.progress.finish()
        if arguments.flag("json") {
            try context.console.print(result.json.compact)
        } else {
            try result.print(on: context.console)
        }
        let copied = CopiedRun(
            result.report.lastRun, before: before.run, wasBeingWritten: before.isBeingWritten,
            isAlive: { result.report.lastRun.flatMap { isAlive($0.id, from) } })
        if let warning = copied.warning(of: result.from) { context.console.report(warning) }
        return .done
    }

    /// The last run of a warehouse, and whether it is being written. What cannot be read is left out.
    private static func lastRun(_ location: String) -> (run: RunRecord?, isBeingWritten: Bool) {
        guard let reader = try? Backends.reader(location) else { return (nil, false) }
        return (try? reader.runs(limit: 1).first, reader.isBeingWritten())
    }

    /// Whether a run has not been killed; nil when that cannot be read.
    private static func isAlive(_ run: Int64, _ location: String) -> Bool? {
        guard let reader = try? Backends.reader(location) else { return nil }
        return (try? reader.judgedRuns(limit: 100).first { $0.id == run }).map { $0.outcome != .interrupted }
    }
}

extension WorkProgress {
    /// The progress of a copy.
    init(_ progress: CopyProgress) {
        let label = [progress.phase.rawValue, progress.table].compactMap { $0 }.joined(separator: " ")
        self.init(label: label, read: progress.rows, noun: .rows, rowsTotal: progress.totalRows)
    }
}
