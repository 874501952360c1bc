import JSON

/// JSON as RFC 8259 writes it, read in the plainest way: what the parser is held against.
enum ReferenceJSON: Equatable {
    case null
    case boolean(Bool)
    case number(String)
    case string([UInt8])
    case array([ReferenceJSON])
    case object([ReferenceMember])

    /// The whole of the bytes as one value; nil when it is none, or nested deeper than 64 levels.
    static func parse(_ bytes: [UInt8]) -> ReferenceJSON? {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var reader = ReferenceReader(bytes: bytes)
        guard let value = reader.value(level: 1) else { return nil }
        reader.skipSpace()
        return reader.index == bytes.count ? value : nil
    }

    var isObject: Bool {
        if case .object = self { true } else { false }
    }

    /// What the parser made of a line.
    init(_ value: JSONValue) {
        switch value.kind {
        case .null: self = .null
        case .true: self = .boolean(true)
        case .false: self = .boolean(false)
        case .number: self = .number(value.bytes.text)
        case .string: self = .string(Array(value.bytes))
        case .array: self = .array(value.elements.map { ReferenceJSON($0) })
        case .object, .key:
            self = .object(value.members.map { ReferenceMember(key: Array($0.name), value: ReferenceJSON($0.value)) })
        }
    }
}

struct ReferenceMember: Equatable {
    var key: [UInt8]
    var value: ReferenceJSON
}

private struct ReferenceReader {
    let bytes: [UInt8]
    var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
    }

    private mutating func take(_ text: String) -> Bool {
        guard bytes[index...].starts(with: text.utf8) else { return false }
        index += text.utf8.count
        return true
    }

    mutating func value(level: Int) -> ReferenceJSON? {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return level > 64 ? nil : object(level)
        case UInt8(ascii: "["): return level > 64 ? nil : array(level)
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "t"): return take("true") ? .boolean(true) : nil
        case UInt8(ascii: "f"): return take("false") ? .boolean(false) : nil
        case UInt8(ascii: "n"): return take("null") ? .null : nil
        default: return number()
        }
    }

    private mutating func object(_ level: Int) -> ReferenceJSON? {
        var members: [ReferenceMember] = []
        guard take("{") else { return nil }
        skipSpace()
        if take("}") { return .object([]) }
        repeat {
            skipSpace()
            guard let key = string() else { return nil }
            skipSpace()
            guard take(":"), let value = value(level: level + 1) else { return nil }
            members.append(ReferenceMember(key: key, value: value))
            skipSpace()
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    private mutating func array(_ level: Int) -> ReferenceJSON? {
        var elements: [ReferenceJSON] = []
        guard take("[") else { return nil }
        skipSpace()
        if take("]") { return .array([]) }
        repeat {
            guard let value = value(level: level + 1) else { return nil }
            elements.append(value)
            skipSpace()
        } while take(",")
        return take("]") ? .array(elements) : nil
    }

    private mutating func string() -> [UInt8]? {
        guard take("\"") else { return nil }
        var content: [UInt8] = []
        while let byte = next {
            if take("\"") { return content }
            if take("\\") {
                guard let scalar = escape() else { return nil }
                content += Array(String(scalar).utf8)
            } else {
                guard byte >= 0x20 else { return nil }
                content.append(byte)
                index += 1
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        for (letter, scalar) in Self.escapes where take(letter) { return scalar }
        guard take("u"), let unit = codeUnit() else { return nil }
        guard (0xD800..<0xDC00).contains(unit) else { return Unicode.Scalar(unit) }
        guard take("\\u"), let low = codeUnit(), (0xDC00..<0xE000).contains(low) else { return nil }
        return Unicode.Scalar(0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00))
    }

    private static let escapes: [(String, Unicode.Scalar)] = [
        ("\"", "\""), ("\\", "\\"), ("/", "/"), ("b", "\u{8}"), ("f", "\u{C}"), ("n", "\n"), ("r", "\r"), ("t", "\t"),
    ]

    private mutating func codeUnit() -> UInt32? {
        let digits = bytes[index...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        index += 4
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private mutating func number() -> ReferenceJSON? {
        let start = index
        _ = take("-")
        if !take("0") {
            guard digits() else { return nil }
        }
        if take(".") {
            guard digits() else { return nil }
        }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard digits() else { return nil }
        }
        return .number(String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private mutating func digits() -> Bool {
        let start = index
        while let byte = next, (48...57).contains(byte) { index += 1 }
        return index > start
    }
}
