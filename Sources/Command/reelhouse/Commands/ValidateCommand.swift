import Arguments
import Domain
import Files
import Glibc
import Logging
import Pipeline

/// `reelhouse validate`: shows which lines a run would reject, and why.
enum ValidateCommand: Command {
    static let declaration = CommandDeclaration(
        name: "validate",
        summary: "Read input and say what would be rejected or warned about, and why; nothing is loaded.",
        discussion: """
            No warehouse is needed. Duplicates and event_id_conflict are not checked; use `reelhouse run --dry-run`.

            The first lines of a path that is named without --movies or --events show whether it contains movies or \
            events; --as sets it. A file whose lines do not show it is read as most of the other files are. Without any \
            path the default folders of both are read.
            """,
        options: [
            CommonOption.movies, CommonOption.events, LiveOption.live, LiveOption.environmentFile,
            .value(
                "as", .choice(SourcePort.allCases.map(\.rawValue)),
                help: "Whether the named paths contain movies or events."),
            .value(
                "limit", .count, defaultValue: "3",
                help: "How many lines of each rule, and warnings of each reason, are shown."),
            .value(
                "max-rejects", .limit,
                help: "Exit with status 3 when more lines than this are rejected; no limit unless given."),
            CommonOption.now, CommonOption.snapshotDate, CommonOption.whole, CommonOption.json, CommonOption.quiet,
        ],
        operands: [
            Operand(
                "path", .location, help: "Files, folders, patterns, pipes, or - for standard input.",
                isOptional: true, repeats: true)
        ],
        examples: [
            .init("reelhouse validate", "Check data/movies and data/events"),
            .init("reelhouse validate data/events/2026-11-20.ndjson.zst", "Check one file of movies or events"),
            .init(
                "zstdcat data/events/2026-11-20.ndjson.zst | reelhouse validate -",
                "Check standard input"),
            .init("reelhouse validate --max-rejects 0 --json | jq .rejected_by_rule", "A check before a load"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let latest = context.latest
        let startedAt = SystemClock.milliseconds()
        let ticker = ProgressTicker(context.console.progress) { latest.value }
        let report: ValidationReport
        do {
            defer { ticker.stop() }
            var options = Validation.Options(clock: context.clock)
            options.snapshotDay = arguments.day("snapshot-date")
            options.examples = Int(arguments.integer("limit") ?? 3)
            let validation = Validation(options: options) { progress in
                latest.value = WorkProgress(
                    label: progress.phase.rawValue, bytesDone: progress.bytes,
                    bytesTotal: progress.totalBytes == 0 ? nil : progress.totalBytes, read: progress.counts.read,
                    rejected: progress.counts.rejected)
            }
            report = try validation.run(try sets(arguments))
        }
        context.console.progress.finish()
        let summary = ValidationSummary(
            report: report, seconds: Double(SystemClock.milliseconds() - startedAt) / 1000)
        if arguments.flag("json") {
            try context.console.print(summary.json.compact)
        } else {
            try summary.print(on: context.console)
        }
        let ending = RunEnding(report, limit: arguments.limit("max-rejects"))
        ending.tell(on: context.console)
        return ending.status
    }

    /// The sets of sources to be read, in order. Files of one port make one set.
    private static func sets(_ arguments: ParsedArguments) throws -> [any SourceSet] {
        let paths = arguments.operands("path")
        let options = sourceOptions(arguments)
        var sets: [any SourceSet] = []
        let ports =
            paths.isEmpty
            ? try DefaultInputs.ports(arguments)
            : SourcePort.allCases.filter { arguments.isGiven($0.rawValue) }
        if ports.count > 1 {
            try StreamOnce.check(movies: arguments.strings("movies"), events: arguments.strings("events"))
        }
        for port in ports {
            sets.append(try Backends.sources(port, arguments.strings(port.rawValue), options: options))
        }
        if paths.isEmpty { return sets }
        if let port = arguments.choice("as", as: SourcePort.self) {
            return sets + [try Backends.sources(port, paths, options: options)]
        }
        // Only the first lines of files are examined: any other location needs --movies, --events or --as.
        if let url = paths.first(where: { Location($0).scheme != nil }) {
            throw FilePortGuess.error(Location(url).description, "it is not a file")
        }
        let files = FileSet.Options(options)
        return sets + (try guessed(FileDiscovery.find(paths, unless: files.own), named: ports, files))
    }

    /// The files as sets of one port each. Files that are not read or cannot be read are listed in the first set.
    private static func guessed(
        _ found: FoundFiles, named: [SourcePort], _ options: FileSet.Options
    ) throws -> [any SourceSet] {
        // A file that cannot be opened has no lines to examine. The set reports it when it is read.
        let closed = found.files.filter { $0.name != "-" && access($0.name, R_OK) != 0 }
        let guesses = try FilePortGuess().files(of: found.files.filter { !closed.contains($0) }, named: named)
        let files = guesses.map { ($0.file, $0.port) } + closed.map { ($0, SourcePort.events) }
        var rest = found
        var sets: [any SourceSet] = []
        for port in SourcePort.allCases {
            rest.files = files.filter { $0.1 == port }.map(\.0)
            if !rest.files.isEmpty || (port == .events && sets.isEmpty) {
                sets.append(FileSet(rest, port: port, options: options))
                rest = FoundFiles()
            }
        }
        return sets
    }

    /// The options for reading the sources. The files of the default warehouse and raw store are never input.
    private static func sourceOptions(_ arguments: ParsedArguments) -> SourceOptions {
        var options = SourceOptions()
        options.readsUnfinished = arguments.flag("whole")
        options.own = Backends.ownFiles(
            warehouse: CommonOption.defaultWarehouse, rawStore: CommonOption.defaultRawStore)
        return options
    }
}
