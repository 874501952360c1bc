/// Words as the files of schedulers need them.
enum ScheduleText {
    /// Whether a text has a character below U+0020, or U+007F.
    static func hasControlCharacter(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
    }

    /// Whether a text can stand in a command as it is, in a shell as in a unit of systemd.
    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || ("0"..."9").contains($0)
                        || "_./:,=@+-".unicodeScalars.contains($0))
            }
    }

    /// A word of a command for a POSIX shell: in single quotes, where it needs any.
    static func shellWord(_ text: String) -> String {
        isPlain(text) ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
    }

    /// A word of a command in a crontab.
    ///
    /// cron takes a `%` for the end of the line unless a backslash is before it, which it takes away (crontab(5)). What two
    /// backslashes before it are differs from cron to cron, so that quotes are put between a backslash and what follows.
    static func cronWord(_ text: String) -> String {
        guard !isPlain(text) else { return text }
        let quoted = text.map { character in
            switch character {
            case "'": #"'\''"#
            case "\\": #"\''"#
            case "%": #"\%"#
            default: String(character)
            }
        }
        return "'" + quoted.joined() + "'"
    }

    /// A word of `ExecStart=`: quotes and C's escapes (systemd.syntax(7)), `%%` for a percent sign (systemd.unit(5),
    /// "Specifiers") and `$$` for a dollar sign (systemd.service(5), "Command lines").
    static func unitArgument(_ text: String) -> String {
        isPlain(text) ? text : "\"" + escaped(text).replacing("$", with: "$$") + "\""
    }

    /// The program of `ExecStart=`, in which a dollar sign is one.
    static func unitProgram(_ path: String) -> String { isPlain(path) ? path : "\"" + escaped(path) + "\"" }

    /// A path in a list of paths, such as `ReadWritePaths=`, with what stands before it inside of the quotes.
    static func unitPath(_ path: String, prefix: String = "") -> String {
        isPlain(path) ? prefix + path : "\"" + prefix + escaped(path) + "\""
    }

    /// A path that is all of a setting, such as `WorkingDirectory=`, where quotes and backslashes are what they are.
    static func unitSetting(_ path: String) -> String { path.replacing("%", with: "%%") }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "\"": result += "\\" + String(scalar)
            case "%": result += "%%"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                result += "\\x" + hexadecimal(scalar.value, digits: 2)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A literal of Python. What is not a letter, a mark, a number, punctuation or a symbol is escaped, so that nothing
    /// in the file is invisible.
    static func pythonLiteral(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "\"": result += "\\" + String(scalar)
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case " ": result += " "
            case _ where isVisible(scalar): result.unicodeScalars.append(scalar)
            case _ where scalar.value > 0xFFFF: result += "\\U" + hexadecimal(scalar.value, digits: 8)
            default: result += "\\u" + hexadecimal(scalar.value, digits: 4)
            }
        }
        return result + "\""
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }

    private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
