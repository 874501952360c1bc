import Arguments
import Domain
import JSON
import Logging
import Pipeline

/// What is done at the end of a command, however it ended: its metrics are written, and somebody is told.
///
///     return try CommandEnd("run", arguments, context).around { … }
struct CommandEnd {
    /// How a command ended without an error.
    struct Result {
        var status: ExitStatus
        /// `completed` or `stopped`.
        var outcome: String
        /// The number of the run; nil where there is none.
        var run: Int64?
        /// Why the status is not 0, in sentences.
        var reasons: [String]
        /// The result as JSON.
        var json: String
    }

    /// The options of a command with such an end.
    static let options = [MetricsFile.option] + Notification.options

    private let command: String
    private let arguments: ParsedArguments
    private let context: CommandContext
    private let metricsFile: MetricsFile?
    private let notification: Notification?

    /// Reads the options.
    ///
    /// - Throws: when the file of the metrics cannot be written.
    init(_ command: String, _ arguments: ParsedArguments, _ context: CommandContext) throws {
        self.command = command
        self.arguments = arguments
        self.context = context
        metricsFile = try MetricsFile(arguments)
        notification = Notification(arguments)
    }

    /// Runs a command, and does what is to be done at its end.
    ///
    /// - Throws: the error of the command.
    func around(_ body: () throws -> Result) throws -> ExitStatus {
        let began = SystemClock.milliseconds()
        do {
            let result = try body()
            finish(
                Notification.Ending(
                    command: command, status: result.status, outcome: result.outcome, run: result.run,
                    message: result.reasons.joined(separator: " "), json: result.json), began)
            return result.status
        } catch {
            // Then nobody reads the result any more, which is no failure.
            if case OutputError.closed = error { throw error }
            finish(failed(error, began), began)
            throw error
        }
    }

    private func finish(_ ending: Notification.Ending, _ began: Int64) {
        if let metricsFile {
            let command = CommandMetrics(
                command: command, status: ending.status.code, began: began, ended: SystemClock.milliseconds())
            metricsFile.write(warehouseMetrics() + context.loads.all + command.metrics, on: context.console)
        }
        notification?.send(ending, on: context.console)
    }

    /// Those of the warehouse, also where it cannot be read.
    private func warehouseMetrics() -> [Metric] {
        do { return try MetricsCommand.metrics(arguments) } catch {
            context.logger.notice("The metrics lack the warehouse", ["error": .string("\(error)")])
            return WarehouseMetrics.unreadable
        }
    }

    /// The end of a command that failed. The number of its run is that of the last run, if that began meanwhile.
    private func failed(_ error: any Error, _ began: Int64) -> Notification.Ending {
        let failure = Failure(error)
        let status = failure.status
        var run: Int64?
        if notification?.occasion.includes(status) == true {
            let last = try? Backends.reader(arguments.string("warehouse") ?? "").runs(limit: 1).first
            run = last.flatMap { $0.startedAt >= began ? $0.id : nil }
        }
        let json = JSONText.object([
            ("run_id", run.map { .integer($0) } ?? .null), ("outcome", .string("failed")),
            ("exit_status", .integer(Int64(status.code))),
            ("reasons", .array([.string(failure.report.message)])),
            ("hint", failure.report.hint.map { .string($0) } ?? .null),
        ])
        return Notification.Ending(
            command: command, status: status, outcome: "failed", run: run, message: failure.report.message,
            json: json.compact)
    }
}
