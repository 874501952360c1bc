/// A JSON value to be written: the output of a command with `--json`, a log line, a row of NDJSON.
///
///     let counts: JSONText = ["read": 12, "rejected": [1, 7]]
///     counts.compact  // {"read":12,"rejected":[1,7]}
///
/// The text is valid JSON whatever the value holds: invalid UTF-8 becomes U+FFFD, a double that is not finite becomes
/// null. A compact text is one line for every reader: the line separators U+2028 and U+2029 are escaped too.
public enum JSONText: Sendable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int64)
    /// Written with the fewest digits that read back as the same number: `8`.
    case double(Double)
    /// A double, written so that a reader who tells integers from doubles reads a double: `8.0`.
    case real(Double)
    case string(String)
    /// A string, from bytes that should be UTF-8.
    case text([UInt8])
    case array([JSONText])
    /// Members in the order in which they are written. When a key comes twice, most readers use the last one.
    case object([(key: String, value: JSONText)])

    /// Whether both have the same text.
    public static func == (left: JSONText, right: JSONText) -> Bool { left.compact == right.compact }

    /// On one line, without white space.
    public var compact: String { text(.compact) }

    /// One line for each member and element, indented by two spaces.
    public var pretty: String { text(.pretty) }

    private func text(_ style: JSONTextWriter.Style) -> String {
        var writer = JSONTextWriter(style: style)
        writer.append(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONText: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    /// An object, its members in the order of the literal.
    public init(dictionaryLiteral members: (String, JSONText)...) { self = .object(members.map { ($0.0, $0.1) }) }
    /// An array.
    public init(arrayLiteral elements: JSONText...) { self = .array(elements) }
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A double.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// `null`.
    public init(nilLiteral: ()) { self = .null }
}

/// Writes JSON values one after another to a byte array.
public struct JSONTextWriter: Sendable {
    /// How a value is laid out.
    public enum Style: Sendable {
        /// On one line, without white space.
        case compact
        /// One line for each member and element, indented by two spaces.
        case pretty
    }

    /// What has been written so far: UTF-8.
    public private(set) var bytes: [UInt8] = []
    private let style: Style

    /// Creates a writer that has written nothing yet.
    public init(style: Style = .compact) { self.style = style }

    /// Removes what was written and keeps the memory for more.
    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// Writes a value.
    public mutating func append(_ value: JSONText) { append(value, level: 0) }

    /// Writes a value and a line feed: a line of NDJSON where the style is compact.
    public mutating func appendLine(_ value: JSONText) {
        append(value)
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func append(_ value: JSONText, level: Int) {
        switch value {
        case .null: bytes += "null".utf8
        case .boolean(let value): bytes += (value ? "true" : "false").utf8
        case .integer(let value): bytes.append(decimal: value)
        case .double(let value) where value.isFinite: ShortestDecimal.append(value, to: &bytes)
        case .real(let value) where value.isFinite: bytes += String(value).utf8
        case .double, .real: bytes += "null".utf8
        case .string(let value): append(value)
        case .text(let value): append(String(decoding: value, as: UTF8.self))
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                separate(index, level)
                append(element, level: level + 1)
            }
            end("]", isEmpty: elements.isEmpty, level)
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                separate(index, level)
                append(member.key)
                bytes += (style == .pretty ? ": " : ":").utf8
                append(member.value, level: level + 1)
            }
            end("}", isEmpty: members.isEmpty, level)
        }
    }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { appendQuoted(UnsafeRawBufferPointer($0)) }
    }

    /// Writes a string, with more escapes than RFC 8785 has: U+007F, which terminals act upon, and U+2028 and U+2029,
    /// at which some readers end a line.
    private mutating func appendQuoted(_ text: UnsafeRawBufferPointer) {
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        var place = 0
        while place < text.count {
            guard let (escape, length) = Self.escape(in: text, at: place) else {
                place += 1
                continue
            }
            bytes.appendEscaped(UnsafeRawBufferPointer(rebasing: text[start..<place]))
            bytes += escape.utf8
            place += length
            start = place
        }
        bytes.appendEscaped(UnsafeRawBufferPointer(rebasing: text[start...]))
        bytes.append(UInt8(ascii: "\""))
    }

    /// The escape of the scalar at a place, and how many bytes the scalar has; nil when it needs none of these escapes.
    @inline(__always)
    private static func escape(in text: UnsafeRawBufferPointer, at place: Int) -> (escape: String, length: Int)? {
        switch text[place] {
        case 0x7F: return ("\\u007f", 1)
        case 0xE2 where place + 2 < text.count && text[place + 1] == 0x80:
            switch text[place + 2] {
            case 0xA8: return ("\\u2028", 3)
            case 0xA9: return ("\\u2029", 3)
            default: return nil
            }
        default: return nil
        }
    }

    private mutating func separate(_ index: Int, _ level: Int) {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        breakLine(level + 1)
    }

    private mutating func end(_ bracket: Unicode.Scalar, isEmpty: Bool, _ level: Int) {
        if !isEmpty { breakLine(level) }
        bytes.append(UInt8(ascii: bracket))
    }

    private mutating func breakLine(_ level: Int) {
        guard style == .pretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: level * 2))
    }
}
