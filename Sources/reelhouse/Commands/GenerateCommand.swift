import Arguments
import Domain
import Generator
import JSON

/// `reelhouse generate`: synthetic movies and events.
enum GenerateCommand: Command {
    static let declaration = CommandDeclaration(
        name: "generate",
        summary: "Write synthetic movies and events, the same for the same options, and say what was planted.",
        options: [
            .value("movies", .integer(1...10_000_000), defaultValue: "1000", help: "How many movies."),
            .value("events", .integer(0...10_000_000_000), defaultValue: "100000", help: "How many events."),
            .value("users", .integer(1...1_000_000_000), defaultValue: "1000", help: "How many users."),
            .value("days", .integer(1...20_000), defaultValue: "30", help: "How many days they spread over."),
            .value("seed", .integer(0...Int64.max), defaultValue: "1", help: "What chance begins with."),
            .value("end-date", .date, defaultValue: "2026-11-20", help: "The last of the days."),
            .value("output", short: "o", .path, help: "The folder to write movies/ and events/ to."),
            .value(
                "dirt", .number(0...1), defaultValue: "0",
                help: "Share of duplicated, broken, late and older-form lines."),
            CommonOption.json,
        ],
        examples: [
            .init("reelhouse generate --events 1000000 --output /tmp/big", "A million events to play with"),
            .init("reelhouse generate --dirt 0.03 --seed 7 --output dirty --json", "Dirt, and what was planted"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        guard let output = arguments.string("output") else {
            throw UsageError("the option '--output' is missing", hint: "name a folder, for example --output generated")
        }
        let options = GeneratorOptions(
            movies: Int(arguments.integer("movies") ?? 0), events: Int(arguments.integer("events") ?? 0),
            users: Int(arguments.integer("users") ?? 0), days: Int(arguments.integer("days") ?? 0),
            seed: UInt64(arguments.integer("seed") ?? 0), output: output, dirt: arguments.number("dirt") ?? 0,
            endDay: arguments.day("end-date") ?? 0)
        let planted = try generate(options) { _ in }
        try context.console.print(planted.json.compact)
        return .done
    }
}
