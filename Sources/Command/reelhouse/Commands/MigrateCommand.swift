import Arguments
import JSON
import Logging
import Pipeline

/// `reelhouse migrate`: brings a warehouse's schema up to date.
enum MigrateCommand: Command {
    static let declaration = CommandDeclaration(
        name: "migrate",
        summary: "Bring a warehouse's schema up to date, and list the applied migrations; `run` does this itself.",
        options: [CommonOption.warehouse] + LiveOption.all + [CommonOption.retryFor, CommonOption.json],
        examples: [.init("reelhouse migrate", "Update warehouse.db, or make it")])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let warehouse = try WarehouseRetries.open(for: arguments.retryFor, logger: context.logger) {
            try Backends.warehouse(arguments.string("warehouse") ?? "")
        }
        let applied = try WarehouseRetries(warehouse, for: arguments.retryFor, logger: context.logger)
            .attempt { try warehouse.migrate(at: SystemClock.milliseconds()) }
        if arguments.flag("json") {
            try context.console.print(
                JSONText.object([("applied", .array(applied.map { .string($0) }))]).compact)
        } else if applied.isEmpty {
            try context.console.print("\(warehouse.location) is up to date.")
        } else {
            for name in applied { try context.console.print("applied \(name)") }
        }
        return .done
    }
}
