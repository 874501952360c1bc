import JSON

/// A value that was found, in words for a message.
enum FoundValue {
    /// The longest piece of a value that is named, in code points.
    static let maximumLength = 60

    /// What stands there: `absent`, `null`, `blank`, `-5`, `"abc"`, `an array`; a long one is cut and ends in `…`.
    static func words(for value: JSONValue?) -> String {
        guard let value else { return "absent" }
        switch value.kind {
        case .null: return "null"
        case .true: return "true"
        case .false: return "false"
        case .number: return shortened(value.bytes)
        case .string: return ScalarRules.trim(value.bytes).isEmpty ? "blank" : "\"\(shortened(value.bytes))\""
        case .array: return "an array"
        case .object: return "an object"
        case .key: return "a key"
        }
    }

    /// Text in UTF-8, cut between two code points. What no terminal or database should meet in a message is spelled, as
    /// in `\n` and `\u{1b}`.
    static func shortened(_ bytes: UnsafeRawBufferPointer) -> String {
        // A code point takes at most 4 bytes, so that what is cut here is beyond what is kept below.
        let start = UnsafeRawBufferPointer(rebasing: bytes.prefix(4 * (maximumLength + 1)))
        let scalars = String(decoding: start, as: UTF8.self).unicodeScalars
        var text = String.UnicodeScalarView()
        for scalar in scalars.prefix(maximumLength) {
            if let spelling = spelling(of: scalar) {
                text.append(contentsOf: spelling.unicodeScalars)
            } else {
                text.append(scalar)
            }
        }
        if scalars.dropFirst(maximumLength).first != nil { text.append("…") }
        return String(text)
    }

    /// How a control, or what ends a line or turns its direction, is spelled; nil for all else.
    private static func spelling(of scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        case 0x09: "\\t"
        case 0x0a: "\\n"
        case 0x0d: "\\r"
        case 0...0x1f, 0x7f...0x9f, 0x2028, 0x2029, 0x202a...0x202e, 0x2066...0x2069:
            "\\u{\(String(scalar.value, radix: 16))}"
        default: nil
        }
    }
}
