/// Masks passwords in text that people see. If it is unclear whether something is a password, it is masked.
///
///     Redaction.url("postgresql://ann:secret@db/movies")  // postgresql://ann:***@db/movies
public enum Redaction {
    /// The text that replaces a password.
    public static let mask = "***"

    /// A URL or a libpq connection string without its passwords: `postgresql://user:***@host/movies?sslpassword=***`,
    /// `host=db password=***`.
    public static func url(_ text: String) -> String {
        var redactor = Redactor(text)
        redactor.maskUserInformation(endingAtSpace: false)
        redactor.maskValues()
        return redactor.text
    }

    /// The location of a port, which may be a path, as people see it. Where its scheme is missing or mistyped, what stands
    /// between the first colon and the last `@` may be a password.
    ///
    ///     Redaction.location("u:secret@host/movies")  // u:***@host/movies
    public static func location(_ text: String) -> String {
        if text.contains("://") { return url(text) }
        guard let colon = text.firstIndex(of: ":"), let at = text.lastIndex(of: "@"), colon < at else {
            return self.text(text)
        }
        return self.text(text[...colon] + mask + text[at...])
    }

    /// Any text, such as another program's error message, without the passwords of URLs, of logins without a scheme
    /// (`u:secret@host`), connection strings and JSON objects within it, and without the credentials of an `Authorization`
    /// header.
    public static func text(_ text: String) -> String {
        let isSuspect = text.utf8.contains {
            $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: " ")
        }
        guard isSuspect else { return text }
        var redactor = Redactor(text)
        redactor.maskUserInformation(endingAtSpace: true)
        redactor.maskBareLogins()
        redactor.maskValues()
        redactor.maskAuthorization()
        return redactor.text
    }

    /// Another program's message as a part of a sentence: on one line, without passwords and a final full stop, cut off when it
    /// is very long.
    public static func line(of message: some StringProtocol, limit: Int = 500) -> String {
        let words = message.prefix(limit * 2).split { $0.isWhitespace || $0.isNewline }
        var line = words.joined(separator: " ")
        while line.hasSuffix(".") { line.removeLast() }
        return text(line.count > limit ? line.prefix(limit) + "…" : line)
    }

    /// Whether a value of this name is a secret: `password`, `sslpassword`, `PGPASSWORD`, `api_key`, `access_token`,
    /// and so on.
    public static func isSecret(_ name: String) -> Bool {
        let letters = name.lowercased().filter { $0.isLetter || $0.isNumber }
        return [
            "password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "authorization", "keypem",
            "oauthbearerconfig", "authmechanismproperties",
        ].contains { letters.hasSuffix($0) }
    }
}

/// Text as bytes, in which passwords are replaced by the mask.
private struct Redactor {
    private var bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Replaces a range by the mask and gives the index after it.
    private mutating func mask(_ range: Range<Int>) -> Int {
        bytes.replaceSubrange(range, with: Redaction.mask.utf8)
        return range.lowerBound + Redaction.mask.utf8.count
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private func index(from start: Int, where condition: (UInt8) -> Bool) -> Int {
        bytes[start...].firstIndex(where: condition) ?? bytes.count
    }

    private func matches(_ word: StaticString, at index: Int) -> Bool {
        guard index + word.utf8CodeUnitCount <= bytes.count else { return false }
        return word.withUTF8Buffer { letters in
            letters.indices.allSatisfy { letters[$0] == Self.lowercased(bytes[index + $0]) }
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 0x20 : byte }

    // MARK: user:password@host

    /// Masks the text between the first colon after `://` and the last `@` that can belong to the same URL.
    mutating func maskUserInformation(endingAtSpace: Bool) {
        if !endingAtSpace, !bytes.indices.contains(where: { matches("://", at: $0) }) {
            _ = maskPassword(from: 0, end: bytes.count)
            return
        }
        var position = 0
        while position < bytes.count {
            guard matches("://", at: position) else {
                position += 1
                continue
            }
            let start = position + 3
            let end = endingAtSpace ? index(from: start, where: Self.isSpace) : bytes.count
            position = maskPassword(from: start, end: end) ?? start
        }
    }

    /// Masks a password between start and end and gives the index after the mask; nil if there is none.
    ///
    /// A password may contain `/`, `?` or `#` by mistake, which end the authority of a URL. So the last `@` counts,
    /// unless it belongs to a query, which has a `=` before it.
    private mutating func maskPassword(from start: Int, end: Int) -> Int? {
        let authorityEnd = bytes[start..<end].firstIndex { "/?#".utf8.contains($0) } ?? end
        guard let colon = bytes[start..<authorityEnd].firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let query = bytes[start..<end].firstIndex { "?#".utf8.contains($0) } ?? end
        var at = bytes[colon..<query].lastIndex(of: UInt8(ascii: "@"))
        if let last = bytes[query..<end].lastIndex(of: UInt8(ascii: "@")) {
            let isQuery = bytes[query..<last].contains(UInt8(ascii: "="))
            let isPort = bytes[(colon + 1)..<authorityEnd].allSatisfy { (0x30...0x39).contains($0) }
            if !isQuery || (at == nil && !isPort) { at = last }
        }
        guard let at else { return nil }
        return mask((colon + 1)..<at)
    }

    /// Masks the passwords of words such as `user:password@host`, which have no `://` before them.
    mutating func maskBareLogins() {
        guard bytes.contains(UInt8(ascii: "@")) else { return }
        var position = 0
        while position < bytes.count {
            let start = index(from: position) { !Self.isSpace($0) }
            let end = index(from: start, where: Self.isSpace)
            position = maskBareLogin(start..<end) ?? end
        }
    }

    /// Masks a password in a word, and gives the index after the word; nil when it has none.
    private mutating func maskBareLogin(_ word: Range<Int>) -> Int? {
        guard let at = bytes[word].lastIndex(of: UInt8(ascii: "@")), at + 1 < word.upperBound,
            isNameByte(bytes[at + 1]) || bytes[at + 1] == UInt8(ascii: "["),
            !word.contains(where: { matches("://", at: $0) })
        else { return nil }
        let colon = (word.lowerBound..<at).first { place in
            // Between quotes it would be another text of JSON.
            bytes[place] == UInt8(ascii: ":") && place > word.lowerBound && isNameByte(bytes[place - 1])
                && !bytes[place..<at].contains(UInt8(ascii: "\""))
        }
        guard let colon else { return nil }
        let rest = word.upperBound - at
        return mask((colon + 1)..<at) + rest
    }

    // MARK: password=..., "password": "..."

    mutating func maskValues() {
        var position = 0
        while position < bytes.count {
            guard isNameByte(bytes[position]) else {
                position += 1
                continue
            }
            let end = index(from: position) { !isNameByte($0) }
            let name = String(decoding: bytes[position..<end], as: UTF8.self)
            let isInQuery = position > 0 && "?&".utf8.contains(bytes[position - 1])
            let isQuoted = position > 0 && bytes[position - 1] == UInt8(ascii: "\"")
            position = end
            guard Redaction.isSecret(name), let start = valueStart(after: end, isQuoted: isQuoted) else { continue }
            let range = valueRange(from: start, isInQuery: isInQuery)
            position = range.isEmpty ? range.upperBound : mask(range)
        }
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
    }

    /// Where the value after a name begins; nil if no value follows. After a name in quotes it follows a colon, else an
    /// equals sign: in prose, words follow a colon.
    private func valueStart(after end: Int, isQuoted: Bool) -> Int? {
        var position = end
        if isQuoted {
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return nil }
            position += 1
        }
        position = index(from: position) { !Self.isSpace($0) }
        guard position < bytes.count, bytes[position] == UInt8(ascii: isQuoted ? ":" : "=") else { return nil }
        return index(from: position + 1) { !Self.isSpace($0) }
    }

    private func valueRange(from start: Int, isInQuery: Bool) -> Range<Int> {
        guard start < bytes.count else { return start..<start }
        // A mask that a sentence goes on after has no more to hide.
        if matches("***", at: start), start + 3 < bytes.count, ":;,.)".utf8.contains(bytes[start + 3]),
            start + 4 == bytes.count || Self.isSpace(bytes[start + 4])
        {
            return start..<start + 3
        }
        if isInQuery { return start..<index(from: start) { Self.isSpace($0) || "&#".utf8.contains($0) } }
        let quote = bytes[start]
        let isQuoted = quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
        var position = isQuoted ? start + 1 : start
        while position < bytes.count {
            let byte = bytes[position]
            if isQuoted ? byte == quote : Self.isSpace(byte) { break }
            // A quote or a space after a backslash is part of the value.
            position += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return (isQuoted ? start + 1 : start)..<min(position, bytes.count)
    }

    // MARK: Authorization: Bearer ...

    mutating func maskAuthorization() {
        var position = 0
        while position < bytes.count {
            if matches("authorization:", at: position) {
                let scheme = index(from: position + 14) { !Self.isSpace($0) }
                let space = index(from: scheme, where: Self.isSpace)
                position = maskToken(from: space, atLeast: 1)
            } else if matches("bearer ", at: position) {
                // Shorter texts are words, such as "authentication".
                position = maskToken(from: position + 6, atLeast: 16)
            } else {
                position += 1
            }
        }
    }

    private mutating func maskToken(from space: Int, atLeast length: Int) -> Int {
        let start = index(from: space) { !Self.isSpace($0) }
        let end = index(from: start, where: Self.isSpace)
        return end - start >= length ? mask(start..<end) : end
    }
}
