/// A JSON value to be written: what a command prints with `--json`, a log line, a row of NDJSON.
///
/// It is valid JSON whatever it holds: invalid UTF-8 becomes U+FFFD, a double that is not finite becomes null.
public enum JSONText: Sendable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int64)
    /// Written with the fewest digits that read back as it.
    case double(Double)
    case string(String)
    /// A string, from bytes that should be UTF-8.
    case text([UInt8])
    case array([JSONText])
    /// Members in the order they are written; of a doubled key readers take the last.
    case object([(key: String, value: JSONText)])

    /// Whether they are written alike.
    public static func == (left: JSONText, right: JSONText) -> Bool { left.compact == right.compact }

    /// On one line, without white space.
    public var compact: String { text(.compact) }

    /// On a line for each member and element, indented by two spaces.
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

/// Writes JSON values one after another, each whole and valid, to a byte array.
public struct JSONTextWriter: Sendable {
    /// How a value is laid out.
    public enum Style: Sendable {
        /// On one line, without white space.
        case compact
        /// On a line for each member and element, indented by two spaces.
        case pretty
    }

    /// What has been written so far: UTF-8.
    public private(set) var bytes: [UInt8] = []
    private let style: Style

    /// A writer of nothing yet.
    public init(style: Style = .compact) { self.style = style }

    /// Forgets what was written and keeps the room for it.
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
        case .double: bytes += "null".utf8
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
        text.withUTF8 { bytes.appendQuoted(UnsafeRawBufferPointer($0)) }
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
