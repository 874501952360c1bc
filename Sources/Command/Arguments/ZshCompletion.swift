extension CompletionTable {
    var zshScript: String {
        func described(_ name: String, _ help: String) -> String { "\(name):\(help.firstSentence)".shellQuoted }
        let words = paths.map { path in
            let options = path.shownOptions.map { described("--\($0.name)", $0.help) }
            let subcommands = path.command.subcommands.map { described($0.name, $0.summary) }
            return """
                    \(path.name.shellQuoted))
                        options=(\(options.joined(separator: " ")))
                        subcommands=(\(subcommands.joined(separator: " "))) ;;
                """
        }
        return """
            #compdef \(root.name)
            # zsh completion for \(root.name); generated, don't edit.

            \(shellTables)

            \(function)_words() {
                options=() subcommands=()
                case "$1" in
            \(words.joined(separator: "\n"))
                esac
            }

            \(function)_values() {
                case "$1" in
                path) _files ;;
                folder) _files -/ ;;
                words*) compadd -- ${=1#words } ;;
                none) _message 'a value' ;;
                esac
            }

            \(function)() {
                local command=\(root.name.shellQuoted) operand=0 expecting='' many='' ended='' kind=''
                local index current="${words[CURRENT]}"
                local -a options subcommands
                for ((index = 2; index < CURRENT; index++)); do
                    \(function)_take "${words[index]}"
                done
                \(function)_words "$command"
                if [[ -n $expecting ]]; then
                    \(function)_values "$expecting"
                elif [[ $current == --*=* && -z $ended ]]; then
                    \(function)_option "$command" "${current%%=*}"
                    compset -P '*='
                    \(function)_values "${kind#many }"
                elif [[ $current == -* && -z $ended ]]; then
                    _describe -o option options
                elif [[ -n $many ]]; then
                    \(function)_values "$many"
                elif (( $#subcommands )); then
                    _describe command subcommands
                else
                    \(function)_operand "$command" "$operand"
                    \(function)_values "$kind"
                fi
            }

            if [[ ${funcstack[1]} == \(function) ]]; then
                \(function) "$@"
            else
                compdef \(function) \(root.name)
            fi

            """
    }
}
