import Arguments
import Domain
import Generator
import JSON

/// `reelhouse generate`: synthetic movies and events.
enum GenerateCommand: Command {
    static let declaration = CommandDeclaration(
        name: "generate",
        summary: "Write synthetic movies and events, the same for the same options, and print the expected counts.",
        options: [
            .value("movies", .integer(1...10_000_000), defaultValue: "1000", help: "How many movies."),
            .value("events", .integer(0...10_000_000_000), defaultValue: "100000", help: "How many events."),
            .value("users", .integer(1...1_000_000_000), defaultValue: "1000", help: "How many users."),
            .value("days", .integer(1...20_000), defaultValue: "30", help: "How many days they spread over."),
            .value("seed", .integer(0...Int64.max), defaultValue: "1", help: "The random seed."),
            .value("end-date", .date, defaultValue: "2026-11-20", help: "The last of the days."),
            .value(
                "output", short: "o", .folder,
                help: "The folder to write movies/ and events/ to; it has to be new or empty."),
            .flag(
                "force",
                help: "Write to a folder that is not empty: files of the same days are replaced, others stay."),
            .value(
                "dirt", .number(0...1), defaultValue: "0",
                help: "Share of duplicated, broken, late and older-form lines."),
            CommonOption.json,
        ],
        examples: [
            .init("reelhouse generate --events 20000 --output generated", "Twenty thousand events to play with"),
            .init(
                "reelhouse generate --dirt 0.03 --seed 7 --output dirty --json", "Dirty lines, and the expected counts"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        guard let output = arguments.string("output") else {
            throw UsageError("the option '--output' is missing", hint: "Name a folder, for example --output generated.")
        }
        if output == "-" {
            throw UsageError(
                "--output needs a folder: what is generated is many files",
                hint: "Name a folder, for example --output generated.")
        }
        var options = GeneratorOptions(
            movies: Int(arguments.integer("movies") ?? 0), events: Int(arguments.integer("events") ?? 0),
            users: Int(arguments.integer("users") ?? 0), days: Int(arguments.integer("days") ?? 0),
            seed: UInt64(arguments.integer("seed") ?? 0), output: output, dirt: arguments.number("dirt") ?? 0,
            endDay: arguments.day("end-date") ?? 0)
        options.existing = arguments.flag("force") ? .othersKept : .refused
        let (movies, total) = (options.movies, options.movies + options.events)
        let planted = try generate(options) { progress in
            let done = progress.stage == .movies ? progress.done : movies + progress.done
            context.latest.value = WorkProgress(
                label: "generating", bytesDone: Int64(done), bytesTotal: Int64(total), read: Int64(done))
            context.console.progress.update(context.latest.value)
        }
        context.console.progress.finish()
        if arguments.flag("json") {
            try context.console.print(planted.json.compact)
        } else {
            try print(planted, to: output, on: context.console)
        }
        return .done
    }

    private static func print(_ planted: PlantedCounts, to folder: String, on console: Console) throws {
        let files = NumberFormat.count(planted.eventFiles + planted.movieFiles, "file", "files")
        try console.print("Wrote \(files) to \(folder), \(NumberFormat.bytes(planted.bytes)) uncompressed.\n")
        var table = TextTable([.text("planted"), .number("movies"), .number("events")])
        for (name, movies, events) in [
            ("lines", planted.movieLines, planted.lines),
            ("to be accepted", planted.distinctMovieDocuments, planted.distinctEvents),
            ("duplicates", planted.movieDuplicates, planted.duplicates),
            ("to be rejected", planted.movieRejected, planted.rejected),
        ] { table.add([name, NumberFormat.grouped(movies), NumberFormat.grouped(events)]) }
        try console.print(table)
        try console.print("\nTry next:  reelhouse run --movies \(folder)/movies --events \(folder)/events")
    }
}
