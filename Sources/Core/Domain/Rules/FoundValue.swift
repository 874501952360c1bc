import JSON

/// Describes the value that a line has, for a message.
enum FoundValue {
    /// How many code points of a value are shown.
    static let maximumLength = 60

    /// The value in words: `absent`, `null`, `blank`, `-5`, `"abc"`, `an array`. A long value is cut and ends in `…`.
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

    /// The start of a text in UTF-8. Characters that could do harm on a terminal are written as escapes: `\n`,
    /// `\u{1b}`.
    static func shortened(_ bytes: UnsafeRawBufferPointer) -> String {
        // A code point has at most 4 bytes, so that this keeps more than is shown.
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

    /// The escape of a control character, or of one that ends a line or changes the direction of text; nil for others.
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
