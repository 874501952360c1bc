import Arguments
import Domain
import Files
import Glibc
import Pipeline
import TMDB

/// `reelhouse fetch`: fetches movie documents from TMDB into a dated snapshot.
enum FetchCommand: Command {
    /// The folders that are written to unless others are named.
    static let (defaultFolder, defaultState) = ("data/movies", "data/fetched")

    static let declaration = CommandDeclaration(
        name: "fetch",
        summary: "Fetch movie documents from TMDB into a dated snapshot that `reelhouse run` loads.",
        discussion: """
            Asks TMDB's API for each movie, and writes the documents as they came to a compressed file of the day, such as \
            data/movies/movies-2026-11-28.ndjson.zst. The file appears when it is whole. Its manifest, the list of what \
            failed, and when each movie was seen last are in another folder (--state).

            The key of the API is read from TMDB_ACCESS_TOKEN (the read access token) or TMDB_API_KEY, in the environment \
            or in the file .env of the working folder; never from an option.

            A fetch that is killed or stopped goes on where it was when the same command is run again, also on a later \
            day: the list of ids and the snapshot date are fixed when it begins. A fetch that is complete is not made again \
            on the same day, unless --again says so. A name that is taken gets a number: movies-2026-11-28-2.ndjson.zst.

            Requests are spread over time (--rate), and when TMDB asks for a pause all wait. A movie that TMDB does not \
            have counts as gone, and is not asked for again for four weeks unless --ids names it. When movies failed, the \
            others are written all the same, and the exit status is 3.

            Ctrl-C, SIGTERM or SIGHUP stops it when what is under way has come; a second signal stops it at once.
            """,
        options: FetchArguments.options,
        examples: [
            .init("reelhouse fetch --ids 603,550", "Fetch two movies"),
            .init("reelhouse fetch --popular 10 --posters", "Fetch the 200 most popular movies, with posters"),
            .init("reelhouse fetch --changed-since 2026-11-20 && reelhouse run", "Bring a warehouse up to date"),
            .init("reelhouse fetch --offline --popular 2", "Try it on the documents of the raw store, without a key"),
            .init("reelhouse fetch --all --min-popularity 1", "Fetch all movies of some popularity"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let stop = StopSignal()
        let latest = context.latest
        let signals = SignalWatch(
            stop: stop, console: context.console, latest: latest,
            announcement: "Stopping when what is under way has come; once more stops at once.")
        defer { signals.cancel() }
        let report: FetchReport
        do {
            let fetcher = try fetcher(arguments, context, stop) { latest.value = $0 }
            let ticker = ProgressTicker(context.console.progress) { latest.value }
            defer { ticker.stop() }
            report = try fetcher.run()
        } catch let error as any ReportedError where error.kind != .usage {
            if let status = stop.reason.flatMap({ ExitStatus($0) }) {
                context.console.progress.finish()
                context.console.say("Stopped: \(error.message).")
                return status
            }
            throw error
        }
        context.console.progress.finish()
        let result = FetchResult(
            report: report, isOffline: arguments.flag("offline"), isAgain: arguments.flag("again"))
        if arguments.flag("json") {
            try context.console.print(result.json.compact)
        } else {
            try result.print(on: context.console)
        }
        for warning in result.warnings { context.console.report(warning) }
        return result.status
    }

    private static func fetcher(
        _ arguments: ParsedArguments, _ context: CommandContext, _ stop: StopSignal,
        _ report: @escaping (WorkProgress) -> Void
    ) throws -> Fetcher {
        let asked = try FetchArguments(arguments, clock: context.clock)
        let isOffline = arguments.flag("offline")
        let needsRawStore = asked.putsDocuments || isOffline || arguments.isGiven("posters")
        let rawLocation = arguments.string("raw") ?? CommonOption.defaultRawStore
        let isRawStoreUsed = needsRawStore || asked.options.selection.refreshDays != nil
        let rawStore = isRawStoreUsed ? try Backends.rawStore(rawLocation) : nil
        let service: any MovieService
        if isOffline, let rawStore {
            service = try OfflineService(rawStore, location: "\(Location(rawLocation))")
        } else {
            service = try TMDBService(asked.settings(context.configuration.variables))
        }
        let places = try BackupLocation.byPort(arguments.strings("backup"))
        if let events = places[.events] {
            throw UsageError(
                "--backup \(events) is for events, and fetch has movie documents",
                hint: "Write movies= before the place.")
        }
        let backup = try places[.movies].map { location in
            try LineBackup(
                of: .movies, to: Backends.backupTarget(location), retryFor: arguments.retryFor, stop: stop,
                logger: context.logger, clock: ProgressLine.monotonicSeconds)
        }
        try checkFolders(arguments, raw: isRawStoreUsed ? rawLocation : nil)
        let store = try FetchFolder(
            output: arguments.string("to") ?? defaultFolder, state: arguments.string("state") ?? defaultState,
            key: asked.options.key)
        return try Fetcher(
            from: service, to: store, rawStore: rawStore, backup: backup, options: asked.options,
            stop: stop, logger: context.logger, clock: ProgressLine.monotonicSeconds
        ) { progress in
            report(
                WorkProgress(
                    label: progress.phase.rawValue, read: progress.done, rejected: 0, noun: .documents,
                    rowsTotal: progress.total, retries: progress.retries, failures: progress.failures))
        }
    }

    /// Refuses folders that would be in each other's way.
    private static func checkFolders(_ arguments: ParsedArguments, raw: String?) throws {
        let folders = [
            ("to", arguments.string("to") ?? defaultFolder), ("state", arguments.string("state") ?? defaultState),
            ("raw", raw ?? ""),
        ].filter { !$0.1.isEmpty }
        for (index, (name, path)) in folders.enumerated() {
            for (other, same) in folders[..<index] where isSame(path, same) {
                throw UsageError(
                    "--\(other) and --\(name) name the same folder, \(path)", hint: "Name another one with --\(name).")
            }
        }
    }

    private static func isSame(_ first: String, _ second: String) -> Bool {
        var (one, other) = (stat(), stat())
        if stat(first, &one) == 0, stat(second, &other) == 0 {
            return one.st_dev == other.st_dev && one.st_ino == other.st_ino
        }
        func parts(_ path: String) -> [Substring] { path.split(separator: "/").filter { $0 != "." } }
        return parts(first) == parts(second) && first.hasPrefix("/") == second.hasPrefix("/")
    }
}
