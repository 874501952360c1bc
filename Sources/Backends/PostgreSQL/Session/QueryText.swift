/// The text of a statement that a user wrote, as far as it has to be read before the server reads it. It follows
/// PostgreSQL's lexical rules (https://www.postgresql.org/docs/current/sql-syntax-lexical.html).
struct QueryText {
    private let characters: [Unicode.Scalar]

    init(_ sql: String) { characters = Array(sql.unicodeScalars) }

    /// The first word in upper case, after white space, semicolons and comments; nil when the text has no statement.
    var firstWord: String? {
        var index = 0
        while index < characters.count {
            if characters[index].properties.isWhitespace || characters[index] == ";" {
                index += 1
            } else if isAt(index, "-", "-") {
                while index < characters.count, !"\n\r".unicodeScalars.contains(characters[index]) { index += 1 }
            } else if isAt(index, "/", "*") {
                index = endOfComment(from: index)
            } else {
                let word = characters[index...].prefix { $0.properties.isAlphabetic }
                return word.reduce(into: "") { $0.unicodeScalars.append($1) }.uppercased()
            }
        }
        return nil
    }

    /// The name that begins at a place, without its qualifiers: `title` of `m.title` and of `"m".title`.
    ///
    /// - Parameter position: the number of a character, from 1, as the server counts.
    func name(at position: Int) -> String? {
        var index = position - 1
        var name: String?
        while let part = part(of: &index) {
            name = part
            guard isAt(index, ".") else { break }
            index += 1
        }
        return name
    }

    /// The line and the character in it of a place, both from 1.
    func place(of position: Int) -> (line: Int, column: Int) {
        let before = characters.prefix(max(position - 1, 0))
        let line = before.count { $0 == "\n" } + 1
        return (line, before.count - (before.lastIndex(of: "\n").map { $0 + 1 } ?? 0) + 1)
    }

    private func isAt(_ index: Int, _ signs: Unicode.Scalar...) -> Bool {
        index >= 0 && index + signs.count <= characters.count
            && characters[index..<index + signs.count].elementsEqual(signs)
    }

    /// Comments may contain comments. One without an end goes to the end of the text.
    private func endOfComment(from start: Int) -> Int {
        var (index, depth) = (start, 0)
        repeat {
            if isAt(index, "/", "*") {
                (index, depth) = (index + 2, depth + 1)
            } else if isAt(index, "*", "/") {
                (index, depth) = (index + 2, depth - 1)
            } else {
                index += 1
            }
        } while depth > 0 && index < characters.count
        return index
    }

    /// One part of a name: a word, which the server reads in lower case, or a text in double quotes.
    private func part(of index: inout Int) -> String? {
        var part = ""
        guard isAt(index, "\"") else {
            while characters.indices.contains(index), Self.isInWord(characters[index]) {
                part.unicodeScalars.append(characters[index])
                index += 1
            }
            return part.isEmpty ? nil : part.lowercased()
        }
        index += 1
        while index < characters.count {
            if isAt(index, "\"", "\"") {
                index += 1
            } else if characters[index] == "\"" {
                index += 1
                return part
            }
            part.unicodeScalars.append(characters[index])
            index += 1
        }
        return nil
    }

    private static func isInWord(_ character: Unicode.Scalar) -> Bool {
        character.properties.isAlphabetic || character.properties.numericType != nil || character == "_"
            || character == "$"
    }
}
