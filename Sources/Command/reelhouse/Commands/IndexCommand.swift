import Arguments
import Domain
import JSON
import Logging
import Pipeline

/// `reelhouse index`: the indexes of a warehouse.
enum IndexCommand: Command {
    static let declaration = CommandDeclaration(
        name: "index",
        summary: "Show the indexes of a warehouse, and make or drop those of fact_user_event.",
        discussion: """
            The smaller tables get their indexes at the end of the run that first fills them. An index on \
            fact_user_event speeds up queries about the events of one user or one movie, but not queries about all \
            events. Each makes later loads take about half as long again, so they are made only by this command. Later \
            runs keep them up to date. If SQLite uses such an index for a query about all events, write + before the \
            column (GROUP BY +user_id). Without --facts, lists the indexes.
            """,
        options: [
            .value(
                "facts", .text, placeholder: "user,movie", repetition: .repeats,
                help: "The columns of fact_user_event to index, with a comma between: user, movie."),
            .flag("drop", help: "Drop those of --facts instead."),
            .flag("list", help: "List the indexes, also after a change."),
            CommonOption.warehouse, LiveOption.live, LiveOption.environmentFile, CommonOption.retryFor,
            CommonOption.json,
        ],
        examples: [
            .init("reelhouse index", "List the indexes of warehouse.db"),
            .init("reelhouse index --facts user,movie", "Index the facts by user and by movie"),
            .init("reelhouse index --drop --facts user,movie", "Drop both again, before a large load"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let location = arguments.string("warehouse") ?? ""
        let chosen = try indexes(arguments.strings("facts"))
        if arguments.flag("drop"), chosen.isEmpty {
            throw UsageError("--drop needs --facts", hint: "Write --facts user, --facts movie or --facts user,movie.")
        }
        // Throws when there is no warehouse, which the next calls would create.
        _ = try Backends.reader(location)
        if !chosen.isEmpty {
            let warehouse = try WarehouseRetries.open(for: arguments.retryFor, logger: context.logger) {
                try Backends.warehouse(location)
            }
            let retries = WarehouseRetries(warehouse, for: arguments.retryFor, logger: context.logger)
            _ = try retries.attempt { try warehouse.migrate(at: SystemClock.milliseconds()) }
            let isDropping = arguments.flag("drop")
            for index in chosen {
                let start = SystemClock.milliseconds()
                let isChanged = try retries.attempt {
                    try isDropping ? warehouse.drop(index) : warehouse.make(index)
                }
                if arguments.flag("json") { continue }
                let seconds = Double(SystemClock.milliseconds() - start) / 1000
                try tell(index, isChanged: isChanged, isDropping: isDropping, seconds, context.console)
            }
        }
        let isListed = chosen.isEmpty || arguments.flag("list") || arguments.flag("json")
        if isListed { try list(location, context.console, asJSON: arguments.flag("json")) }
        return .done
    }

    private static func indexes(_ values: [String]) throws -> [TableIndex] {
        let known = BehaviourTables.facts.indexes
        return try values.flatMap { $0.split(separator: ",") }.map { word in
            let name = word.filter { !$0.isWhitespace }
            guard let index = known.first(where: { $0.columns == [name] || $0.columns == ["\(name)_id"] }) else {
                throw UsageError("--facts does not know '\(name)'", hint: "It takes user, movie, or both: user,movie.")
            }
            return index
        }
    }

    private static func tell(
        _ index: TableIndex, isChanged: Bool, isDropping: Bool, _ seconds: Double, _ console: Console
    ) throws {
        let seconds = NumberFormat.duration(seconds: seconds)
        switch (isDropping, isChanged) {
        case (true, true): try console.print("Dropped \(index.name).")
        case (true, false): try console.print("\(index.name) is not there.")
        case (false, true): try console.print("Made \(index.name) in \(seconds). Later runs keep it up to date.")
        case (false, false): try console.print("\(index.name) is there already.")
        }
    }

    private static func list(_ location: String, _ console: Console, asJSON: Bool) throws {
        let there = try Backends.reader(location).indexes()
        let entries = AllTables.indexes.map { index in
            (index: index, found: there.first { $0.index == index })
        }
        if asJSON {
            let list = entries.map { entry in
                JSONText.object([
                    ("name", .string(entry.index.name)), ("table", .string(entry.index.table)),
                    ("columns", .array(entry.index.columns.map { .string($0) })),
                    ("made", .boolean(entry.found != nil)),
                    ("bytes", entry.found?.bytes.map { .integer($0) } ?? .null),
                ])
            }
            return try console.print(JSONText.object([("indexes", .array(list))]).compact)
        }
        var table = TextTable([.text("table"), .text("columns"), .number("size"), .text("made")])
        for (index, found) in entries {
            let made =
                found != nil
                ? "yes" : index.isOnRequest ? "no (make it with --facts)" : "by the next run, if it has rows"
            let size = found?.bytes.map { NumberFormat.bytes($0) } ?? ""
            table.add([index.table, index.columns.joined(separator: ", "), size, made])
        }
        try console.print(table)
    }
}
