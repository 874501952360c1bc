/// A shell that can complete a command's arguments.
public enum Shell: String, Sendable, CaseIterable {
    /// GNU Bash, without the package bash-completion.
    case bash
    /// The Z shell.
    case zsh
    /// The friendly interactive shell.
    case fish
}

extension CommandDeclaration {
    /// The script that makes the shell complete commands, options, choices and paths. How to install it:
    ///
    /// * bash: `source <(reelhouse ...)`, or a file below `~/.local/share/bash-completion/completions/`.
    /// * zsh: a file `_reelhouse` in a folder of `fpath`.
    /// * fish: a file `reelhouse.fish` in `~/.config/fish/completions/`.
    public func completionScript(for shell: Shell) -> String {
        let table = CompletionTable(self)
        return switch shell {
        case .bash: table.bashScript
        case .zsh: table.zshScript
        case .fish: table.fishScript
        }
    }
}

/// What can be completed at which place, in the form that the scripts need.
struct CompletionTable {
    let root: CommandDeclaration
    let paths: [CommandPath]

    init(_ root: CommandDeclaration) {
        var root = root
        if !root.subcommands.isEmpty, !root.subcommands.contains(where: { $0.name == "help" }) {
            root.subcommands.append(
                CommandDeclaration(
                    name: "help",
                    summary: "Shows the help of a command.",
                    operands: [Operand("command", .choice(root.subcommands.map(\.name)), help: "A command.")]
                )
            )
        }
        self.root = root
        paths = CommandPath(root).descendants
    }

    /// The command's name as a part of a shell function's name.
    var function: String { "_" + root.name.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined() }

    /// All commands but the outermost one, with their whole names.
    var subcommandNames: [String] { paths.dropFirst().map(\.name) }

    /// How a value is completed: `none`, `path`, `folder`, or `words` and the choices.
    static func kind(_ kind: ValueKind) -> String {
        switch kind {
        case .path, .location: "path"
        case .folder: "folder"
        case .choice(let words), .timeOr(let words): (["words"] + words).joined(separator: " ")
        case .text, .integer, .number, .date, .time, .duration, .limit: "none"
        }
    }

    /// For each option with a value of each command: the ways to write it after the command's whole name, and how its
    /// value is completed (with `many` first if the words that follow are values too).
    var valueOptions: [(patterns: [String], kind: String)] {
        paths.flatMap { path in
            path.allOptions.compactMap { option in
                guard let value = option.value else { return nil }
                let names = ["--\(option.name)"] + (option.short.map { ["-\($0)"] } ?? [])
                let many = option.repetition == .takesMany ? "many " : ""
                return (names.map { "\(path.name) \($0)" }, many + Self.kind(value.kind))
            }
        }
    }

    /// For each operand: the command's whole name and the operand's number, and how it is completed.
    var operands: [(command: String, number: Int, repeats: Bool, kind: String)] {
        paths.flatMap { path in
            path.command.operands.enumerated().map { number, operand in
                (path.name, number, operand.repeats, Self.kind(operand.kind))
            }
        }
    }
}

extension CommandPath {
    var shownOptions: [Option] { allOptions.filter { !$0.isHidden } }
}

extension String {
    /// Puts text in single quotes for bash and zsh.
    var shellQuoted: String {
        "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// The first sentence of a text, without its full stop.
    var firstSentence: String {
        var sentence = ""
        for word in split(whereSeparator: \.isWhitespace) {
            sentence += (sentence.isEmpty ? "" : " ") + word
            if word.hasSuffix(".") { return String(sentence.dropLast()) }
        }
        return sentence
    }
}
