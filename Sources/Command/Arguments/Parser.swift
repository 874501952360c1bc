/// The result of parsing a command line.
public enum ParseResult: Sendable {
    /// Run the command.
    case run(ParsedArguments)
    /// Print this help text to standard output.
    case help(String)
    /// Print the version to standard output.
    case version
}

extension CommandDeclaration {
    /// Parses a command line, without the program's name.
    ///
    /// - Parameter width: the width of help texts in columns.
    /// - Throws: ``UsageError`` for the first thing that is wrong, from left to right.
    public func parse(_ arguments: [String], width: Int = 80) throws(UsageError) -> ParseResult {
        try Parser(width: width).parse(arguments, as: CommandPath(self))
    }
}

private struct Parser {
    let width: Int
    /// The values that were given so far, by option name.
    private var given: [String: [String]] = [:]

    init(width: Int) { self.width = width }

    consuming func parse(_ words: [String], as path: CommandPath) throws(UsageError) -> ParseResult {
        var words = words
        var path = path
        while true {
            let hasSubcommands = !path.command.subcommands.isEmpty
            let options = path.allOptions
            let scan = OptionScanner(options: options, stopsAtOperand: hasSubcommands).scan(words)
            var operands: [String] = []
            if let result = try take(scan.tokens, options: options, operands: &operands, path: path) { return result }
            if let fault = scan.fault { throw UsageError(fault, options: options, path: path) }
            guard hasSubcommands else {
                return .run(
                    ParsedArguments(path: path, given: given, operands: try assign(operands, path: path))
                )
            }
            guard let name = scan.rest.first else { throw UsageError(missingCommandOf: path) }
            words = Array(scan.rest.dropFirst())
            if let subcommand = path.command.subcommands.first(where: { $0.name == name }) {
                path = path.appending(subcommand)
            } else if path.isRoot, name == "help" {
                return .help(try help(for: words, from: path))
            } else {
                throw UsageError(unknownCommand: name, path: path)
            }
        }
    }

    /// Stores the values of options and collects operands. Gives a result if `--help` or `--version` is among them.
    private mutating func take(
        _ tokens: [OptionScanner.Token],
        options: [Option],
        operands: inout [String],
        path: CommandPath
    ) throws(UsageError) -> ParseResult? {
        var takesMany: Option?
        // An option that may have a value in the next word.
        var mayTake: Option?
        for token in tokens {
            let pending = mayTake
            mayTake = nil
            switch token {
            case .operand(let word, false) where pending?.value?.kind.accepts(word) == true:
                if let pending { replaceLast(of: pending, by: word) }
            case .operand(let word, let isAfterTerminator):
                if !isAfterTerminator, let option = takesMany {
                    try keep(word, of: option, path: path)
                } else {
                    operands.append(word)
                }
            case .option(let index, let value, let isSeparate):
                let option = options[index]
                if option == .help { return .help(path.helpText(width: width)) }
                if option == .version, path.isRoot { return .version }
                if isSeparate, let value, let other = options.first(where: { "--\($0.name)" == value }) {
                    throw UsageError(
                        "option '--\(option.name)' needs a value, but '--\(other.name)' follows",
                        hint: "If that is the value, write '--\(option.name)=--\(other.name)'."
                    )
                }
                try keep(value ?? option.value?.impliedValue, of: option, path: path)
                mayTake = value == nil && option.value?.impliedValue != nil ? option : nil
                takesMany = option.repetition == .takesMany ? option : nil
            }
        }
        return nil
    }

    private mutating func keep(_ value: String?, of option: Option, path: CommandPath) throws(UsageError) {
        if let value, let kind = option.value?.kind, !kind.accepts(value) {
            throw UsageError(value: value, of: "option '--\(option.name)'", kind: kind, path: path)
        }
        given[option.name, default: []].append(value ?? "")
    }

    private mutating func replaceLast(of option: Option, by value: String) {
        given[option.name]?.removeLast()
        given[option.name, default: []].append(value)
    }

    private func assign(_ words: [String], path: CommandPath) throws(UsageError) -> [String: [String]] {
        var values: [String: [String]] = [:]
        var rest = words[...]
        for operand in path.command.operands {
            let taken = operand.repeats ? rest : rest.prefix(1)
            rest = rest.dropFirst(taken.count)
            if taken.isEmpty, !operand.isOptional {
                throw UsageError("the argument <\(operand.name)> is missing", hint: path.helpHint)
            }
            for word in taken where !operand.kind.accepts(word) {
                throw UsageError(value: word, of: "argument <\(operand.name)>", kind: operand.kind, path: path)
            }
            values[operand.name] = Array(taken)
        }
        if let word = rest.first { throw UsageError("unexpected argument '\(word)'", hint: path.helpHint) }
        return values
    }

    /// `help`, `help run`, `help quarantine show`.
    private func help(for names: [String], from root: CommandPath) throws(UsageError) -> String {
        var path = root
        for name in names {
            if name == "--help" || name == "-h" { break }
            guard let subcommand = path.command.subcommands.first(where: { $0.name == name }) else {
                throw UsageError(unknownCommand: name, path: path)
            }
            path = path.appending(subcommand)
        }
        return path.helpText(width: width)
    }
}

extension UsageError {
    fileprivate init(_ fault: OptionScanner.Fault, options: [Option], path: CommandPath) {
        let shown = options.filter { !$0.isHidden }
        hint = path.helpHint
        switch fault {
        case .unknownLong(let name):
            let nearest = Suggestion.nearest(to: name, among: shown.map(\.name))
            message = "unknown option '--\(name)'" + (nearest.map { "; did you mean '--\($0)'?" } ?? "")
        case .unknownShort(let letter, let word):
            // By convention a long name after one hyphen is a cluster of short options; mostly it is a typing error.
            let long = word.dropFirst().prefix { $0 != "=" }
            let meant = shown.first { long.count > 1 && $0.name.hasPrefix(long) }
            message = "unknown option '-\(letter)'" + (meant.map { "; did you mean '--\($0.name)'?" } ?? "")
        case .ambiguous(let name):
            let candidates = shown.map(\.name).filter { $0.hasPrefix(name) }.map { "'--\($0)'" }
            message = "option '--\(name)' is ambiguous: " + candidates.joined(separator: ", ")
            hint = "Write more of its name."
        case .valueNotAllowed(let index):
            message = "option '--\(options[index].name)' takes no value"
        case .valueMissing(let index):
            let option = options[index]
            message = "option '--\(option.name)' needs a value: --\(option.name)=<\(option.value?.placeholder ?? "")>"
        }
    }

    fileprivate init(value: String, of what: String, kind: ValueKind, path: CommandPath) {
        message = "\(what) must be \(kind.expectation), not '\(value)'"
        hint = path.helpHint
        if case .choice(let words) = kind, let nearest = Suggestion.nearest(to: value, among: words) {
            message = "\(what) has no value '\(value)'; did you mean '\(nearest)'?"
            hint = "It is one of " + words.joined(separator: ", ") + "."
        }
    }

    fileprivate init(missingCommandOf path: CommandPath) {
        message = "'\(path.name)' needs a command"
        hint = "Name one of \(path.command.subcommands.map(\.name).joined(separator: ", ")). \(path.helpHint)"
    }

    fileprivate init(unknownCommand name: String, path: CommandPath) {
        let nearest = Suggestion.nearest(to: name, among: path.command.subcommands.map(\.name))
        message = "unknown command '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
        hint = path.helpHint
    }
}
