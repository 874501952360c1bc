import Arguments
import Domain
import JSON
import Pipeline

import enum Logging.SystemClock

/// `reelhouse quarantine drop`: deletes lines from the quarantine.
enum QuarantineDropCommand: Command {
    static let declaration = CommandDeclaration(
        name: "drop",
        summary: "Delete lines from the quarantine for good, and keep only how many they were.",
        discussion: """
            Without --yes it shows what it would delete, and changes nothing. Drops open and cured lines; --cured \
            limits it to cured ones. The counts of runs do not change, and the number of dropped lines is stored by \
            run, source and rule. The file keeps its size: later runs use the space again.
            """,
        options: [CommonOption.warehouse] + LiveOption.all + QuarantineFilter.options + [
            .value(
                "older-than", .duration,
                help: "Only lines not found by any run in this time: 30d, 12h, 1d12h."),
            .flag("cured", help: "Only cured lines."),
            .flag("all", help: "All lines; needed where nothing else says which."),
            .flag("yes", short: "y", help: "Delete them."),
            .flag("dry-run", help: "Show what would be deleted, also with --yes."),
            CommonOption.retryFor, CommonOption.now, CommonOption.json, CommonOption.quiet,
        ],
        examples: [
            .init("reelhouse quarantine drop --cured", "What would be deleted of the cured lines?"),
            .init("reelhouse quarantine drop --cured --older-than 30d --yes", "Delete cured lines of a month ago"),
            .init(
                "reelhouse quarantine drop --rule malformed_json --source data/events/2026-11-20.ndjson.zst --yes",
                "Delete by rule and source"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let filter = try filter(arguments, clock: context.clock)
        let location = arguments.string("warehouse") ?? ""
        // Throws when there is no warehouse, which the next calls would create.
        let reader = try Backends.reader(location)
        let isDropped = arguments.flag("yes") && !arguments.flag("dry-run")
        let counts =
            isDropped
            ? try drop(filter, location, for: arguments.retryFor, context)
            : try reader.rejectedSizes(matching: filter)
        let summary = QuarantineDropSummary(counts: counts, isDropped: isDropped)
        if arguments.flag("json") {
            try context.console.print(summary.json.compact)
        } else {
            try summary.print(on: context.console)
        }
        return .done
    }

    private static func drop(
        _ filter: RejectedFilter, _ location: String, for total: Duration, _ context: CommandContext
    ) throws -> [RejectedCount] {
        let warehouse = try WarehouseRetries.open(for: total, logger: context.logger) {
            try Backends.warehouse(location)
        }
        let drop = QuarantineDrop(
            warehouse: warehouse, retryFor: total, logger: context.logger, wallClock: SystemClock.milliseconds)
        return try drop.run(filter)
    }

    private static func filter(_ arguments: ParsedArguments, clock: RunClock) throws -> RejectedFilter {
        let selections = ["rule", "source", "id", "older-than", "cured"]
        guard arguments.flag("all") || selections.contains(where: arguments.isGiven) else {
            throw UsageError(
                "which lines are to be dropped?",
                hint: "Name them by --rule, --source, --id, --older-than or --cured, or give --all.")
        }
        var filter = try QuarantineFilter.filter(arguments, otherwise: .all)
        if let age = arguments.duration("older-than") {
            let (seconds, attoseconds) = age.components
            // The + 1 includes a run that began exactly that long ago.
            filter.foundBefore = clock.now - seconds * 1000 - attoseconds / 1_000_000_000_000_000 + 1
        }
        return filter
    }
}

/// The output of `drop`: the lines that it deleted, or would delete.
private struct QuarantineDropSummary {
    /// The number of lines by rule and source, the largest number first.
    let counts: [RejectedCount]
    let isDropped: Bool

    /// The most rows of the table; the others are summed up.
    private static let namedSources = 20

    /// What `drop --json` prints: an interface, documented in the README.
    var json: JSONText {
        .object([
            ("dropped", .boolean(isDropped)), ("lines", .integer(lines)), ("bytes", .integer(bytes)),
            (
                "by_rule_and_source",
                .array(
                    counts.map { count in
                        .object([
                            ("rule", .string(count.rule)), ("source", .string(count.source)),
                            ("lines", .integer(count.lines)), ("bytes", .integer(count.bytes)),
                        ])
                    })
            ),
        ])
    }

    private var lines: Int64 { counts.reduce(0) { $0 + $1.lines } }
    private var bytes: Int64 { counts.reduce(0) { $0 + $1.bytes } }

    func print(on console: Console) throws {
        if counts.isEmpty { return try console.print("No line in quarantine matches; nothing is dropped.") }
        if !console.isQuiet {
            var table = TextTable([.text("rule"), .path("source"), .number("lines"), .number("bytes")])
            for count in counts.prefix(Self.namedSources) {
                table.add([
                    count.rule, count.source, NumberFormat.grouped(count.lines), NumberFormat.bytes(count.bytes),
                ])
            }
            let rest = counts.dropFirst(Self.namedSources)
            if !rest.isEmpty {
                table.add([
                    "others", "", NumberFormat.grouped(rest.reduce(0) { $0 + $1.lines }),
                    NumberFormat.bytes(rest.reduce(0) { $0 + $1.bytes }),
                ])
            }
            try console.print(table)
            try console.print()
        }
        let total = "\(NumberFormat.count(lines, "line", "lines")), \(NumberFormat.bytes(bytes))"
        try console.print(
            paragraph: isDropped
                ? "\(total): dropped." : "\(total) would be dropped. Nothing is changed; add --yes to drop them.")
    }
}
