extension CommandDeclaration {
    /// The manual page, section 1, of this command and all its subcommands, in the `man` macros of roff, for
    /// `man -l` or `/usr/local/share/man/man1/`.
    ///
    /// - Parameters:
    ///   - version: shown at the foot of the page.
    ///   - date: the day of the page's last change, `YYYY-MM-DD`.
    public func manualPage(version: String, date: String) -> String {
        var page = RoffPage()
        let root = CommandPath(self)
        // roff expects plain hyphens in the date.
        page.raw(
            ".TH \"\(RoffPage.escape(name.uppercased()))\" 1 \"\(date)\" \"\(RoffPage.escape("\(name) \(version)"))\""
        )
        page.macro("SH", "NAME")
        page.raw(RoffPage.escape(name) + " \\- " + RoffPage.escape(summary.firstSentence))
        page.macro("SH", "SYNOPSIS")
        page.synopsis(root.descendants.filter(\.command.subcommands.isEmpty))
        page.macro("SH", "DESCRIPTION")
        page.paragraphs(discussion.isEmpty ? summary : discussion)
        if !subcommands.isEmpty { page.macro("SH", "COMMANDS") }
        for path in root.descendants.dropFirst() { page.command(path) }
        page.macro("SH", subcommands.isEmpty ? "OPTIONS" : "OPTIONS OF EVERY COMMAND")
        for option in root.ownOptions where !option.isHidden { page.option(option) }
        page.list("EXIT STATUS", exitStatuses.map { (String($0.code), $0.meaning) })
        page.list("ENVIRONMENT", root.environment.map { ($0.name, $0.meaning) })
        page.examples(examples, heading: ("SH", "EXAMPLES"))
        return page.text
    }
}

/// Collects the lines of a page.
private struct RoffPage {
    private(set) var text = ""

    /// Escapes text for roff. Hyphens stay plain hyphens, so that options can be copied from the page.
    static func escape(_ text: some StringProtocol) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\e"
            case "-": escaped += "\\-"
            case "'": escaped += "\\(aq"
            case "`": escaped += "\\(ga"
            case "^": escaped += "\\(ha"
            case "~": escaped += "\\(ti"
            case "\"": escaped += "\\(dq"
            default: escaped.append(character)
            }
        }
        // roff reads a full stop at the start of a line as a request.
        return escaped.hasPrefix(".") ? "\\&" + escaped : escaped
    }

    mutating func raw(_ line: String) { text += line + "\n" }

    mutating func macro(_ name: String, _ arguments: String...) {
        raw(([".\(name)"] + arguments.map { "\"\(Self.escape($0))\"" }).joined(separator: " "))
    }

    mutating func paragraphs(_ text: String) {
        for (number, paragraph) in TextWrapping.paragraphs(text).enumerated() {
            if number > 0 { raw(".PP") }
            var isFilled = true
            for block in paragraph {
                if block.isVerbatim == isFilled { raw(isFilled ? ".nf" : ".fi") }
                isFilled = !block.isVerbatim
                raw(Self.escape(block.text))
            }
            if !isFilled { raw(".fi") }
        }
    }

    mutating func synopsis(_ paths: [CommandPath]) {
        for (number, path) in paths.enumerated() {
            if number > 0 { raw(".br") }
            raw(".B \(Self.escape(path.name))")
            raw((["[options]"] + path.command.operands.map(\.usage)).map(Self.escape).joined(separator: " "))
        }
    }

    mutating func entry(_ term: String, _ meaning: String) {
        raw(".TP")
        raw(term)
        raw(Self.escape(meaning))
    }

    mutating func option(_ option: Option) {
        var term = option.short.map { "\\fB\\-\($0)\\fR, " } ?? ""
        term += "\\fB\(Self.escape("--" + option.name))\\fR"
        if let value = option.value {
            let text = "=\\fI\(Self.escape(value.placeholder))\\fR"
            term += value.impliedValue != nil ? "[\(text)]" : text + (option.repetition == .takesMany ? " ..." : "")
        }
        entry(term, option.helpWithDefault)
    }

    mutating func list(_ heading: String, _ entries: [(term: String, meaning: String)]) {
        guard !entries.isEmpty else { return }
        macro("SH", heading)
        for item in entries { entry("\\fB\(Self.escape(item.term))\\fR", item.meaning) }
    }

    mutating func examples(_ examples: [CommandDeclaration.Example], heading: (macro: String, text: String)) {
        guard !examples.isEmpty else { return }
        if heading.macro == "SH" { macro("SH", heading.text) } else { raw(".PP\n\\fI\(heading.text)\\fR") }
        for example in examples { entry("\\fB\(Self.escape(example.command))\\fR", example.meaning) }
    }

    /// A subcommand: its summary, operands, own options, examples.
    mutating func command(_ path: CommandPath) {
        macro("SS", path.name)
        paragraphs(path.command.summary)
        if !path.command.discussion.isEmpty {
            raw(".PP")
            paragraphs(path.command.discussion)
        }
        for operand in path.command.operands {
            entry("\\fI\(Self.escape(operand.usage))\\fR", operand.helpWithChoices)
        }
        for option in path.command.options where !option.isHidden { self.option(option) }
        if !path.command.exitStatuses.isEmpty {
            for status in path.command.exitStatuses { entry("exit status \\fB\(status.code)\\fR", status.meaning) }
        }
        for variable in path.command.environment { entry("\\fB\(Self.escape(variable.name))\\fR", variable.meaning) }
        examples(path.command.examples, heading: ("PP", "Examples:"))
    }
}
