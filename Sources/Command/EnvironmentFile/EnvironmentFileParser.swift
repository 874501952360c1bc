/// Parses a `.env` file from its start to its end. The grammar is that of ``EnvironmentFile``.
struct EnvironmentFileParser {
    private typealias Fault = EnvironmentFileFault

    private let bytes: [UInt8]
    private var position: Int
    private var line = 1

    /// Prepares the content of a file.
    init(_ bytes: [UInt8]) throws(EnvironmentFileFault) {
        self.bytes = bytes
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        position = bytes.starts(with: mark) ? mark.count : 0
        if let zero = bytes.firstIndex(of: 0) { throw Fault(.zeroCharacter, line: Self.line(of: zero, in: bytes)) }
        if let wrong = Self.firstInvalidByte(bytes) { throw Fault(.notUTF8, line: Self.line(of: wrong, in: bytes)) }
    }

    /// The next variable; nil at the end of the file.
    mutating func next() throws(EnvironmentFileFault) -> EnvironmentFile.Variable? {
        while position < bytes.count {
            skipSpace()
            if isAtLineEnd || current == UInt8(ascii: "#") {
                skipLine()
                continue
            }
            if let variable = try assignment() { return variable }
        }
        return nil
    }

    /// A line that is neither blank nor a comment; nil where it is a name alone.
    private mutating func assignment() throws(EnvironmentFileFault) -> EnvironmentFile.Variable? {
        let start = line
        var name = word()
        var end = position
        skipSpace()
        if name == "export", position > end, !isAtLineEnd, current != UInt8(ascii: "=") {
            name = word()
            end = position
            skipSpace()
        }
        guard current == UInt8(ascii: "=") else {
            // What follows a name may be a comment, after white space.
            let isEnded = isAtLineEnd || (current == UInt8(ascii: "#") && position > end)
            guard isEnded, Self.isName(name) else {
                let hasSign = restOfLine.contains(UInt8(ascii: "="))
                throw Fault(hasSign ? .notAName : .notAnAssignment, line: start)
            }
            skipLine()
            return nil
        }
        guard Self.isName(name) else { throw Fault(.notAName, line: start) }
        position += 1
        skipSpace()
        let value: (text: String, looksReplaced: Bool) =
            switch current {
            case UInt8(ascii: "'"): try quoted(by: UInt8(ascii: "'"))
            case UInt8(ascii: "\""): try quoted(by: UInt8(ascii: "\""))
            default: unquoted()
            }
        return .init(name: name, value: value.text, line: start, looksReplaced: value.looksReplaced)
    }

    /// Reads a value without quotes, to the end of its line.
    private mutating func unquoted() -> (text: String, looksReplaced: Bool) {
        var value = restOfLine
        for index in value.indices where value[index] == UInt8(ascii: "#") {
            // At the start of the value, `=` or white space comes before it.
            let before = value.startIndex == index ? bytes[index - 1] : value[index - 1]
            if Self.isSpace(before) {
                value = value[..<index]
                break
            }
        }
        while let last = value.last, Self.isSpace(last) { value.removeLast() }
        skipLine()
        return (String(decoding: value, as: UTF8.self), Self.looksReplaced(value))
    }

    /// Reads a value in quotes, and the rest of the line that its closing quote is in.
    private mutating func quoted(by quote: UInt8) throws(EnvironmentFileFault) -> (text: String, looksReplaced: Bool) {
        let (start, hasEscapes) = (line, quote == UInt8(ascii: "\""))
        var value: [UInt8] = []
        var looksReplaced = false
        position += 1
        while true {
            guard position < bytes.count else { throw Fault(.openQuote, line: start) }
            let byte = bytes[position]
            position += 1
            if byte == quote { break }
            if byte == UInt8(ascii: "\n") {
                line += 1
                if value.last == UInt8(ascii: "\r") { value.removeLast() }
            }
            if hasEscapes, byte == UInt8(ascii: "\\"), let escaped = Self.escaped(current) {
                value.append(escaped)
                position += 1
                continue
            }
            if hasEscapes, Self.looksReplaced(bytes[(position - 1)...].prefix(2)) { looksReplaced = true }
            value.append(byte)
        }
        let end = position
        skipSpace()
        guard isAtLineEnd || (current == UInt8(ascii: "#") && position > end) else {
            throw Fault(.textAfterQuote, line: line)
        }
        skipLine()
        return (String(decoding: value, as: UTF8.self), looksReplaced)
    }

    /// The character that a backslash and another one stand for in double quotes; nil where both stand for themselves.
    private static func escaped(_ byte: UInt8?) -> UInt8? {
        switch byte {
        case UInt8(ascii: "n"): UInt8(ascii: "\n")
        case UInt8(ascii: "r"): UInt8(ascii: "\r")
        case UInt8(ascii: "t"): UInt8(ascii: "\t")
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "$"), UInt8(ascii: "`"): byte
        default: nil
        }
    }

    /// Whether there is a `$` that a shell would not leave as it is: before a name, `{` or `(`.
    private static func looksReplaced(_ value: ArraySlice<UInt8>) -> Bool {
        value.indices.dropLast().contains { index in
            guard value[index] == UInt8(ascii: "$") else { return false }
            let next = value[index + 1]
            return next == UInt8(ascii: "{") || next == UInt8(ascii: "(")
                || (isNameByte(next) && !(0x30...0x39).contains(next))
        }
    }

    // MARK: Bytes

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private var isAtLineEnd: Bool {
        switch current {
        case nil, UInt8(ascii: "\n"): true
        case UInt8(ascii: "\r"): position + 1 == bytes.count || bytes[position + 1] == UInt8(ascii: "\n")
        default: false
        }
    }

    private var restOfLine: ArraySlice<UInt8> { bytes[position...].prefix { $0 != UInt8(ascii: "\n") } }

    private mutating func skipLine() {
        position = bytes[position...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
        line += 1
    }

    private mutating func skipSpace() {
        while let byte = current, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
    }

    /// Reads what comes before white space, `=` or the end of the line.
    private mutating func word() -> String {
        let word = bytes[position...].prefix {
            !Self.isSpace($0) && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "\n")
        }
        position = word.endIndex
        return String(decoding: word, as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0D].contains(byte) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isName(_ word: String) -> Bool {
        guard let first = word.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return word.utf8.allSatisfy(isNameByte)
    }

    /// The index of the first byte that is not UTF-8.
    private static func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
        guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
        // Rare, so that it may take long: the longest start of the bytes that is UTF-8, line by line.
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            if String(validating: bytes[start..<end], as: UTF8.self) == nil { return start }
            start = end + 1
        }
        return 0
    }

    private static func line(of index: Int, in bytes: [UInt8]) -> Int {
        1 + bytes[..<index].count { $0 == UInt8(ascii: "\n") }
    }
}
