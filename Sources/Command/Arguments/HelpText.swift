extension CommandDeclaration {
    /// The help of this command, or of the subcommand with the given names, wrapped to a width in columns; nil if there
    /// is no such subcommand.
    public func helpText(for names: [String] = [], width: Int = 80) -> String? {
        var path = CommandPath(self)
        for name in names {
            guard let subcommand = path.command.subcommands.first(where: { $0.name == name }) else { return nil }
            path = path.appending(subcommand)
        }
        return path.helpText(width: width)
    }
}

extension CommandPath {
    /// The command's help, ending in a newline.
    func helpText(width: Int) -> String {
        var sections = [usage(width: width), TextWrapping.wrap(command.summary, width: width)]
        if !command.discussion.isEmpty {
            sections.append(TextWrapping.wrapParagraphs(command.discussion, width: width))
        }
        func list(_ title: String, _ entries: [(term: String, text: String)], column: Int? = nil) {
            guard !entries.isEmpty else { return }
            sections.append(title + ":\n" + TextWrapping.list(entries, width: width, column: column))
        }
        list("Commands", command.subcommands.map { ($0.name, $0.summary) })
        list("Arguments", command.operands.map { ("<\($0.name)>", $0.helpWithChoices) })
        let own = ownOptions.filter { !$0.isHidden }.map { (term: $0.term, text: $0.helpWithDefault) }
        let inherited = inheritedOptions.filter { !$0.isHidden }.map { (term: $0.term, text: $0.helpWithDefault) }
        let column = TextWrapping.column(for: own + inherited, width: width)
        list("Options", own, column: column)
        list("Common options", inherited, column: column)
        if !command.examples.isEmpty {
            let examples = command.examples.map { example in
                "  \(example.command)\n"
                    + TextWrapping.wrap(example.meaning, width: width, indent: 6)
            }
            sections.append("Examples:\n" + examples.joined(separator: "\n"))
        }
        list("Exit status", exitStatuses.map { (String($0.code), $0.meaning) })
        list("Environment", environment.map { ($0.name, $0.meaning) })
        if !command.subcommands.isEmpty {
            sections.append(
                TextWrapping.wrap("Run '\(name) <command> --help' to learn more about a command.", width: width)
            )
        }
        return sections.joined(separator: "\n\n") + "\n"
    }

    private func usage(width: Int) -> String {
        let words = ["[options]"] + (command.subcommands.isEmpty ? [] : ["<command>"]) + command.operands.map(\.usage)
        return TextWrapping.wrap(
            "Usage: \(name) " + words.joined(separator: " "),
            width: width,
            hangingIndent: min(8 + name.count, width / 2)
        )
    }
}

extension Operand {
    /// `<rule>`, `[<rule>]`, `<path>...`.
    var usage: String {
        let name = "<\(name)>" + (repeats ? "..." : "")
        return isOptional ? "[\(name)]" : name
    }

    var helpWithChoices: String {
        if case .choice(let words) = kind { return help + " One of " + words.joined(separator: ", ") + "." }
        return help
    }
}

extension Option {
    /// `-o, --output=<folder>`.
    var term: String {
        let names = (short.map { "-\($0), " } ?? "    ") + "--\(name)"
        guard let value else { return names }
        if value.impliedValue != nil { return names + "[=<\(value.placeholder)>]" }
        return names + "=<\(value.placeholder)>" + (repetition == .takesMany ? "..." : "")
    }

    var helpWithDefault: String {
        var notes: [String] = []
        if let examples = value?.kind.examples { notes.append("for example \(examples)") }
        if repetition == .repeats { notes.append("may be given several times") }
        if let value = value?.impliedValue { notes.append("without one: \(value)") }
        if let value = value?.defaultValue { notes.append("default: \(value)") }
        return notes.isEmpty ? help : help + " (" + notes.joined(separator: "; ") + ")"
    }
}
