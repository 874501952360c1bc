import Arguments
import Domain
import Glibc

/// `reelhouse query`: SQL, read-only.
enum QueryCommand: Command {
    static let declaration = CommandDeclaration(
        name: "query",
        summary: "Run one SQL statement that reads, and print its rows.",
        discussion: """
            A result is printed as a table. Where that is wider than the terminal, or than 80 columns elsewhere, each \
            value gets a line of its own, as with --format vertical. On a terminal long texts are shortened; numbers \
            never are, nor is anything in a pipe, in a file, or in the formats csv, json, ndjson and markdown.

            `reelhouse schema` lists tables and columns.
            """,
        options: [
            CommonOption.warehouse, LiveOption.live, LiveOption.environmentFile,
            .value(
                "format", short: "f", .choice(RowFormat.allCases.map(\.rawValue)), placeholder: "format",
                help: "How rows are printed: \(RowFormat.allCases.map(\.rawValue).joined(separator: ", "))."),
            .flag("no-truncate", help: "Shorten no text."),
        ] + NamedOutput.options + [CommonOption.quiet],
        operands: [Operand("sql", .text, help: "The statement; - reads it from standard input.")],
        examples: [
            .init("reelhouse query 'SELECT title, votes FROM top_movies LIMIT 5'", "A table"),
            .init("reelhouse query -f vertical 'SELECT * FROM movies LIMIT 1'", "One value a line"),
            .init("reelhouse query -f csv -o ratings.csv 'SELECT * FROM ratings'", "A CSV file"),
            .init(
                "echo 'SELECT count(*) AS n FROM ratings' | reelhouse query -f ndjson - | jq .n",
                "SQL from standard input, and NDJSON for a program"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        var sql = arguments.operand("sql") ?? ""
        if sql == "-" { sql = standardInput() }
        let (backend, location) = try Backends.warehouseBackend(arguments.string("warehouse") ?? "")
        let reader = try backend.openReader(location)
        let output = try NamedOutput(arguments, context.console)
        var writer = writer(to: output, arguments)
        var rows: Int64 = 0
        context.latest.value = WorkProgress(label: "query")
        do {
            try reader.query(sql) { columns in
                try writer.begin(columns: columns)
            } row: { row in
                try writer.write(row.map(CellValue.init))
                rows += 1
                if rows % 1024 == 0 { context.latest.value = WorkProgress(label: "query", read: rows, noun: .rows) }
            }
        } catch let error as QueryError {
            throw QueryFault(error: error, help: backend.queryHelp)
        }
        try writer.end()
        try output.finish()
        if rows == 0 { context.console.say("The result is empty: the statement gave no rows.") }
        if let name = output.name {
            context.console.say("\(NumberFormat.count(rows, "row", "rows")) written to \(name).")
        }
        if let note = try MartNote.text(reader, query: sql) { context.console.say(note) }
        return .done
    }

    private static func writer(to output: NamedOutput, _ arguments: ParsedArguments) -> any RowWriter {
        let layout = ResultLayout(
            width: output.width ?? 80, isShortened: output.width != nil && !arguments.flag("no-truncate"))
        guard let format = arguments.choice("format", as: RowFormat.self) else {
            return AutomaticRowWriter(output: output, layout: layout)
        }
        return format.writer(to: output, layout: layout)
    }

    private static func standardInput() -> String {
        var lines = ""
        while let line = readLine(strippingNewline: false) { lines += line }
        return lines
    }
}
