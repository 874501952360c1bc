extension CompletionTable {
    /// The shell functions that the scripts for bash and zsh share. They set `kind`, `subcommands` and so on for a
    /// place on the command line.
    var shellTables: String {
        let options = valueOptions.map { entry in
            "    \(entry.patterns.map(\.shellQuoted).joined(separator: " | "))) kind=\(entry.kind.shellQuoted) ;;"
        }
        let operands = operands.map { entry in
            let number = entry.repeats ? "*" : String(entry.number)
            return "    \("\(entry.command) ".shellQuoted)\(number)) kind=\(entry.kind.shellQuoted) ;;"
        }
        let commands = subcommandNames.map(\.shellQuoted).joined(separator: " | ")
        return """
            # How the value of option $2 of command $1 is completed; empty for one that takes none.
            \(function)_option() {
                kind=''
                case "$1 $2" in
            \(options.joined(separator: "\n"))
                esac
            }

            # How operand number $2 of command $1 is completed.
            \(function)_operand() {
                kind='none'
                case "$1 $2" in
            \(operands.joined(separator: "\n"))
                esac
            }

            # Whether $1 is a whole command.
            \(function)_is_command() {
                case "$1" in
                \(commands.isEmpty ? "''" : commands)) return 0 ;;
                esac
                return 1
            }

            # Reads one word before the cursor. Sets command, operand (a number), expecting and many (kinds), ended.
            \(function)_take() {
                local word="$1" kind=''
                if [[ -n $expecting ]]; then
                    expecting=''
                    return
                fi
                if [[ -n $ended ]]; then
                    operand=$((operand + 1))
                    return
                fi
                case "$word" in
                --)
                    ended=yes
                    many=''
                    return ;;
                --*=*) \(function)_option "$command" "${word%%=*}" ;;
                --*)
                    \(function)_option "$command" "$word"
                    expecting="${kind#many }" ;;
                -?*)
                    # A cluster: an attached value if the first takes one, else the last one counts.
                    \(function)_option "$command" "${word:0:2}"
                    if [[ -z $kind || ${#word} -eq 2 ]]; then
                        \(function)_option "$command" "-${word: -1}"
                        expecting="${kind#many }"
                    fi ;;
                *)
                    if [[ -n $many ]]; then
                        return
                    elif \(function)_is_command "$command $word"; then
                        command="$command $word"
                    else
                        operand=$((operand + 1))
                    fi
                    return ;;
                esac
                many=''
                if [[ $kind == 'many '* ]]; then
                    many="${kind#many }"
                fi
            }
            """
    }

    var bashScript: String {
        let words = paths.map { path in
            let options = path.shownOptions.map { "--\($0.name)" }.joined(separator: " ")
            let subcommands = path.command.subcommands.map(\.name).joined(separator: " ")
            return
                "    \(path.name.shellQuoted)) options=\(options.shellQuoted) subcommands=\(subcommands.shellQuoted) ;;"
        }
        return """
            # bash completion for \(root.name); generated, don't edit.

            \(shellTables)

            \(function)_words() {
                options='' subcommands=''
                case "$1" in
            \(words.joined(separator: "\n"))
                esac
            }

            # Fills COMPREPLY for the value $2 of kind $1; $3 is put before each.
            \(function)_values() {
                case "$1" in
                path) compopt -o default ;;
                folder) compopt -o dirnames ;;
                words*) COMPREPLY=($(compgen -P "$3" -W "${1#words }" -- "$2")) ;;
                esac
            }

            \(function)() {
                local command=\(root.name.shellQuoted) operand=0 expecting='' many='' ended='' kind=''
                local options='' subcommands='' index word current="${COMP_WORDS[COMP_CWORD]}"
                COMPREPLY=()
                for ((index = 1; index < COMP_CWORD; index++)); do
                    word="${COMP_WORDS[index]}"
                    # Readline makes a word of its own of the = between an option and its value.
                    if [[ $word == '=' && -z $ended ]]; then
                        continue
                    fi
                    \(function)_take "$word"
                done
                \(function)_words "$command"
                if [[ -n $expecting ]]; then
                    if [[ $current == '=' ]]; then
                        current=''
                    fi
                    \(function)_values "$expecting" "$current" ''
                elif [[ $current == --*=* && -z $ended ]]; then
                    \(function)_option "$command" "${current%%=*}"
                    \(function)_values "${kind#many }" "${current#*=}" "${current%%=*}="
                elif [[ $current == -* && -z $ended ]]; then
                    COMPREPLY=($(compgen -W "$options" -- "$current"))
                elif [[ -n $many ]]; then
                    \(function)_values "$many" "$current" ''
                elif [[ -n $subcommands ]]; then
                    COMPREPLY=($(compgen -W "$subcommands" -- "$current"))
                else
                    \(function)_operand "$command" "$operand"
                    \(function)_values "$kind" "$current" ''
                fi
            }

            complete -F \(function) \(root.name)

            """
    }
}
