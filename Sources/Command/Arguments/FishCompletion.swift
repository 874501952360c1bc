extension CompletionTable {
    var fishScript: String {
        let valued = valueOptions.flatMap(\.patterns).map(Self.fishQuoted).joined(separator: " ")
        let commands = subcommandNames.map(Self.fishQuoted).joined(separator: " ")
        return """
            # fish completion for \(root.name); generated, don't edit.

            # Whether the command before the cursor is $argv[1], with $argv[2] to $argv[3] operands so far where given.
            function _\(function)_is
                set -l command \(Self.fishQuoted(root.name))
                set -l isValue no
                set -l operands 0
                for token in (commandline -opc)[2..]
                    if test $isValue = yes
                        set isValue no
                        continue
                    end
                    switch "$command $token"
                        case \(valued.isEmpty ? "''" : valued)
                            set isValue yes
                        case \(commands.isEmpty ? "''" : commands)
                            set command "$command $token"
                        case '* -*'
                        case '*'
                            set operands (math $operands + 1)
                    end
                end
                test "$command" = $argv[1]
                and begin
                    test (count $argv) -lt 3
                    or test $operands -ge $argv[2] -a $operands -le $argv[3]
                end
            end

            complete -c \(root.name) -f
            \(paths.flatMap(fishLines).joined(separator: "\n"))

            """
    }

    private func fishLines(_ path: CommandPath) -> [String] {
        func start(_ operands: ClosedRange<Int>? = nil) -> String {
            let range = operands.map { " \($0.lowerBound) \($0.upperBound)" } ?? ""
            let condition = Self.fishQuoted("_\(function)_is \(Self.fishQuoted(path.name))\(range)")
            return "complete -c \(root.name) -n \(condition)"
        }
        var lines = path.command.subcommands.map { command in
            "\(start()) -a \(command.name) -d \(Self.fishQuoted(command.summary.firstSentence))"
        }
        lines += path.shownOptions.map { option in
            var line = "\(start()) -l \(option.name)"
            if let short = option.short { line += " -s \(short)" }
            if let value = option.value { line += Self.fishValue(value.kind) }
            return line + " -d \(Self.fishQuoted(option.help.firstSentence))"
        }
        for (number, operand) in path.command.operands.enumerated() {
            let start = start(number...(operand.repeats ? 9999 : number))
            switch operand.kind {
            case .path, .location, .folder: lines.append("\(start) -F")
            case .choice(let words), .timeOr(let words):
                lines.append("\(start) -a \(Self.fishQuoted(words.joined(separator: " ")))")
            case .text, .integer, .number, .date, .time, .duration, .limit: break
            }
        }
        if path.shownOptions.contains(where: { $0.repetition == .takesMany }) { lines.append("\(start()) -F") }
        return lines
    }

    private static func fishValue(_ kind: ValueKind) -> String {
        switch kind {
        case .path, .location: " -r -F"
        case .folder: " -x -a '(__fish_complete_directories)'"
        case .choice(let words), .timeOr(let words): " -x -a \(fishQuoted(words.joined(separator: " ")))"
        case .text, .integer, .number, .date, .time, .duration, .limit: " -x"
        }
    }

    private static func fishQuoted(_ text: String) -> String {
        "'" + text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "'"
    }
}
