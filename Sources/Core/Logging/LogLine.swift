/// A line of a log before it is written.
struct LogLine {
    var milliseconds: Int64
    var level: LogLevel
    var runID: Int64?
    var label: String
    var message: String
    var fields: [LogField]

    /// The line in a format, with its newline.
    func bytes(as format: LogFormat) -> [UInt8] { Array((format == .text ? text : json).utf8) }

    private var text: String {
        var line = "\(Timestamp.text(milliseconds: milliseconds)) \(level.rawValue.uppercased())"
        if let runID { line += " run=\(runID)" }
        if !label.isEmpty { line += " \(PlainText.escape(label)):" }
        line += " " + PlainText.escape(Redaction.text(message))
        for field in fields { line += " \(PlainText.escape(field.name))=" + PlainText.value(field.redacted) }
        return line + "\n"
    }

    private var json: String {
        var line = #"{"time":"\#(Timestamp.text(milliseconds: milliseconds))","level":"\#(level.rawValue)""#
        if let runID { line += #","run":\#(runID)"# }
        if !label.isEmpty { line += #","label":"# + JSONText.quoted(label) }
        line += #","message":"# + JSONText.quoted(Redaction.text(message))
        // A name that is taken already, as by a field of the logger, would be lost to most readers.
        var taken: Set<String> = ["time", "level", "run", "label", "message"]
        for field in fields {
            var name = field.name
            while !taken.insert(name).inserted { name += "_" }
            line += "," + JSONText.quoted(name) + ":"
            switch field.redacted {
            case .string(let value): line += JSONText.quoted(value)
            case .integer(let value): line += String(value)
            case .number(let value): line += JSONText.number(value)
            case .boolean(let value): line += String(value)
            }
        }
        return line + "}\n"
    }
}

extension LogField {
    /// The value without passwords: neither one within it, nor one that the field's name says it is.
    fileprivate var redacted: LogValue {
        guard case .string(let text) = value else { return value }
        return .string(Redaction.isSecret(name) ? Redaction.mask : Redaction.text(text))
    }
}

/// Text for a line that people read: no control character gets through, so a line stays a line and a terminal is told
/// nothing.
public enum PlainText {
    /// Text with each control character, line separator and change of direction written as an escape such as `\n` or
    /// `\u{1b}`.
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

    /// Controls, and what ends a line or turns its direction.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// A field's value, in quotes where it would not be told from what follows.
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
            // By scalars: a quotation mark with a combining sign behind it is another character.
            let parts = text.unicodeScalars.split(separator: "\"", omittingEmptySubsequences: false)
            return "\"" + escape(parts.map(String.init).joined(separator: "\\\"")) + "\""
        }
    }
}
