import Arguments
import Domain
import Pipeline

import enum Logging.SystemClock

/// `reelhouse metrics`: the metrics of a warehouse for Prometheus.
enum MetricsCommand: Command {
    static let declaration = CommandDeclaration(
        name: "metrics",
        summary: "Print the metrics of a warehouse in the text format of Prometheus.",
        discussion: """
            Rows by table, lines by port and outcome, rejected lines by rule, runs by outcome, the duration of the last \
            run and the time of the last one that was completed, the age of the newest event and movie document, the quarantine, and \
            whether the marts are up to date. Every series is there from the first run on. `run --metrics-file` writes \
            the same, with how the run ended.
            """,
        options: [CommonOption.warehouse] + LiveOption.all + [
            MetricsFile.option, CommonOption.now, CommonOption.quiet,
        ],
        examples: [
            .init("reelhouse metrics | grep newest_event_age", "How old is the newest event, in seconds?"),
            .init("reelhouse metrics --metrics-file reelhouse.prom", "A file for node_exporter"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let file = try MetricsFile(arguments)
        let metrics = try metrics(arguments, now: context.clock.now)
        if let file { try file.write(metrics) } else { try context.console.write(Metric.text(metrics)) }
        return .done
    }

    /// The metrics of the warehouse that the options name.
    static func metrics(
        _ arguments: ParsedArguments, now: Int64 = SystemClock.milliseconds()
    ) throws -> [Metric] {
        let location = arguments.string("warehouse") ?? ""
        let reader = try Backends.reader(location)
        let schema = try reader.schemaVersion()
        guard schema.applied == schema.known else {
            if schema.applied > schema.known {
                throw WarehouseError.newerSchema(
                    location: reader.location, version: schema.applied, known: schema.known)
            }
            throw CommandError(
                message:
                    "the warehouse \(reader.location) has schema version \(schema.applied), and metrics need version "
                    + "\(schema.known)",
                hint: "Bring it up to date with `reelhouse migrate --warehouse '\(reader.location)'`; the next "
                    + "`reelhouse run` does so too.")
        }
        return try WarehouseMetrics(of: reader, now: now).all
    }
}
