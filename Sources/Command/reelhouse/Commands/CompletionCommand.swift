import Arguments

/// `reelhouse completion`: the script that completes command lines.
enum CompletionCommand: Command {
    static let declaration = CommandDeclaration(
        name: "completion",
        summary: "Print the script that lets a shell complete command lines.",
        operands: [Operand("shell", .choice(Shell.allCases.map(\.rawValue)), help: "Which shell.")],
        examples: [.init("source <(reelhouse completion bash)", "Complete in this shell")])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        guard let shell = Shell(rawValue: arguments.operand("shell") ?? "") else { return .usage }
        try context.console.write(CommandRegistry.root.completionScript(for: shell))
        return .done
    }
}

/// `reelhouse manual`: the manual page.
enum ManualCommand: Command {
    static let declaration = CommandDeclaration(
        name: "manual",
        summary: "Print the manual page.",
        examples: [.init("reelhouse manual > reelhouse.1 && man ./reelhouse.1", "Read the manual")])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        try context.console.write(CommandRegistry.root.manualPage(version: Reelhouse.version, date: "2026-11-24"))
        return .done
    }
}
