import Arguments
import CMemory
import Domain
import Glibc
import Logging

/// The program: parses the command line, runs one command, and reports its error.
@main
struct Reelhouse {
    /// The version of the program, the schema and the manual.
    static let version = "0.1.0"

    static func main() {
        BackendRegistry.begin()
        // If standard input is closed, its descriptor is filled with one that cannot be read. Otherwise the next file
        // that is opened would get descriptor 0.
        if fcntl(STDIN_FILENO, F_GETFD) < 0 { _ = open("/dev/null", O_WRONLY) }
        // When the reader of a pipe exits (`| head`), writing fails with an error instead of ending the program.
        signal(SIGPIPE, SIG_IGN)
        // The same holds for a file that reaches the limit on its size (`ulimit -f`).
        signal(SIGXFSZ, SIG_IGN)
        // A request to show the state must not end a command that has none to show yet.
        signal(SIGUSR1, SIG_IGN)
        // By default glibc raises this threshold after the first huge line. It would then keep freed blocks, which are
        // often too small for the next huge line, instead of returning them to the system.
        rh_return_large_memory(4 << 20, 8 << 20)
        exit(run(Array(CommandLine.arguments.dropFirst()), console: Console()).code)
    }

    /// Runs a command line.
    static func run(_ arguments: [String], console: Console) -> ExitStatus {
        do {
            switch try CommandRegistry.root.parse(arguments, width: console.textWidth) {
            case .help(let text): try console.write(text)
            case .version: try console.print("reelhouse \(version)")
            case .run(let parsed): return try run(parsed)
            }
            try console.finish()
            return .done
        } catch {
            return report(error, on: console)
        }
    }

    private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
        let isQuiet = arguments.isDeclaredFlag("quiet")
        let format: ProgressLine.Format = arguments.isDeclaredFlag("json-progress") ? .json : .text
        let environment = Console.processEnvironment()
        let configuration: Configuration
        do { configuration = try Configuration(arguments, environment: environment) } catch {
            return report(error, on: Console(environment: environment, isQuiet: isQuiet, progressFormat: format))
        }
        configuration.passToLibraries()
        return run(
            arguments, configuration,
            Console(environment: configuration.variables.values, isQuiet: isQuiet, progressFormat: format))
    }

    /// Runs a command whose configuration is known.
    ///
    /// - Parameters:
    ///   - batch: the task of a batch that it is; nil for a command of its own.
    ///   - didFail: called with the failure, after it was reported.
    static func run(
        _ arguments: ParsedArguments, _ configuration: Configuration, _ console: Console, in batch: BatchTask? = nil,
        didFail: (Failure) -> Void = { _ in }
    ) -> ExitStatus {
        do {
            let settings = LiveSettings(arguments, configuration)
            let arguments = settings.applied(to: arguments)
            // These two print what is wrong themselves.
            if !configuration.isLive || !CommandRegistry.showsConfiguration(arguments.command) {
                try settings.check()
                try Backends.check(arguments)
                for warning in settings.warnings { console.report(warning) }
            }
            // A batch has said so of all its tasks.
            for warning in batch == nil ? Backends.passwordWarnings(arguments) : [] { console.report(warning) }
            let context = try CommandContext(
                arguments: arguments, console: console, configuration: configuration, batch: batch)
            let status = try perform(arguments, context, batch)
            try console.finish()
            return status
        } catch {
            if let status = batch?.stop.reason.flatMap({ ExitStatus($0) }) {
                try? console.finish()
                return status
            }
            didFail(Failure(error))
            return report(error, on: console)
        }
    }

    /// Runs a command, and logs its begin and end.
    private static func perform(
        _ arguments: ParsedArguments, _ context: CommandContext, _ batch: BatchTask?
    ) throws -> ExitStatus {
        guard CommandRegistry.isLogged(arguments.command) else { return try watched(arguments, context, batch) }
        let began = SystemClock.milliseconds()
        context.logger.info("Command begins")
        do {
            let status = try watched(arguments, context, batch)
            let seconds = Double(SystemClock.milliseconds() - began) / 1000
            context.logger.info(
                "Command ends", ["exit_status": .integer(status.code), "seconds": .number(seconds)])
            return status
        } catch {
            context.logger.notice("Command failed", ["error": .string("\(error)")])
            throw error
        }
    }

    /// Runs a command, and handles signals for one that does not do so itself.
    private static func watched(
        _ arguments: ParsedArguments, _ context: CommandContext, _ batch: BatchTask?
    ) throws -> ExitStatus {
        let command = try CommandRegistry.command(for: arguments.command)
        if CommandRegistry.stopsAtACommit(arguments.command) { return try command.run(arguments, context) }
        guard let batch else {
            let watch = context.watch()
            defer { watch.cancel() }
            return try command.run(arguments, context)
        }
        let watch = SignalWatch(
            stop: batch.stop, console: context.console, latest: context.latest,
            announcement: "Stopping this task; once more stops at once.")
        defer { watch.cancel() }
        return try StopRequest.endingReading { try command.run(arguments, context) }
    }

    private static func report(_ error: any Error, on console: Console) -> ExitStatus {
        let failure = Failure(error)
        // The reader of the pipe has exited on purpose, so that this is no error.
        if case OutputError.closed = error { return .done }
        console.progress.finish()
        console.report(failure.report)
        try? console.finish()
        return failure.status
    }
}

/// The exit status of the program.
enum ExitStatus: Int32 {
    case done = 0
    case failed = 1
    case usage = 2
    case notAllTaken = 3
    case inUse = 4
    case unreachable = 5
    case stoppedInTime = 6
    case interrupted = 130
    case terminated = 143

    var code: Int32 { rawValue }

    /// The descriptions in `--help`.
    static let declared: [CommandDeclaration.ExitStatus] = [
        .init(0, "done, also when there was nothing new"),
        .init(1, "failed"),
        .init(2, "wrong usage"),
        .init(
            3,
            "done, but not all was taken: more rejected lines than --max-rejects, a file that is damaged or of another "
                + "kind, one that could not be read or of which every line was rejected, lines that expired before they "
                + "were read or that a topic refused, movies that could not be fetched, a "
                + "snapshot that is damaged"),
        .init(4, "the warehouse is in use by another run, or another command publishes to the same topic or fetches"),
        .init(5, "a backend could not be reached, or was kept from its work by another program; try again later"),
        .init(6, "stopped by --max-duration with input left"),
        .init(130, "stopped by Ctrl-C at a commit, or before the work began"),
        .init(143, "stopped by SIGTERM or SIGHUP at a commit, or before the work began"),
    ]
}
