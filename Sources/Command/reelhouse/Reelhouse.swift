import Arguments
import CMemory
import Glibc
import Logging

/// The program: parses the command line, runs one command, and says how it ended.
@main
struct Reelhouse {
    /// The version of the program, the schema and the manual.
    static let version = "0.1.0"

    static func main() {
        // A closed standard input stays one that cannot be read; else the next file that is opened would take its place.
        if fcntl(STDIN_FILENO, F_GETFD) < 0 { _ = open("/dev/null", O_WRONLY) }
        // A reader that goes away (`| head`) is an error of writing, not the end of the program.
        signal(SIGPIPE, SIG_IGN)
        // A file that reaches the limit on its size (`ulimit -f`) is an error of writing, too.
        signal(SIGXFSZ, SIG_IGN)
        // A request to show the state must not end a command that has none to show yet.
        signal(SIGUSR1, SIG_IGN)
        // Left alone, glibc learns from the first huge line to keep such memory, in pieces that the next does not fit into.
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
        let console = Console(
            isQuiet: arguments.isDeclaredFlag("quiet"),
            progressFormat: arguments.isDeclaredFlag("json-progress") ? .json : .text)
        do {
            try Backends.check(arguments)
            let context = try CommandContext(arguments: arguments, console: console)
            let watch = CommandRegistry.stopsAtACommit(arguments.command) ? nil : context.watch()
            defer { watch?.cancel() }
            let status = try CommandRegistry.command(for: arguments.command).run(arguments, context)
            try console.finish()
            return status
        } catch {
            return report(error, on: console)
        }
    }

    private static func report(_ error: any Error, on console: Console) -> ExitStatus {
        let failure = Failure(error)
        // What the reader of a closed pipe has not read, nobody misses.
        if case OutputError.closed = error { return .done }
        console.progress.finish()
        console.report(failure.report)
        try? console.finish()
        return failure.status
    }
}

/// How a command ended (the contract's law 6).
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

    /// What `--help` says of them.
    static let declared: [CommandDeclaration.ExitStatus] = [
        .init(0, "done, also when there was nothing new"),
        .init(1, "failed"),
        .init(2, "wrong usage"),
        .init(
            3,
            "done, but not all was taken: more rejected lines than --max-rejects, a file that is damaged or of another "
                + "kind, one that could not be read, or one of which every line was rejected"),
        .init(4, "the warehouse is in use by another run"),
        .init(5, "a backend could not be reached; try again later"),
        .init(6, "stopped by --max-duration with input left"),
        .init(130, "stopped by Ctrl-C at a commit"),
        .init(143, "stopped by SIGTERM or SIGHUP at a commit"),
    ]
}
