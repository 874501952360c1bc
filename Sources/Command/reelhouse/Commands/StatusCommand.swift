import Arguments
import Domain
import JSON

import enum Logging.PlainText

/// `reelhouse status`: shows the runs, checkpoints and row counts of a warehouse.
enum StatusCommand: Command {
    static let declaration = CommandDeclaration(
        name: "status",
        summary: "Show the last runs, checkpoints, rows per table, size, and the age of the newest data.",
        options: [
            CommonOption.warehouse, LiveOption.live, LiveOption.environmentFile,
            .value("limit", .count, defaultValue: "5", help: "How many runs and checkpoints."),
            CommonOption.now, CommonOption.json,
            .value(
                "watch", .number(0.1...86_400), placeholder: "seconds", impliedValue: "2",
                help:
                    "Show it again every so many seconds, 2 unless given, until Ctrl-C: on a terminal in place, as --json "
                    + "one line a time."),
            .value("times", .integer(1...Int64.max), help: "End after so many times, for tests.", isHidden: true),
        ],
        examples: [
            .init("reelhouse status", "Look at warehouse.db"),
            .init("timeout 3 reelhouse status --watch || true", "Look at it every two seconds, here for three"),
            .init("reelhouse status --json | jq '.runs[0].outcome'", "How did the last run end?"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let limit = Int(clamping: arguments.integer("limit") ?? 5)
        if let seconds = arguments.number("watch") {
            try StatusWatch(
                location: arguments.string("warehouse") ?? "", limit: limit, seconds: seconds,
                isJSON: arguments.flag("json"), times: arguments.integer("times"),
                now: arguments.milliseconds("now"), console: context.console
            ).run()
            return .done
        }
        let reader = try Backends.reader(arguments.string("warehouse") ?? "")
        let status = try WarehouseStatus(reader, limit: limit)
        if arguments.flag("json") {
            try context.console.print(status.json.compact)
        } else {
            try status.print(on: context.console, clock: context.clock)
        }
        return .done
    }
}

/// The output of `status` as text or JSON.
struct WarehouseStatus {
    let location: String
    let runs: [RunRecord]
    let checkpoints: [Checkpoint]
    let checkpointCount: Int
    let rows: [(table: String, rows: Int64)]
    let size: Int64
    let schema: (applied: Int, known: Int)
    let newestEvent: Int64?
    let newestSnapshot: Int32?
    let marts: MartState
    /// The note that the marts are out of date, or nil.
    let martNote: String?
    let quarantine: QuarantineTotals

    init(_ reader: any WarehouseReader, limit: Int) throws {
        location = reader.location
        runs = try reader.judgedRuns(limit: limit)
        checkpoints = try reader.checkpoints(limit: limit)
        checkpointCount = try reader.checkpointCount()
        rows = try reader.rowCounts()
        size = try reader.size()
        schema = try reader.schemaVersion()
        newestEvent = try reader.newestEventTime()
        newestSnapshot = try reader.newestSnapshotDay()
        marts = try reader.martState()
        martNote = MartNote.text(marts, lastRun: try reader.runs(limit: 1).first)
        quarantine = try reader.quarantineTotals()
    }

    var json: JSONText {
        .object([
            ("warehouse", .string(location)), ("bytes", .integer(size)),
            ("schema_version", .integer(Int64(schema.applied))),
            ("newest_event", newestEvent.map { .string(Timestamp.text($0)) } ?? .null),
            ("newest_snapshot_date", newestSnapshot.map { .string(CivilDate.text(ofDay: $0)) } ?? .null),
            ("marts_as_of_run", marts.run.map { .integer($0) } ?? .null), ("marts_stale", .boolean(marts.isStale)),
            ("runs", .array(runs.map(runJSON))), ("checkpoints", .array(checkpoints.map(checkpointJSON))),
            ("rows", .object(rows.map { ($0.table, .integer($0.rows)) })),
            (
                "quarantine",
                .object([
                    ("open", .integer(quarantine.open)), ("cured", .integer(quarantine.cured)),
                    ("dropped", .integer(quarantine.dropped)),
                ])
            ),
        ])
    }

    private func runJSON(_ run: RunRecord) -> JSONText {
        let head: [(String, JSONText)] = [
            ("run_id", .integer(run.id)), ("started_at", .string(Timestamp.text(run.startedAt))),
            ("ended_at", run.endedAt.map { .string(Timestamp.text($0)) } ?? .null),
            ("seconds", run.seconds.map { .double($0) } ?? .null),
            ("outcome", .string(run.outcome.rawValue)), ("error", run.error.map { .string($0) } ?? .null),
        ]
        return .object(head + RunJSON.counts(run.counts))
    }

    private func checkpointJSON(_ checkpoint: Checkpoint) -> JSONText {
        let head: [(String, JSONText)] = [
            ("source", .string(checkpoint.source)), ("port", .string(checkpoint.identity.port.rawValue)),
            ("key", .string(checkpoint.identity.key)),
            ("source_bytes", checkpoint.mark.bytes.map { .integer($0) } ?? .null),
            ("complete", .boolean(checkpoint.isComplete)),
            ("position", .string(checkpoint.position.text)),
        ]
        return .object(head + RunJSON.counts(checkpoint.counts))
    }

    func print(on console: Console, clock: RunClock) throws {
        try console.print(
            paragraph: console.style.bold(location) + "  \(NumberFormat.bytes(size)), schema version \(schema.applied)"
                + (schema.applied < schema.known ? " (run `reelhouse migrate`)" : ""),
            hangingIndent: 2)
        if let newestEvent {
            let age = NumberFormat.duration(seconds: Double(max(0, clock.now - newestEvent)) / 1000)
            try console.print(paragraph: "newest event: \(Timestamp.text(newestEvent)), \(age) ago", hangingIndent: 2)
        }
        if let newestSnapshot { try console.print("newest snapshot: \(CivilDate.text(ofDay: newestSnapshot))") }
        if let martNote { try console.print(paragraph: martNote, hangingIndent: 2) }
        if quarantine.open + quarantine.cured + quarantine.dropped > 0 {
            try console.print(paragraph: "quarantine: " + quarantineText, hangingIndent: 2)
        }
        try console.print()
        try printRuns(on: console)
        try printCheckpoints(on: console)
        var rowTable = TextTable([.text("table"), .number("rows")])
        for (name, count) in rows { rowTable.add([name, NumberFormat.grouped(count)]) }
        try console.print(rowTable)
    }

    private func printRuns(on console: Console) throws {
        var table = TextTable([
            .number("run"), .number("started (UTC)"), .number("took"), .text("outcome"), .number("read"),
            .number("accepted"), .number("duplicates"), .number("rejected"),
        ])
        for run in runs {
            let started = String(Timestamp.text(run.startedAt).prefix(16)).replacing("T", with: " ")
            table.add(
                [
                    String(run.id), started, run.seconds.map { NumberFormat.duration(seconds: $0) } ?? "",
                    run.outcome.rawValue,
                ]
                    + [run.counts.read, run.counts.accepted, run.counts.duplicates, run.counts.rejected]
                    .map { NumberFormat.grouped($0) })
        }
        try console.print(table)
        try console.print()
        let failed = runs.filter { $0.error != nil }
        if failed.isEmpty || console.isQuiet { return }
        for run in failed {
            let error = PlainText.escape(run.error ?? "")
            try console.print(paragraph: "Run \(run.id) \(run.outcome.ending): \(error)", hangingIndent: 2)
        }
        try console.print()
    }

    private var quarantineText: String {
        var parts = ["\(NumberFormat.grouped(quarantine.open)) open"]
        if quarantine.cured > 0 { parts.append("\(NumberFormat.grouped(quarantine.cured)) cured") }
        if quarantine.dropped > 0 { parts.append("\(NumberFormat.grouped(quarantine.dropped)) dropped") }
        return parts.joined(separator: ", ")
    }

    private func printCheckpoints(on console: Console) throws {
        var table = TextTable([.path("source"), .text("state"), .number("lines"), .number("rejected")])
        for checkpoint in checkpoints {
            table.add([
                checkpoint.source, checkpoint.isComplete ? "complete" : "partial",
                NumberFormat.grouped(checkpoint.counts.read), NumberFormat.grouped(checkpoint.counts.rejected),
            ])
        }
        try console.print(table)
        let rest = Int64(checkpointCount - checkpoints.count)
        if rest > 0, !console.isQuiet { try console.print("… and \(NumberFormat.grouped(rest)) more (--limit)") }
        try console.print()
    }
}

extension RunRecord {
    /// How long the run took; nil while it runs, and when it was killed.
    var seconds: Double? { endedAt.map { Double(max(0, $0 - startedAt)) / 1000 } }
}

extension RunOutcome {
    /// The outcome as the end of a sentence that begins with "Run 3".
    fileprivate var ending: String {
        switch self {
        case .running: "is under way"
        case .completed: "was completed"
        case .stopped: "was stopped"
        case .failed: "failed"
        case .interrupted: "was interrupted"
        }
    }
}
