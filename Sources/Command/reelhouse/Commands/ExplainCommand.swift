import Arguments
import Domain
import JSON

/// `reelhouse explain`: what the cleaning rules do.
enum ExplainCommand: Command {
    static let declaration = CommandDeclaration(
        name: "explain",
        summary: "Say what a cleaning rule does, why, and give an example; without a rule, list them all.",
        options: [CommonOption.json],
        operands: [
            Operand(
                "rule", .choice(CleaningRule.allCases.map(\.rawValue)), help: "The rule's name.", isOptional: true)
        ],
        examples: [.init("reelhouse explain missing_title", "What does missing_title mean?")])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let chosen = arguments.operand("rule").flatMap(CleaningRule.init(rawValue:))
        if arguments.flag("json") {
            let rules = chosen.map { [$0] } ?? CleaningRule.allCases
            try context.console.print(JSONText.array(rules.map(json)).compact)
        } else if let chosen {
            let (explanation, console) = (chosen.explanation, context.console)
            try console.print(console.style.bold(chosen.rawValue) + " (\(explanation.ports))\n")
            try console.print(paragraph: explanation.rejects)
            try console.print()
            try console.print(paragraph: "Why: \(explanation.reason)")
            // Not wrapped, so that it can be copied.
            try console.print("\nExample:\n  \(explanation.example.replacing("\n", with: "\n  "))\n")
            try console.print(paragraph: "What to do: \(explanation.remedy)")
        } else {
            var table = TextTable([.text("rule"), .text("port"), .prose("a line is rejected when")])
            for rule in CleaningRule.allCases {
                table.add([rule.rawValue, rule.explanation.ports, rule.explanation.rejects])
            }
            try context.console.print(table)
        }
        return .done
    }

    private static func json(_ rule: CleaningRule) -> JSONText {
        let explanation = rule.explanation
        return .object([
            ("rule", .string(rule.rawValue)), ("stream", .string(explanation.ports)),
            ("rejects", .string(explanation.rejects)), ("reason", .string(explanation.reason)),
            ("example", .string(explanation.example)), ("remedy", .string(explanation.remedy)),
        ])
    }
}
