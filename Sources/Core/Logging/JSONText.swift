/// Writes JSON values as text.
public enum JSONText {
    /// A string with its quotes, every character that JSON asks for escaped (RFC 8259), and the two line separators that
    /// JavaScript once could not bear.
    public static func quoted(_ text: String) -> String {
        var result = "\""
        append(text, to: &result)
        result.append("\"")
        return result
    }

    /// A number, or `null` for one that is not finite, which JSON cannot say.
    public static func number(_ value: Double) -> String { value.isFinite ? String(value) : "null" }

    private static func append(_ text: String, to result: inout String) {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": scalars.append(contentsOf: "\\\"".unicodeScalars)
            case "\\": scalars.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": scalars.append(contentsOf: "\\n".unicodeScalars)
            case "\r": scalars.append(contentsOf: "\\r".unicodeScalars)
            case "\t": scalars.append(contentsOf: "\\t".unicodeScalars)
            case "\u{8}": scalars.append(contentsOf: "\\b".unicodeScalars)
            case "\u{C}": scalars.append(contentsOf: "\\f".unicodeScalars)
            case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                scalars.append(
                    contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars
                )
            default: scalars.append(scalar)
            }
        }
        result.unicodeScalars.append(contentsOf: scalars)
    }
}
