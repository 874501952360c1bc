import Arguments
import Domain
import Logging
import Pipeline

/// A command of the program. The parser, the help, the shell completion and the manual page are made from its
/// declaration.
protocol Command: Sendable {
    /// The name, options and operands of the command, and its help texts.
    static var declaration: CommandDeclaration { get }

    /// Runs the command.
    ///
    /// - Returns: the exit status.
    /// - Throws: an error that `Failure` turns into a message and an exit status.
    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus
}

/// What a command gets beside its arguments.
struct CommandContext {
    let console: Console
    let logger: Logger
    /// The clock of the run: `--now`, or the system's.
    let clock: RunClock
    /// The variables, and where they come from.
    let configuration: Configuration
    /// What its loads come to, for its metrics.
    let loads: LoadMetrics
    /// The command's progress, which it updates. SIGUSR1 prints it.
    let latest = LatestProgress()

    /// - Parameter batch: the task of a batch that the command is; nil for one of its own.
    init(
        arguments: ParsedArguments, console: Console, configuration: Configuration? = nil, batch: BatchTask? = nil
    ) throws {
        self.console = console
        self.configuration = configuration ?? Configuration(environment: console.environment)
        let isMeasured = arguments.hasOption("metrics-file") && arguments.isGiven("metrics-file")
        loads = batch?.loads ?? LoadMetrics(isWanted: isMeasured)
        clock = RunClock(now: arguments.declaredMilliseconds("now") ?? SystemClock.milliseconds())
        let format = arguments.choice("log-format", as: LogFormat.self) ?? .text
        let level = arguments.choice("log-level", as: LogLevel.self) ?? .warning
        var logger = Logger(label: "reelhouse", level: level, format: format, output: console.progress)
        logger.context = Self.logContext(arguments.command, batch)
        self.logger = logger
    }

    /// What each line of a command's log as JSON says of it: its name, an id that no other command has, and the batch.
    private static func logContext(_ command: [String], _ batch: BatchTask?) -> [LogField] {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        let id = String(repeating: "0", count: 16 - digits.utf8.count) + digits
        return [
            LogField("command", .string(command.joined(separator: " "))), LogField("command_id", .string(id)),
        ] + (batch?.logFields ?? [])
    }

    /// Handles signals: SIGUSR1 prints the progress, and others end the command without leaving unfinished files.
    func watch() -> WorkWatch { WorkWatch(console: console, latest: latest) }
}

extension ParsedArguments {
    /// Whether a flag is given; false also when the command does not have the flag.
    func isDeclaredFlag(_ name: String) -> Bool { hasOption(name) && flag(name) }

    /// A time; nil when it is not given, or when the command does not have the option.
    func declaredMilliseconds(_ name: String) -> Int64? { hasOption(name) ? milliseconds(name) : nil }
}

extension ParsedArguments {
    /// The value of `--retry-for`.
    var retryFor: Duration { duration("retry-for") ?? LoadOptions.defaultRetryFor }
}

/// Options that several commands share.
enum CommonOption {
    /// The default locations of the warehouse and the raw store.
    static let (defaultWarehouse, defaultRawStore) = ("sqlite:warehouse.db", "data/raw")

    static let json = Option.flag("json", help: "Print the result as one JSON object.")
    static let quiet = Option.flag("quiet", short: "q", help: "Print no progress and no messages, only results.")
    static let warehouse = Option.value(
        "warehouse", short: "w", .location, defaultValue: defaultWarehouse,
        help: "The warehouse: \(BackendRegistry.help(BackendRegistry.warehouses)).")
    static let raw = Option.value(
        "raw", .location, defaultValue: defaultRawStore,
        help: "Where movie documents and long comments are kept as they came: "
            + "\(BackendRegistry.help(BackendRegistry.rawStores)).")
    static let now = Option.value(
        "now", .time, help: "The run's clock, for repeatable runs; the system's unless given.")
    static let retryFor = Option.value(
        "retry-for", .duration, defaultValue: "5m",
        help: "How long to try again after a server is lost, each time; 0s never tries again.")
    static let whole = Option.flag(
        "whole",
        help: "Also read a last line without a line feed. By default it is left until the file has grown.")
    static let snapshotDate = Option.value(
        "snapshot-date", .date,
        help: "The date of all movie documents; else the date in the file's name or that came with the message, else "
            + "the run's day.")
    static let movies = Option.value(
        "movies", .location, defaultValue: "data/movies", repetition: .takesMany,
        help: "Movie documents: \(BackendRegistry.help(BackendRegistry.sources(.movies))).")
    static let events = Option.value(
        "events", .location, defaultValue: "data/events", repetition: .takesMany,
        help: "User events: \(BackendRegistry.help(BackendRegistry.sources(.events))).")
}
