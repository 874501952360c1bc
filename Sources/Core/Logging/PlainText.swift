/// Makes text fit for one line that people read. Control characters are written as escapes, so that the text cannot end
/// the line or send a command to the terminal.
public enum PlainText {
    /// Replaces each control character, line separator and change of direction by an escape such as `\n` or `\u{1b}`.
    public static func escape(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": escaped.append(contentsOf: "\\n".unicodeScalars)
            case "\r": escaped.append(contentsOf: "\\r".unicodeScalars)
            case "\t": escaped.append(contentsOf: "\\t".unicodeScalars)
            case _ where isControl(scalar):
                escaped.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    /// Whether a scalar is a control character, ends a line or changes the direction of text.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// The value of a log field, in quotes if it is empty or has spaces, quotes or `=`.
    static func value(_ value: LogValue) -> String {
        switch value {
        case .integer(let value): return String(value)
        case .number(let value): return String(value)
        case .boolean(let value): return String(value)
        case .string(let text):
            let isPlain =
                !text.isEmpty
                && text.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
            if isPlain { return escape(text) }
            // By scalars, since a quotation mark and a combining mark after it are one other `Character`.
            let parts = text.unicodeScalars.split(separator: "\"", omittingEmptySubsequences: false)
            return "\"" + escape(parts.map(String.init).joined(separator: "\\\"")) + "\""
        }
    }
}
