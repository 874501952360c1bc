import Arguments
import JSON

/// `reelhouse schema`: prints the data dictionary.
enum SchemaCommand: Command {
    static let declaration = CommandDeclaration(
        name: "schema",
        summary: "Print the data dictionary: tables, views and columns with their types and meanings.",
        discussion: """
            No warehouse is needed. Without a name all tables and views are printed, first as a list. Times are \
            milliseconds since 1970 in UTC, dates YYYY-MM-DD, booleans 0 and 1, UUIDs 16 bytes; the views whose names \
            end in _readable show times and UUIDs as text.
            """,
        options: [CommonOption.json, .flag("markdown", help: "Print a page in Markdown.")],
        operands: [Operand("table", .text, help: "The name of a table or view.", isOptional: true)],
        examples: [
            .init("reelhouse schema", "Everything, beginning with a list of tables"),
            .init("reelhouse schema fact_user_event", "The columns of one table"),
            .init("reelhouse schema --json | jq -r '.[].name'", "The names of all tables and views"),
            .init("reelhouse schema --markdown > dictionary.md", "A page to read or to share"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        if arguments.flag("json"), arguments.flag("markdown") {
            throw UsageError("--json does not go with --markdown", hint: "Give one of them.")
        }
        let dictionary = try SchemaDictionary(BackendRegistry.warehouses.map(\.queryHelp))
        let name = arguments.operand("table")
        let relations = dictionary.relations(named: name)
        if relations.isEmpty, let name { throw unknown(name, dictionary) }
        let console = context.console
        if arguments.flag("json") {
            try console.print(JSONText.array(relations.map(\.json)).compact)
        } else if arguments.flag("markdown") {
            let title = name == nil ? "# The data dictionary\n\n" : ""
            try console.write(title + relations.map(\.markdown).joined(separator: "\n"))
        } else {
            if name == nil { try printList(relations, on: console) }
            for (index, relation) in relations.enumerated() {
                if index > 0 || name == nil { try console.print() }
                try relation.print(on: console)
            }
        }
        return .done
    }

    private static func printList(_ relations: [SchemaDictionary.Relation], on console: Console) throws {
        var table = TextTable([.text("table or view"), .text("group"), .prose("a row is")])
        for relation in relations { table.add([relation.name, relation.group, relation.meaning]) }
        try console.print(table)
    }

    private static func unknown(_ name: String, _ dictionary: SchemaDictionary) -> UsageError {
        let nearest = Suggestion.nearest(to: name, among: dictionary.relations.map(\.name))
        return UsageError(
            "there is no table or view \(name)" + (nearest.map { "; did you mean \($0)?" } ?? ""),
            hint: "`reelhouse schema` lists them all.")
    }
}
