import Arguments
import Domain
import Files
import Glibc
import Pipeline

import enum Logging.SystemClock

/// `reelhouse compact`: makes one file a day of many event files.
enum CompactCommand: Command {
    /// The folder that is compacted unless another is named.
    static let defaultFolder = "data/events"

    static let declaration = CommandDeclaration(
        name: "compact",
        summary: "Make one sorted, deduplicated, well-compressed file a day of many event files that are loaded.",
        discussion: """
            Each UTC day of event time gets a file events-YYYY-MM-DD.ndjson.zst in the folder, sorted by event_time and \
            event_id. Lines stay byte for byte; of equal events one is kept, of events with one id and other content \
            all, in the order in which they were committed. Rejected lines are kept too, in the file of the day that they name, else in \
            events-undated.ndjson.zst. Blank lines, byte order marks and CR at the end of a line go.

            Only files that the warehouse has loaded whole, and that have not changed since, are compacted. The others stay as they \
            are, and are named with the reason: not loaded, grown, damaged, of another kind, with a line over 16 MiB, with movie \
            documents and no event, or with events of today (--before). One that cannot be read makes the exit status 3. A plain file is left while it may still grow, which is on the day on which it was last written to. Late \
            events of a day that is compacted already are merged into its file.

            The new files are written under other names, flushed, read back and compared, and recorded in the warehouse, so that runs \
            skip them. Only then do they appear and do the originals go. Killed at any moment, nothing is lost and nothing is \
            loaded twice, and the same command goes on. It holds the warehouse as a run does: the other one ends with exit status 4.

            The files are zstd in frames of about 1 MiB with an index (zstd's seekable format), which any reader of zstd reads. \
            `reelhouse rebuild` builds a warehouse from them.
            """,
        options: [CommonOption.warehouse] + LiveOption.all + [
            .value(
                "before", .date,
                help: "Leave files with an event of this UTC day or a later one; the day of the clock unless given."),
            .value("keep-originals", .folder, help: "Move the originals to this folder instead of removing them."),
            .flag("dry-run", help: "Say what would be compacted, and change nothing."),
            CommonOption.retryFor, CommonOption.now, CommonOption.json,
            .flag("json-progress", help: "Print progress as JSON lines on standard error."),
            CommonOption.quiet,
            .value(
                "die-before", .integer(1...Int64.max),
                help: "End by SIGKILL before the step of this number, for tests.",
                isHidden: true),
        ],
        operands: [
            Operand(
                "folder", .folder, help: "The folder of event files: \(defaultFolder) unless given.", isOptional: true)
        ],
        examples: [
            .init("reelhouse compact", "Compact data/events, but for what has events of today"),
            .init("reelhouse compact --dry-run", "What would be compacted, and what would be left?"),
            .init(
                "reelhouse compact --before 2026-11-01 --keep-originals originals",
                "Compact what is of October or older"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let folder = arguments.operand("folder") ?? defaultFolder
        let stop = StopSignal()
        let latest = LatestProgress()
        let signals = SignalWatch(
            stop: stop, console: context.console, latest: latest,
            announcement: "Stopping; once more stops at once. No line is lost.")
        defer { signals.cancel() }
        let ticker = ProgressTicker(context.console.progress) { latest.value }
        let report: CompactReport
        do {
            defer { ticker.stop() }
            report = try compact(folder, arguments, context, stop, latest)
        }
        context.console.progress.finish()
        let result = CompactResult(report: report, folder: folder)
        if arguments.flag("json") {
            try context.console.print(result.json.compact)
        } else {
            try result.print(on: context.console)
        }
        // Otherwise the result names them all.
        if arguments.flag("json") || context.console.isQuiet {
            for reason in result.reasons { context.console.report(Report(kind: .warning, message: reason)) }
        }
        return result.status
    }

    private static func compact(
        _ folder: String, _ arguments: ParsedArguments, _ context: CommandContext, _ stop: StopSignal,
        _ latest: LatestProgress
    ) throws -> CompactReport {
        let location = arguments.string("warehouse") ?? ""
        var options = Compactor.Options(clock: context.clock)
        if let day = arguments.day("before") { options.before = day }
        options.isDryRun = arguments.flag("dry-run")
        options.retryFor = arguments.retryFor
        // Throws when there is no warehouse, which the next calls would create.
        _ = try Backends.reader(location)
        let warehouse = try WarehouseRetries.open(for: options.retryFor, stop: stop, logger: context.logger) {
            try Backends.warehouse(location)
        }
        guard let warehouse = warehouse as? any CompactingWarehouse else {
            throw CommandError(
                message: "files cannot be compacted for a warehouse like \(Location(location))",
                hint: "Name one that `reelhouse compact --help` knows.", kind: .usage)
        }
        let store = try CompactFolder(
            folder, own: Backends.ownFiles(warehouse: location, rawStore: CommonOption.defaultRawStore),
            keep: options.isDryRun ? nil : arguments.string("keep-originals"))
        var step: Int64 = 0
        let compactor = try Compactor(
            store, in: warehouse, options: options, stop: stop, logger: context.logger,
            wallClock: SystemClock.milliseconds,
            willDo: { _ in
                step += 1
                if step == arguments.integer("die-before") { kill(getpid(), SIGKILL) }
            },
            progress: { progress in
                latest.value = WorkProgress(
                    label: progress.phase.rawValue, bytesDone: progress.bytes, bytesTotal: progress.totalBytes,
                    read: progress.lines)
            })
        return try compactor.run()
    }
}
