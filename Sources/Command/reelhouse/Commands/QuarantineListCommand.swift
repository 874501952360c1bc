import Arguments
import Domain
import JSON

/// `reelhouse quarantine list`: how many lines are in quarantine, by rule and by source.
enum QuarantineListCommand: Command {
    static let declaration = CommandDeclaration(
        name: "list",
        summary: "Count the lines in quarantine by rule and by source.",
        options: [CommonOption.warehouse] + LiveOption.all + QuarantineFilter.states + [CommonOption.json],
        examples: [
            .init("reelhouse quarantine list", "Count the lines in quarantine of warehouse.db"),
            .init("reelhouse quarantine list --cured", "Count those that are cured"),
            .init("reelhouse quarantine list --json | jq .by_rule", "The counts by rule, for a program"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let filter = try QuarantineFilter.filter(arguments)
        let reader = try Backends.reader(arguments.string("warehouse") ?? "")
        let list = QuarantineList(
            try reader.rejectedCounts(matching: filter), totals: try reader.quarantineTotals(), filter.state)
        if arguments.flag("json") {
            try context.console.print(list.json.compact)
        } else {
            try list.print(on: context.console)
        }
        return .done
    }
}

/// The output of `list`: the number of lines by rule and by source, the largest number first.
private struct QuarantineList {
    let lines: Int64
    let rules: [(rule: String, lines: Int64)]
    let sources: [(source: String, lines: Int64, rules: [RejectedCount])]
    let totals: QuarantineTotals
    let state: RejectedFilter.State

    init(_ counts: [RejectedCount], totals: QuarantineTotals, _ state: RejectedFilter.State) {
        self.totals = totals
        self.state = state
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
            ), ("open", .integer(totals.open)), ("cured", .integer(totals.cured)),
            ("dropped", .integer(totals.dropped)),
        ])
    }

    func print(on console: Console) throws {
        if lines == 0 {
            try console.print(state == .cured ? "No line in quarantine is cured." : "The quarantine is empty.")
            for note in notes { try console.print(paragraph: note) }
            return
        }
        var ruleTable = TextTable([.text("rule"), .number("lines"), .prose("a line is rejected when")])
        for (rule, count) in rules {
            let explanation = CleaningRule(rawValue: rule)?.explanation.rejects ?? "(a rule of a newer version)"
            ruleTable.add([rule, NumberFormat.grouped(count), explanation])
        }
        try console.print(ruleTable)
        if console.isQuiet { return }
        try console.print()
        var sourceTable = TextTable([.path("source"), .number("lines"), .prose("rules")])
        for (source, count, rules) in sources {
            let list = rules.map { "\(NumberFormat.grouped($0.lines)) \($0.rule)" }.joined(separator: ", ")
            sourceTable.add([source, NumberFormat.grouped(count), list])
        }
        try console.print(sourceTable)
        try console.print()
        for note in notes { try console.print(paragraph: note) }
        let option = state == .cured ? " --cured" : ""
        try console.print("Try next:  reelhouse quarantine show --rule \(rules[0].rule)\(option)")
    }

    /// Counts of lines that the tables leave out.
    private var notes: [String] {
        var notes: [String] = []
        if state == .open, totals.cured > 0 {
            notes.append(
                "\(NumberFormat.count(totals.cured, "more line is", "more lines are")) cured; --cured shows them.")
        }
        if state == .cured, totals.open > 0 {
            notes.append("\(NumberFormat.count(totals.open, "more line is", "more lines are")) open.")
        }
        if totals.dropped > 0 {
            notes.append("\(NumberFormat.count(totals.dropped, "line was", "lines were")) dropped.")
        }
        return notes
    }
}
