import Arguments
import Domain
import Files
import Glibc
import Pipeline

import enum Logging.SystemClock

/// `reelhouse rebuild`: builds a warehouse from nothing from the files.
enum RebuildCommand: Command {
    static let declaration = CommandDeclaration(
        name: "rebuild",
        summary:
            "Build a warehouse from nothing from movie and event files, and compare its digest with that of the old one.",
        discussion: """
            With --to, the new warehouse is built in another place, which has to be empty: a file, or another schema or database of \
            PostgreSQL. With --replace, it takes the place of --warehouse, all at once and only when it is whole: all files were \
            loaded, and the digests are equal or --force is given. While it is built, the old one can be read, and a run on it ends \
            with exit status 4. A PostgreSQL warehouse is not replaced in its place: use --to.

            The new warehouse has what the files have. It has not what came from topics or was loaded from an edited export, nor the old one's \
            runs, cured lines, and tables and views of your own; --keep-old FILE keeps the old one. The clock decides which events are in the \
            future, and the snapshot date of movie files without a date in their name. A digest that differs is told by tables.

            --since and --until take only the compacted files (see `reelhouse compact`) of some days, and all movies; such a warehouse \
            is compared with nothing and replaces nothing.
            """,
        options: [
            CommonOption.movies, CommonOption.events, CommonOption.raw, CommonOption.warehouse,
            LiveOption.environmentFile,
            .value("to", .location, help: "Where to build the new warehouse, in the forms of --warehouse."),
            .flag("replace", help: "Put the new warehouse in the place of --warehouse when it is whole."),
            .value(
                "keep-old", .path, placeholder: "file", help: "With --replace: keep the old warehouse in this file."),
            .flag("force", help: "With --replace: also replace a warehouse whose digest differs."),
            .value("since", .date, help: "Only compacted files of this UTC day or later."),
            .value("until", .date, help: "Only compacted files of this UTC day or earlier."),
            CommonOption.retryFor, CommonOption.now, CommonOption.snapshotDate, CommonOption.json,
            .flag("json-progress", help: "Print progress as JSON lines on standard error."),
            CommonOption.quiet,
        ],
        examples: [
            .init(
                "reelhouse rebuild --to new.db",
                "Build new.db from data/movies and data/events, and compare it with warehouse.db"),
            .init("reelhouse rebuild --replace --keep-old old.db", "Build warehouse.db anew"),
            .init(
                "reelhouse compact && reelhouse rebuild --since 2026-11-01 --until 2026-11-30 --to november.db",
                "A warehouse of the events of November"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let request = try RebuildRequest(arguments)
        let stop = StopSignal()
        let latest = LatestProgress()
        let signals = SignalWatch(stop: stop, console: context.console, latest: latest)
        defer { signals.cancel() }
        let ticker = ProgressTicker(context.console.progress) { latest.value }
        let result: RebuildResult
        do {
            defer { ticker.stop() }
            result = try rebuild(request, arguments, context, stop, latest)
        }
        context.console.progress.finish()
        if arguments.flag("json") {
            try context.console.print(result.json.compact)
        } else {
            try result.print(on: context.console)
        }
        if !result.isWhole, arguments.flag("json") || context.console.isQuiet {
            result.ending.tell(on: context.console)
        }
        return result.status
    }

    private static func rebuild(
        _ request: RebuildRequest, _ arguments: ParsedArguments, _ context: CommandContext, _ stop: StopSignal,
        _ latest: LatestProgress
    ) throws -> RebuildResult {
        let replacement = request.isReplacing ? try Backends.replacement(request.old) : nil
        let target = replacement?.place.text ?? request.target
        if replacement == nil { try expectEmpty(target) }
        let report = try load(into: target, request, arguments, context, stop, latest)
        let ending = RunEnding(report, limit: nil)
        var result = RebuildResult(report: report, ending: ending, to: request.isReplacing ? request.old : target)
        guard report.stopReason == nil else {
            if replacement != nil { result.replaced = false }
            return result
        }
        if !request.isPart {
            latest.value = WorkProgress(label: "comparing")
            result.differences = try differences(request.old, target)
        }
        guard let replacement else { return result }
        if result.isWhole, result.differences?.isEmpty == true || request.isForced {
            try replacement.replace(keeping: request.keep)
            result.replaced = true
        } else {
            result.replaced = false
        }
        return result
    }

    /// Loads the files into a new warehouse, which is closed afterwards.
    private static func load(
        into target: String, _ request: RebuildRequest, _ arguments: ParsedArguments, _ context: CommandContext,
        _ stop: StopSignal, _ latest: LatestProgress
    ) throws -> LoadReport {
        var sources = SourceOptions()
        sources.own = Backends.ownFiles(warehouse: request.old, rawStore: arguments.string("raw") ?? "")
        sources.own.add(Backends.ownFiles(warehouse: target, rawStore: arguments.string("raw") ?? ""))
        let ports = try DefaultInputs.ports(arguments)
        let movies =
            ports.contains(.movies)
            ? try Backends.sources(.movies, arguments.strings("movies"), options: sources) : nil
        let events =
            ports.contains(.events) ? try Backends.sources(.events, request.events(), options: sources) : nil
        var options = LoadOptions(clock: context.clock)
        options.retryFor = arguments.retryFor
        options.snapshotDay = arguments.day("snapshot-date")
        let rawStore = try Backends.rawStore(arguments.string("raw") ?? "")
        let warehouse = try WarehouseRetries.open(for: options.retryFor, stop: stop, logger: context.logger) {
            try Backends.warehouse(target)
        }
        let loader = Loader(
            warehouse: warehouse, rawStore: rawStore, options: options, stop: stop, logger: context.logger,
            wallClock: SystemClock.milliseconds,
            progress: { progress in
                latest.value = WorkProgress(
                    label: progress.phase.rawValue, bytesDone: progress.bytes,
                    bytesTotal: progress.totalBytes == 0 ? nil : progress.totalBytes, read: progress.counts.read,
                    rejected: progress.counts.rejected)
            })
        return try loader.run(movies: movies, events: events)
    }

    /// The tables in which two warehouses differ; nil where the old one is not there.
    private static func differences(_ old: String, _ new: String) throws -> [String]? {
        let before: [(table: String, digest: TableDigest)]
        do { before = try Backends.reader(old).digest() } catch let error as WarehouseError {
            guard case .notThere = error else { throw error }
            return nil
        }
        let after = try Backends.reader(new).digest()
        let known = Dictionary(before.map { ($0.table, $0.digest) }) { first, _ in first }
        return after.filter { known[$0.table] != $0.digest }.map(\.table)
    }

    /// Checks that no run has loaded anything at a place.
    private static func expectEmpty(_ target: String) throws {
        guard Backends.isThere(target) else { return }
        do {
            if try Backends.reader(target).runs(limit: 1).isEmpty { return }
        } catch let error as WarehouseError {
            guard case .notThere = error else { throw error }
            return
        }
        throw CommandError(
            message: "there is a warehouse at \(Location(target))",
            hint:
                "A rebuild begins with nothing: name another place with --to, remove what a rebuild that was stopped has left, "
                + "or give --replace.", kind: .usage)
    }
}

/// What a command line asks to rebuild.
struct RebuildRequest {
    let old: String
    let target: String
    let isReplacing: Bool
    let isForced: Bool
    let keep: String?
    private let since: Int32?
    private let until: Int32?
    private let eventLocations: [String]

    init(_ arguments: ParsedArguments) throws {
        old = arguments.string("warehouse") ?? ""
        target = arguments.string("to") ?? ""
        isReplacing = arguments.flag("replace")
        isForced = arguments.flag("force")
        keep = arguments.string("keep-old")
        if let keep, access(keep, F_OK) == 0 {
            throw UsageError("--keep-old names a file that is there: \(keep)", hint: "Name one that is not there yet.")
        }
        since = arguments.day("since")
        until = arguments.day("until")
        eventLocations = arguments.strings("events")
        guard isReplacing != arguments.isGiven("to") else {
            throw UsageError(
                "rebuild needs --to or --replace, and not both",
                hint: "Name another place, as in --to new.db, or put the new warehouse in the place of the old one.")
        }
        if isReplacing, isPart {
            throw UsageError(
                "--replace does not go with --since and --until",
                hint: "A part of the days goes to a place of its own: --to.")
        }
        if !isReplacing, keep != nil || isForced {
            throw UsageError("--keep-old and --force go with --replace", hint: "Leave them out.")
        }
        if let since, let until, since > until {
            throw UsageError("--since is after --until", hint: "Change the two.")
        }
    }

    /// Whether only some days are taken.
    var isPart: Bool { since != nil || until != nil }

    /// The event files: the given ones, or the compacted files of the days.
    func events() throws -> [String] {
        guard isPart else { return eventLocations }
        var files: [String] = []
        for folder in eventLocations {
            for name in try Folder.names(in: folder) {
                guard case .day(let day) = CompactedDay(name: name), day >= since ?? .min, day <= until ?? .max else {
                    continue
                }
                files.append(folder.hasSuffix("/") ? folder + name : folder + "/" + name)
            }
        }
        if files.isEmpty {
            throw CommandError(
                message: "no compacted file in \(eventLocations.joined(separator: ", ")) is of these days",
                hint: "Compact the folder first (`reelhouse compact`), or leave --since and --until out.")
        }
        return files
    }
}
