import Arguments
import Domain
import Pipeline

/// Does the tasks of a nightly batch: each is a command of this program, which runs in this process and prints its result as
/// JSON to be counted.
final class NightlyWork {
    private let place: NightlyPlace
    private let context: CommandContext
    /// What the command line adds to the words of a task.
    private let extra: [NightlyTask: [String]]
    /// The date that the batch is for.
    private let day: Int32
    private let stop: StopSignal
    /// The number of the batch; nil before it is recorded.
    var nightly: Int64?
    /// The exit status of each task that ran.
    private(set) var statuses: [NightlyTask: ExitStatus] = [:]

    /// The work of one batch.
    init(
        _ place: NightlyPlace, _ context: CommandContext, extra: [NightlyTask: [String]], day: Int32, stop: StopSignal
    ) {
        self.place = place
        self.context = context
        self.extra = extra
        self.day = day
        self.stop = stop
    }

    /// The command of a task.
    func command(_ task: NightlyTask, lastFetch: Int32?) -> NightlyTaskCommand {
        .make(
            task, place, day: day, isPast: day < context.clock.day, extra: extra[task] ?? [], lastFetch: lastFetch)
    }

    /// Checks that the words of each task are a command line.
    ///
    /// - Throws: `UsageError`.
    func check() throws {
        for task in NightlyTask.allCases {
            guard let words = extra[task], !words.isEmpty else { continue }
            guard case .words(let all) = command(task, lastFetch: nil) else { continue }
            do { _ = try parsed(all) } catch let error as UsageError {
                throw UsageError("--with \(task.rawValue)=…: \(error.message)", hint: error.hint)
            }
        }
    }

    private func parsed(_ words: [String]) throws -> ParsedArguments? {
        guard case .run(let parsed) = try CommandRegistry.root.parse(words, width: 80) else { return nil }
        return parsed
    }

    /// Does a task.
    func perform(_ task: NightlyTask, lastFetch: Int32?) -> NightlyTaskResult {
        switch command(task, lastFetch: lastFetch) {
        case .nothing(let reason):
            context.console.say("\(task.rawValue): nothing to do: \(reason)")
            return NightlyTaskResult(.skipped(reason))
        case .words(let words): return perform(task, words)
        }
    }

    private func perform(_ task: NightlyTask, _ words: [String]) -> NightlyTaskResult {
        context.console.say("\(task.rawValue): reelhouse \(Self.shown(words))")
        let output = CapturedOutput()
        var message: String?
        let status: ExitStatus
        do {
            guard let arguments = try parsed(words + common(words)) else { return NightlyTaskResult(.done) }
            let configuration = try Configuration(arguments, environment: Console.processEnvironment())
            configuration.passToLibraries()
            let console = Console(
                output: output, errors: context.console.errors, environment: context.console.environment,
                isQuiet: context.console.isQuiet)
            let batch = BatchTask(stop: stop, day: day, nightly: nightly, task: task, loads: context.loads)
            status = Reelhouse.run(arguments, configuration, console, in: batch) { message = $0.report.message }
        } catch {
            let failure = Failure(error)
            context.console.report(failure.report)
            (status, message) = (failure.status, failure.report.message)
        }
        statuses[task] = status
        if task == .check, status != .interrupted, status != .terminated {
            let failed = FailedChecks(output.content)
            failed.report(on: context.console)
            return NightlyTaskResult(Self.ending(task, status, message ?? failed.message), rows: failed.rows)
        }
        let counts = NightlyTaskCounts(output.content, of: task)
        return NightlyTaskResult(
            Self.ending(task, status, message ?? counts.reasons), rows: counts.rows, bytes: counts.bytes)
    }

    /// The options that every command of a task gets where it has them.
    private func common(_ words: [String]) -> [String] {
        var common = ["--json"]
        let arguments = place.arguments
        if arguments.flag("quiet") { common.append("--quiet") }
        let command = words.first ?? ""
        // The check of a past date has a clock of its own.
        if arguments.isGiven("now"), !words.contains("--now"), command != "prune" {
            common += ["--now", arguments.string("now") ?? ""]
        }
        if arguments.isGiven("retry-for"), !["export", "check", "prune"].contains(command) {
            common += ["--retry-for", arguments.string("retry-for") ?? ""]
        }
        for name in ["log-format", "log-level"] where arguments.isGiven(name) {
            common += ["--\(name)", arguments.string(name) ?? ""]
        }
        return common
    }

    private static func ending(
        _ task: NightlyTask, _ status: ExitStatus, _ message: String?
    ) -> NightlyTaskResult.Ending {
        switch status {
        case .done: .done
        case .notAllTaken: .partial(message ?? "not all was taken")
        case .stoppedInTime: .partial(message ?? "stopped by --max-duration with input left")
        case .interrupted, .terminated: .stopped
        case .usage: .failed(message ?? "wrong usage", mayRetry: false)
        // The same warehouse has the same faults again.
        case .failed where task == .check: .failed(message ?? "a check failed", mayRetry: false)
        case .failed: .failed(message ?? "failed", mayRetry: true)
        case .inUse: .failed(message ?? "in use by another program", mayRetry: true)
        case .unreachable: .failed(message ?? "a backend could not be reached", mayRetry: true)
        }
    }

    /// The words as a shell would take them, without passwords.
    static func shown(_ words: [String]) -> String {
        words.map { word in
            let text = Location(word).scheme == nil ? word : "\(Location(word))"
            let isPlain = text.utf8.allSatisfy { byte in
                byte > 0x2A && byte < 0x3B || byte >= 0x40 && byte < 0x5B || byte >= 0x61 && byte < 0x7B || byte == 0x5F
                    || byte == 0x3D
            }
            return isPlain && !text.isEmpty
                ? text
                : "'"
                    + text.split(separator: "'", omittingEmptySubsequences: false)
                    .joined(separator: "'\\''") + "'"
        }.joined(separator: " ")
    }
}
