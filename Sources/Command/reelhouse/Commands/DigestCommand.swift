import Arguments
import Domain
import JSON

/// `reelhouse digest`: the order-independent hash of each table.
enum DigestCommand: Command {
    static let declaration = CommandDeclaration(
        name: "digest",
        summary: "Print a hash of each table's content that does not depend on the order of its rows.",
        discussion: """
            Two warehouses with the same content have the same digest, whatever the order of their input, however often \
            it was loaded, and whichever database they use. The loader's own tables (load_*, rejected_record, \
            schema_migration) are left out.
            """,
        options: [CommonOption.warehouse] + LiveOption.all + [CommonOption.json],
        examples: [.init("reelhouse digest --json | jq -r .total", "One hash of the whole warehouse")])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        context.latest.value = WorkProgress(label: "digest")
        let digests = try Backends.reader(arguments.string("warehouse") ?? "").digest()
        var total = TableDigest()
        for (table, digest) in digests { total.add(digest, named: table) }
        if arguments.flag("json") {
            let members = digests.map { ($0.table, JSONText.string($0.digest.text)) }
            try context.console.print(JSONText.object(members + [("total", .string(total.text))]).compact)
            return .done
        }
        // A number column, since text columns may be shortened.
        var table = TextTable([.text("table"), .number("rows"), .number("digest")])
        for (name, digest) in digests { table.add([name, NumberFormat.grouped(digest.rows), digest.text]) }
        table.add(["total", "", total.text])
        try context.console.print(table)
        return .done
    }
}
