import Domain

/// The SQL of a check, with places for what is put in before it is run: `:name` stands for the value of a parameter,
/// and `:time(…)`, `:id(…)` and `:day(…)` for an expression that databases spell differently.
///
///     let statement = try CheckStatement("SELECT :time(event_time) FROM ratings WHERE score > :most")
///     statement.text(["most": .number("10")], dialect)
///
/// Nothing is put into texts in quotes and into comments, and `::` is no place.
public struct CheckStatement: Sendable, Equatable {
    /// A function that is spelled by the database.
    enum Function: String, CaseIterable {
        /// A moment as text.
        case time
        /// A UUID as text.
        case id
        /// The UTC day of a moment.
        case day
    }

    /// A part of the text.
    indirect enum Part: Equatable, Sendable {
        case text(String)
        case value(name: String, line: Int)
        case call(Function, [Part])
    }

    /// What is wrong with a statement.
    public struct Fault: Error, Equatable {
        /// The number of the line in the statement, from 1.
        public var line: Int
        /// What is wrong.
        public var words: String
    }

    let parts: [Part]

    /// Reads a statement.
    public init(_ sql: String) throws(Fault) {
        var reader = StatementReader(sql)
        parts = try reader.parts(isInCall: false)
    }

    /// The parameters that it names, with the lines on which they stand first.
    public var names: [String: Int] {
        var names: [String: Int] = [:]
        func collect(_ parts: [Part]) {
            for part in parts {
                switch part {
                case .text: break
                case .value(let name, let line): names[name] = min(line, names[name] ?? line)
                case .call(_, let inner): collect(inner)
                }
            }
        }
        collect(parts)
        return names
    }

    /// The statement for a database. A parameter without a value is left as it is.
    public func text(_ values: [String: CheckValue], _ dialect: QueryDialect) -> String {
        func text(_ parts: [Part]) -> String {
            parts.map { part in
                switch part {
                case .text(let text): text
                case .value(let name, _): values[name]?.sql(dialect) ?? ":\(name)"
                case .call(.time, let inner): dialect.timeText(text(inner))
                case .call(.id, let inner): dialect.idText(text(inner))
                case .call(.day, let inner): dialect.day(text(inner))
                }
            }.joined()
        }
        return text(parts)
    }
}

/// Cuts a statement into its parts.
private struct StatementReader {
    private let characters: [Unicode.Scalar]
    private var index = 0
    private var line = 1

    init(_ sql: String) { characters = Array(sql.unicodeScalars) }

    /// The parts up to the end, or up to the parenthesis that closes a call.
    mutating func parts(isInCall: Bool) throws(CheckStatement.Fault) -> [CheckStatement.Part] {
        var (parts, text, depth) = ([CheckStatement.Part](), "", 0)
        func flushed() -> [CheckStatement.Part] { text.isEmpty ? parts : parts + [.text(text)] }
        let start = line
        while let character = current {
            if let passed = quotedOrComment() {
                text += passed
            } else if character == ":", isAt(1, ":") {
                text += take(2)
            } else if character == ":", let name = name(after: 1) {
                parts = flushed()
                text = ""
                parts.append(try place(name))
            } else {
                if isInCall, character == ")", depth == 0 {
                    index += 1
                    return flushed()
                }
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                text += take(1)
            }
        }
        if isInCall { throw CheckStatement.Fault(line: start, words: "a parenthesis is not closed") }
        return flushed()
    }

    /// A parameter or a call, whose colon is next.
    private mutating func place(_ name: String) throws(CheckStatement.Fault) -> CheckStatement.Part {
        let start = line
        index += 1 + name.unicodeScalars.count
        guard current == "(" else { return .value(name: name, line: start) }
        guard let function = CheckStatement.Function(rawValue: name) else {
            let known = CheckStatement.Function.allCases.map { ":\($0.rawValue)(…)" }.joined(separator: ", ")
            throw CheckStatement.Fault(line: start, words: "there is no :\(name)(…); there are \(known)")
        }
        index += 1
        return .call(function, try parts(isInCall: true))
    }

    // MARK: Characters

    private var current: Unicode.Scalar? { index < characters.count ? characters[index] : nil }

    private func isAt(_ offset: Int, _ sign: Unicode.Scalar) -> Bool {
        index + offset < characters.count && characters[index + offset] == sign
    }

    private mutating func take(_ count: Int) -> String {
        var text = ""
        for character in characters[index..<min(index + count, characters.count)] {
            if character == "\n" { line += 1 }
            text.unicodeScalars.append(character)
        }
        index += count
        return text
    }

    /// A word of small letters, digits and underscores that begins with a letter.
    private func name(after offset: Int) -> String? {
        let word = characters[(index + offset)...].prefix {
            ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_"
        }
        guard let first = word.first, ("a"..."z").contains(first) else { return nil }
        return word.reduce(into: "") { $0.unicodeScalars.append($1) }
    }

    /// A text in quotes or a comment that begins here, whole.
    private mutating func quotedOrComment() -> String? {
        let end: Int
        if let quote = current, quote == "'" || quote == "\"" {
            end = (characters[(index + 1)...].firstIndex(of: quote) ?? characters.count - 1) + 1
        } else if isAt(0, "-"), isAt(1, "-") {
            end = characters[index...].firstIndex(of: "\n") ?? characters.count
        } else if isAt(0, "/"), isAt(1, "*") {
            // The star of the beginning does not end it.
            var place = index + 3
            while place < characters.count, characters[place - 1] != "*" || characters[place] != "/" { place += 1 }
            end = min(place + 1, characters.count)
        } else {
            return nil
        }
        return take(end - index)
    }
}
