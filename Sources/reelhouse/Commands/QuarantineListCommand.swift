import Arguments
import Domain
import JSON

/// `reelhouse quarantine list`: how many lines are in quarantine, by rule and by source.
enum QuarantineListCommand: Command {
    static let declaration = CommandDeclaration(
        name: "list",
        summary: "Count the lines in quarantine by rule and by source.",
        options: [CommonOption.warehouse, CommonOption.json],
        examples: [
            .init("reelhouse quarantine list", "Count the lines in quarantine of warehouse.db"),
            .init("reelhouse quarantine list --json | jq .by_rule", "The counts by rule, for a program"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let list = QuarantineList(try Backends.reader(arguments.string("warehouse") ?? "").rejectedCounts())
        if arguments.flag("json") {
            try context.console.print(list.json.compact)
        } else {
            try list.print(on: context.console)
        }
        return .done
    }
}

/// Lines in quarantine by rule and by source, the most first.
private struct QuarantineList {
    let lines: Int64
    let rules: [(rule: String, lines: Int64)]
    let sources: [(source: String, lines: Int64, rules: [RejectedCount])]

    init(_ counts: [RejectedCount]) {
        lines = counts.reduce(0) { $0 + $1.lines }
        rules = Dictionary(grouping: counts, by: \.rule)
            .map { ($0.key, $0.value.reduce(0) { $0 + $1.lines }) }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
        sources = Dictionary(grouping: counts, by: \.source)
            .map { ($0.key, $0.value.reduce(0) { $0 + $1.lines }, $0.value) }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }

    var json: JSONText {
        .object([
            ("lines", .integer(lines)), ("by_rule", .object(rules.map { ($0.rule, .integer($0.lines)) })),
            (
                "by_source",
                .array(
                    sources.map { source in
                        .object([
                            ("source", .string(source.source)), ("lines", .integer(source.lines)),
                            ("by_rule", .object(source.rules.map { ($0.rule, .integer($0.lines)) })),
                        ])
                    })
            ),
        ])
    }

    func print(on console: Console) throws {
        if lines == 0 { return try console.print("The quarantine is empty.") }
        var ruleTable = TextTable([.text("rule"), .number("lines"), .text("a line is rejected when")])
        for (rule, count) in rules {
            let explanation = CleaningRule(rawValue: rule)?.explanation.rejects ?? "a newer version knows"
            ruleTable.add([rule, NumberFormat.grouped(count), explanation])
        }
        try console.print(ruleTable)
        if console.isQuiet { return }
        try console.print()
        var sourceTable = TextTable([.text("source"), .number("lines"), .text("rules")])
        for (source, count, rules) in sources {
            let list = rules.map { "\(NumberFormat.grouped($0.lines)) \($0.rule)" }.joined(separator: ", ")
            sourceTable.add([source, NumberFormat.grouped(count), list])
        }
        try console.print(sourceTable)
        try console.print()
        try console.print("Try next:  reelhouse quarantine show --rule \(rules[0].rule)")
    }
}
