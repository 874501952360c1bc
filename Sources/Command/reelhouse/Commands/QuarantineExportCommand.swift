import Arguments
import Domain
import JSON

/// `reelhouse quarantine export`: writes lines in quarantine for another program, or to be corrected.
enum QuarantineExportCommand: Command {
    static let declaration = CommandDeclaration(
        name: "export",
        summary: "Write lines in quarantine as NDJSON, or byte for byte.",
        discussion: """
            Each object has rejected_id, source, port, line, byte_offset, rule, message, snapshot_date, run_id, \
            last_run_id, cured_run_id, and the line itself as raw, or as raw_base64 where it is not \
            UTF-8. Change raw, and `retry --from` loads it.
            """,
        options: [CommonOption.warehouse] + LiveOption.all + QuarantineFilter.options + QuarantineFilter.states + [
            .flag("raw", help: "Write only the lines, byte for byte, each followed by LF.")
        ] + NamedOutput.options + [CommonOption.quiet],
        examples: [
            .init("reelhouse quarantine export -o rejected.ndjson", "Export all lines to correct them"),
            .init(
                "reelhouse quarantine export --raw --source data/events/2026-11-20.ndjson.zst > again.ndjson",
                "The bare lines of one file"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let filter = try QuarantineFilter.filter(arguments)
        let reader = try Backends.reader(arguments.string("warehouse") ?? "")
        let output = try NamedOutput(arguments, context.console)
        var writer = JSONTextWriter()
        let isRaw = arguments.flag("raw")
        var written: Int64 = 0
        context.latest.value = WorkProgress(label: "export")
        let count = try reader.forEachRejected(matching: filter) { record in
            if isRaw {
                try output.write(bytes: record.rejection.raw + [UInt8(ascii: "\n")])
            } else {
                writer.removeAll()
                writer.appendLine(QuarantineRecordJSON.object(record))
                try output.write(bytes: writer.bytes)
            }
            written += 1
            context.latest.value = WorkProgress(label: "export", read: written)
        }
        try output.finish()
        if let path = output.name { Backends.remember(output: path, warehouse: arguments.string("warehouse") ?? "") }
        let target = output.name.map { " to \($0)" } ?? ""
        context.console.say("\(NumberFormat.count(count, "line", "lines")) written\(target).")
        return .done
    }
}
