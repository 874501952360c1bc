import Arguments
import Domain

/// `reelhouse report`: shows the best movies, trending movies and events by type, or writes a page with charts.
enum ReportCommand: Command {
    /// The forms of a report.
    enum Format: String, CaseIterable, Sendable {
        case text, html
    }

    static let declaration = CommandDeclaration(
        name: "report",
        summary: "Show the best movies, the week's trending movies, and events by type, or write a page with charts.",
        discussion: """
            The page (--format html) is one file that needs no network and no script: events per day by type, active \
            and new users, the best and the trending movies, the distribution of ratings, lines read and rejected, and \
            how runs went. Both forms read marts and ratings, not the events themselves.
            """,
        options: [CommonOption.warehouse] + LiveOption.all + [
            .value(
                "format", short: "f", .choice(Format.allCases.map(\.rawValue)), defaultValue: Format.text.rawValue,
                help: "What is written: text, or a page to open in a browser.")
        ] + NamedOutput.options + [CommonOption.now, CommonOption.quiet],
        examples: [
            .init("reelhouse report", "Look at warehouse.db"),
            .init("reelhouse report -f html -o report.html", "Write a page with charts"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let reader = try Backends.reader(arguments.string("warehouse") ?? "")
        let output = try NamedOutput(arguments, context.console)
        switch arguments.choice("format", as: Format.self) ?? .text {
        case .html: try output.write(ReportPage(PageReader(reader: reader).figures(at: context.clock.now)).html)
        case .text:
            try printText(
                reader, arguments,
                Console(
                    output: output, errors: context.console.errors, environment: context.console.environment,
                    isQuiet: context.console.isQuiet))
        }
        try output.finish()
        if let name = output.name { context.console.say("The report is in \(name).") }
        return .done
    }

    private static func printText(
        _ reader: any WarehouseReader, _ arguments: ParsedArguments, _ console: Console
    ) throws {
        if let note = try MartNote.text(reader) {
            try console.print(paragraph: note)
            try console.print()
        }
        try console.print(console.style.bold("The ten best movies, by weighted rating"))
        try printTable(
            "SELECT position, title, weighted_rating, votes FROM top_movies ORDER BY position LIMIT 10",
            [.number("#"), .text("title"), .number("rating"), .number("votes")], reader, console)
        try console.print(console.style.bold("Trending this week"))
        try printTable(
            """
            SELECT position, coalesce(title, 'movie ' || movie_id), heat, events FROM trending
            ORDER BY position LIMIT 10
            """,
            [.number("#"), .text("title"), .number("heat"), .number("events")], reader, console)
        try console.print(console.style.bold("Events by type"))
        var chart = BarChart()
        for type in try EventCounts(reader).types {
            chart.add(type.name, Double(type.count), text: NumberFormat.grouped(type.count))
        }
        try console.write(chart.text(width: console.textWidth))
        try console.print()
        let open = try reader.quarantineTotals().open
        if open > 0 {
            let lines = NumberFormat.count(open, "line is", "lines are")
            try console.print(paragraph: "\(lines) in quarantine; `reelhouse quarantine list` says why.")
        }
        // Without its password, which is to be in no output.
        let location = Location(arguments.string("warehouse") ?? "")
        let warehouse = arguments.isGiven("warehouse") ? " -w '\(location)'" : arguments.flag("live") ? " --live" : ""
        let file = arguments.string("env-file").map { " --env-file '\($0)'" } ?? ""
        try console.print("Try next:  reelhouse \(open > 0 ? "quarantine list" : "status")" + warehouse + file)
    }

    private static func printTable(
        _ sql: String, _ columns: [TextTable.Column], _ reader: any WarehouseReader, _ console: Console
    ) throws {
        var table = TextTable(columns)
        try reader.query(sql, header: { _ in }, row: { row in table.add(row.map(text)) })
        try console.print(table)
        try console.print()
    }

    private static func text(_ value: QueryValue) -> String {
        switch value {
        case .null: ""
        case .integer(let integer): NumberFormat.grouped(integer)
        case .real(let real): NumberFormat.fixed(real, digits: 2)
        case .boolean(let boolean): String(boolean)
        case .decimal(let text), .notFinite(let text), .text(let text): text
        case .blob: ""
        }
    }
}
