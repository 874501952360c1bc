import Arguments
import Domain
import Files
import JSON

/// `reelhouse quarantine export`: lines in quarantine for another program, or to be mended.
enum QuarantineExportCommand: Command {
    static let declaration = CommandDeclaration(
        name: "export",
        summary: "Write lines in quarantine as NDJSON, or byte for byte.",
        discussion: """
            Each object has rejected_id, source, port, line, byte_offset, rule, message, snapshot_date, run_id, and the \
            line itself as raw, or as raw_base64 where it is not UTF-8. Change raw, and `retry --from` loads it.
            """,
        options: [CommonOption.warehouse] + QuarantineFilter.options + [
            .value("output", short: "o", .path, help: "The file to write; standard output unless given."),
            .flag("raw", help: "Write only the lines, byte for byte, each followed by LF."),
            CommonOption.quiet,
        ],
        examples: [
            .init("reelhouse quarantine export -o rejected.ndjson", "All of them, to be mended"),
            .init("reelhouse quarantine export --raw --source data/events/a.ndjson > again.ndjson", "The bare lines"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let reader = try Backends.reader(arguments.string("warehouse") ?? "")
        let file = try arguments.string("output").map(OutputFile.init)
        var writer = JSONTextWriter()
        let isRaw = arguments.flag("raw")
        let count = try reader.forEachRejected(matching: QuarantineFilter.filter(arguments)) { record in
            if isRaw {
                try write(record.rejection.raw + [UInt8(ascii: "\n")], to: file, context.console)
            } else {
                writer.removeAll()
                writer.appendLine(QuarantineRecordJSON.object(record))
                try write(writer.bytes, to: file, context.console)
            }
        }
        try file?.finish()
        if let path = arguments.string("output") {
            WrittenFiles.remember(path, warehouse: arguments.string("warehouse") ?? "")
        }
        let target = arguments.string("output").map { " to \($0)" } ?? ""
        context.console.say("\(NumberFormat.count(count, "line", "lines")) written\(target).")
        return .done
    }

    private static func write(_ bytes: [UInt8], to file: OutputFile?, _ console: Console) throws {
        guard let file else { return try console.output.write(bytes: bytes) }
        try bytes.withUnsafeBytes { try file.write($0) }
    }
}
