import Arguments
import Domain
import Logging

/// A command: its declaration, from which parsing, help, completion and the manual follow, and what it does.
protocol Command: Sendable {
    /// What the command line may say.
    static var declaration: CommandDeclaration { get }

    /// Does it.
    ///
    /// - Returns: how it ended.
    /// - Throws: what `Failure` explains.
    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus
}

/// What a command may touch.
struct CommandContext {
    let console: Console
    let logger: Logger
    /// The clock of the run: `--now`, or the system's.
    let clock: RunClock
    /// How far the command is, for whoever asks.
    let latest = LatestProgress()

    init(arguments: ParsedArguments, console: Console) throws {
        self.console = console
        clock = RunClock(now: arguments.declaredMilliseconds("now") ?? SystemClock.milliseconds())
        let format = arguments.choice("log-format", as: LogFormat.self) ?? .text
        let level = arguments.choice("log-level", as: LogLevel.self) ?? .warning
        logger = Logger(label: "reelhouse", level: level, format: format, output: console.progress)
    }

    /// Lets signals show how far the command is, and end it without unfinished files.
    func watch() -> WorkWatch { WorkWatch(console: console, latest: latest) }
}

extension ParsedArguments {
    /// Whether a flag is given; false also where a command does not have it.
    func isDeclaredFlag(_ name: String) -> Bool { hasOption(name) && flag(name) }

    /// A time, or nil where it is not given or a command does not have it.
    func declaredMilliseconds(_ name: String) -> Int64? { hasOption(name) ? milliseconds(name) : nil }
}

/// Options that several commands share.
enum CommonOption {
    /// Where the ports lead that no option names.
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
    static let whole = Option.flag(
        "whole",
        help: "Also read a last line without a line feed. By default it is left until the file has grown.")
    static let snapshotDate = Option.value(
        "snapshot-date", .date,
        help: "The date of all movie documents; else the date in the file's name, else the run's day.")
    static let movies = Option.value(
        "movies", .location, defaultValue: "data/movies", repetition: .takesMany,
        help: "Movie documents: \(BackendRegistry.help(BackendRegistry.sources(.movies))).")
    static let events = Option.value(
        "events", .location, defaultValue: "data/events", repetition: .takesMany,
        help: "User events: \(BackendRegistry.help(BackendRegistry.sources(.events))).")
}
