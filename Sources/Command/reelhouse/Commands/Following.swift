import Arguments
import Domain
import Logging
import Pipeline

/// The options of `run` for sources that get lines while they are read, such as topics.
enum Following {
    /// The default of `--batch-interval` with `--follow`.
    private static let batchInterval = Duration.seconds(5)
    /// How often a run that follows makes missing indexes and brings the planner's statistics up to date.
    private static let preparationInterval = Duration.seconds(3600)

    private static let start = "start"
    private static let earliest = "earliest"
    private static let latest = "latest"

    static let options: [Option] = [
        .flag(
            "follow",
            help: "Go on with what comes later, until the command is stopped: lines are committed every 5 seconds "
                + "(--batch-interval) and the marts are refreshed every minute (--mart-interval). Movies and events are read "
                + "side by side. While another run writes to the warehouse, the command waits to take over."),
        .value(
            "mart-interval", .duration, defaultValue: "1m", help: "With --follow: how often the marts are refreshed."),
        .value(
            start, .timeOr([earliest, latest]), defaultValue: earliest,
            help: "Where to begin with a topic that the warehouse has no position of: with its first record, after its "
                + "last one, or with the records of a time on. Partitions that appear later are read from their "
                + "beginnings."),
    ]

    /// Checks the options, and adds what they mean to those of the load and of its sources.
    ///
    /// - Parameter ports: the ports that the command reads.
    /// - Throws: `UsageError` for options that do not go with each other or with what is read.
    static func apply(
        _ arguments: ParsedArguments, _ ports: [SourcePort], to options: inout LoadOptions,
        _ sources: inout SourceOptions
    ) throws {
        let isFollowing = arguments.flag("follow")
        if arguments.isGiven(start) || isFollowing {
            let canFollow = try ports.contains { port in
                try Backends.sourceBackend(port, arguments.strings(port.rawValue)).backend.canFollow
            }
            guard canFollow else {
                throw UsageError(
                    "\(isFollowing ? "--follow" : "--\(start)") needs a topic",
                    hint:
                        "Name one, as in --events kafka://localhost:9092/user_logs. A file is read to its end, and again by the "
                        + "next run when it has grown.")
            }
        }
        sources.start = sourceStart(arguments)
        sources.patience = arguments.retryFor
        guard isFollowing else {
            if arguments.isGiven("mart-interval") {
                throw UsageError(
                    "--mart-interval goes with --follow", hint: "Without it, the marts are refreshed once, at the end.")
            }
            return
        }
        for (name, reason) in [
            ("reload", "a source is read again until its end, and what is followed has none"),
            ("leave-marts", "the marts are refreshed every minute"),
            ("through", "a topic has no dates in its name"),
            ("dry-run", "a dry run ends by rolling everything back, and what is followed has no end"),
        ] where arguments.isGiven(name) {
            throw UsageError("--follow does not go with --\(name): \(reason)", hint: "Leave one of them out.")
        }
        sources.isFollowed = true
        options.waitsForWriter = true
        if !arguments.isGiven("now") {
            // What is today when it begins is long ago when it has gone on for weeks.
            options.clockNow = { RunClock(now: SystemClock.milliseconds()) }
        }
        options.commitInterval = options.commitInterval ?? batchInterval / .seconds(1)
        options.martInterval = arguments.duration("mart-interval").map { $0 / .seconds(1) }
        options.preparationInterval = preparationInterval / .seconds(1)
    }

    private static func sourceStart(_ arguments: ParsedArguments) -> SourceStart {
        switch arguments.timeOrWord(start) {
        case .milliseconds(let time): .time(time)
        case .word(latest): .latest
        case .word, nil: .earliest
        }
    }
}
