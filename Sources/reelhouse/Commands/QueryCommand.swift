import Arguments
import Domain
import Glibc

/// `reelhouse query`: SQL, read-only.
enum QueryCommand: Command {
    static let declaration = CommandDeclaration(
        name: "query",
        summary: "Run one SQL statement that reads, and print its rows.",
        options: [
            CommonOption.warehouse,
            .value(
                "format", short: "f", .choice(RowFormat.allCases.map(\.rawValue)), defaultValue: "table",
                help: "How rows are printed."),
        ],
        operands: [Operand("sql", .text, help: "The statement; - reads it from standard input.")],
        examples: [
            .init("reelhouse query 'SELECT title, votes FROM top_movies LIMIT 5'", "A table"),
            .init("reelhouse query -f csv 'SELECT * FROM ratings' > ratings.csv", "CSV"),
            .init("reelhouse query -f ndjson - < report.sql | jq .", "NDJSON"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        var sql = arguments.operand("sql") ?? ""
        if sql == "-" { sql = standardInput() }
        let reader = try Backends.reader(arguments.string("warehouse") ?? "")
        let format = arguments.choice("format", as: RowFormat.self) ?? .table
        var writer = format.writer(to: context.console.output)
        try reader.query(sql) { columns in
            try writer.begin(columns: columns)
        } row: { row in
            try writer.write(row.map(cell))
        }
        try writer.end()
        if let note = try MartNote.text(reader, query: sql) { context.console.say(note) }
        return .done
    }

    private static func cell(_ value: QueryValue) -> CellValue {
        switch value {
        case .null: .null
        case .integer(let integer): .integer(integer)
        case .real(let real): .real(real)
        case .text(let text): .text(text)
        case .blob(let bytes): .blob(bytes)
        }
    }

    private static func standardInput() -> String {
        var lines = ""
        while let line = readLine(strippingNewline: false) { lines += line }
        return lines
    }
}
