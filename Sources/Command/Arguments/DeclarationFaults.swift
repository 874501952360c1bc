extension CommandDeclaration {
    /// The inconsistencies of this declaration and those below it: names that are used twice or cannot be typed,
    /// invalid defaults, operands that no argument can reach. A test checks that there are none.
    public func faults() -> [String] { CommandPath(self).descendants.flatMap(\.faults) }
}

extension CommandPath {
    fileprivate var faults: [String] {
        var faults: [String] = []
        for name in Self.duplicates(of: allOptions.map(\.name)) { faults.append("--\(name) is declared twice") }
        for short in Self.duplicates(of: allOptions.compactMap(\.short)) {
            faults.append("-\(short) is declared twice")
        }
        for name in Self.duplicates(of: command.operands.map(\.name)) { faults.append("<\(name)> is declared twice") }
        for name in Self.duplicates(of: command.subcommands.map(\.name)) {
            faults.append("the command \(name) is declared twice")
        }
        for name in command.subcommands.map(\.name) + ownOptions.map(\.name) where !Self.isName(name) {
            faults.append("'\(name)' is no name")
        }
        faults += command.options.flatMap(Self.faults)
        if !command.operands.isEmpty, !command.subcommands.isEmpty { faults.append("both operands and subcommands") }
        for (operand, next) in zip(command.operands, command.operands.dropFirst()) {
            if operand.repeats { faults.append("<\(operand.name)> leaves nothing for <\(next.name)>") }
            if operand.isOptional, !next.isOptional {
                faults.append("<\(next.name)> is required after the optional <\(operand.name)>")
            }
        }
        if command.summary.isEmpty { faults.append("no summary") }
        return faults.map { "\(name): \($0)" }
    }

    private static func faults(of option: Option) -> [String] {
        var faults: [String] = []
        if option.help.isEmpty { faults.append("--\(option.name) has no help") }
        if let short = option.short, !short.isASCII || !(short.isLetter || short.isNumber) {
            faults.append("-\(short) is no ASCII letter or digit")
        }
        if let value = option.value, let text = value.defaultValue, !value.kind.accepts(text) {
            faults.append("the default of --\(option.name) must be \(value.kind.expectation)")
        }
        return faults
    }

    /// Whether a name consists of lower-case words with hyphens, the GNU convention.
    private static func isName(_ name: String) -> Bool {
        name.first?.isLetter == true
            && name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
    }

    private static func duplicates<Name: Hashable>(of names: [Name]) -> [Name] {
        var seen: Set<Name> = []
        return names.filter { !seen.insert($0).inserted }
    }
}
