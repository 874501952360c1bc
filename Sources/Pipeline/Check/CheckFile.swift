/// A file that declares checks. It is SQL with comments that a program reads too:
///
///     -- parameter most = 10: The greatest score.
///
///     -- check: impossible_scores
///     -- level: warn
///     -- Scores that no rule lets in. Load their files anew.
///     SELECT * FROM ratings WHERE score > :most;
public struct CheckFile: Sendable, Equatable {
    /// What is wrong with a file.
    public struct Fault: Error, Equatable {
        /// The number of the line, from 1.
        public var line: Int
        /// What is wrong.
        public var words: String
    }

    /// Its name in messages.
    public var name: String
    /// The parameters, in the order of the file.
    public var parameters: [CheckParameter] = []
    /// The checks, in the order of the file.
    public var checks: [Check] = []

    /// Reads a file.
    public init(name: String, text: String) throws(Fault) {
        self.name = name
        var reader = CheckFileReader(name: name)
        // CR LF is one character to Swift.
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            try reader.read(String(line), number)
        }
        try reader.endCheck()
        (parameters, checks) = (reader.parameters, reader.checks)
    }
}

/// Reads a file line by line.
private struct CheckFileReader {
    let name: String
    var parameters: [CheckParameter] = []
    var checks: [Check] = []
    private var check: Check?
    /// Whether the lines are those of the check's head, which ends with the first line of SQL.
    private var isInHead = false
    /// The database that the SQL is for, and its lines, with the number of the first.
    private var database = ""
    private var sql: [String] = []
    private var firstLine = 0

    init(name: String) { self.name = name }

    mutating func read(_ line: String, _ number: Int) throws(CheckFile.Fault) {
        guard let comment = Self.comment(line) else { return addSQL(line, number) }
        if let rest = Self.rest(of: comment, after: "parameter"), check == nil {
            return try addParameter(rest, number)
        }
        if let rest = Self.rest(of: comment, after: "check:") {
            try endCheck()
            return try beginCheck(rest, number)
        }
        guard check != nil else { return }
        if let rest = Self.rest(of: comment, after: "on"), rest.hasSuffix(":"), Self.isName(String(rest.dropLast())) {
            try endQuery()
            (database, isInHead) = (String(rest.dropLast()), false)
        } else if isInHead {
            try addHead(comment, number)
        } else {
            addSQL(line, number)
        }
    }

    // MARK: Lines

    /// What follows the two hyphens of a line that is a comment.
    private static func comment(_ line: String) -> String? {
        let line = line.trimmed
        return line.hasPrefix("--") ? String(line.dropFirst(2)).trimmed : nil
    }

    /// What follows a word at the start of a comment.
    private static func rest(of comment: String, after word: String) -> String? {
        guard comment.hasPrefix(word) else { return nil }
        let rest = comment.dropFirst(word.count)
        return rest.isEmpty || rest.first == " " ? String(rest).trimmed : nil
    }

    private mutating func addSQL(_ line: String, _ number: Int) {
        if sql.isEmpty {
            if line.trimmed.isEmpty { return }
            firstLine = number
        }
        isInHead = false
        sql.append(line)
    }

    private mutating func addParameter(_ text: String, _ number: Int) throws(CheckFile.Fault) {
        let halves = text.split(separator: ":", maxSplits: 1)
        let terms = (halves.first ?? "").split(separator: "=", maxSplits: 1).map { String($0).trimmed }
        guard halves.count == 2, terms.count == 2, Self.isName(terms[0]) else {
            throw CheckFile.Fault(
                line: number, words: "a parameter is declared as `-- parameter name = value: what it says`")
        }
        guard let value = CheckValue(terms[1]) else {
            throw CheckFile.Fault(
                line: number, words: "'\(terms[1])' is no number (5), share (60%), duration (2d) or date (1995-01-01)")
        }
        if parameters.contains(where: { $0.name == terms[0] }) || terms[0] == "now" {
            throw CheckFile.Fault(line: number, words: "there is a parameter \(terms[0]) already")
        }
        parameters.append(CheckParameter(name: terms[0], value: value, meaning: String(halves[1]).trimmed))
    }

    private mutating func beginCheck(_ name: String, _ number: Int) throws(CheckFile.Fault) {
        guard Self.isName(name) else {
            throw CheckFile.Fault(
                line: number, words: "'\(name)' is no name of a check: small letters, digits and underscores make one")
        }
        if checks.contains(where: { $0.name == name }) {
            throw CheckFile.Fault(line: number, words: "there is a check \(name) already")
        }
        check = Check(name: name, file: self.name, line: number)
        isInHead = true
    }

    private mutating func addHead(_ comment: String, _ number: Int) throws(CheckFile.Fault) {
        let key = comment.prefix { $0.isLetter }
        guard comment.dropFirst(key.count).hasPrefix(":"), key.allSatisfy({ $0.isLowercase }) else {
            let meaning = check?.meaning ?? ""
            check?.meaning = meaning.isEmpty ? comment : comment.isEmpty ? meaning : meaning + " " + comment
            return
        }
        let value = String(comment.dropFirst(key.count + 1)).trimmed
        switch key {
        case "level":
            guard let level = CheckLevel(rawValue: value) else {
                throw CheckFile.Fault(line: number, words: "the level '\(value)' is neither error nor warn")
            }
            check?.level = level
        case "cost":
            guard ["quick", "slow"].contains(value) else {
                throw CheckFile.Fault(line: number, words: "the cost '\(value)' is neither quick nor slow")
            }
            check?.isSlow = value == "slow"
        case "needs":
            check?.needs += value.split(separator: ",").map { String($0).trimmed }
        default:
            throw CheckFile.Fault(
                line: number, words: "a check has no '\(key)'; it has level, cost and needs, and then sentences")
        }
    }

    // MARK: Ends

    private mutating func endQuery() throws(CheckFile.Fault) {
        defer { sql = [] }
        var text = sql.joined(separator: "\n").trimmed
        while text.hasSuffix(";") { text = String(text.dropLast()).trimmed }
        if text.isEmpty { return }
        if check?.queries[database] != nil {
            throw CheckFile.Fault(
                line: firstLine, words: "the check \(check?.name ?? "") has a query for \(database) already")
        }
        do throws(CheckStatement.Fault) {
            check?.queries[database] = .init(line: firstLine, statement: try CheckStatement(text))
        } catch {
            throw CheckFile.Fault(line: firstLine + error.line - 1, words: error.words)
        }
    }

    /// Ends the check that is being read, if there is one.
    mutating func endCheck() throws(CheckFile.Fault) {
        guard let name = check?.name, let line = check?.line else {
            guard sql.isEmpty else {
                throw CheckFile.Fault(line: firstLine, words: "a query begins before the first `-- check: name`")
            }
            return
        }
        try endQuery()
        if check?.queries.isEmpty == true {
            throw CheckFile.Fault(line: line, words: "the check \(name) has no query")
        }
        if check?.meaning.isEmpty == true {
            throw CheckFile.Fault(
                line: line, words: "the check \(name) does not say, in a comment, what its rows mean and what to do")
        }
        if let check { checks.append(check) }
        (check, database, isInHead) = (nil, "", false)
    }

    private static func isName(_ text: String) -> Bool {
        text.first?.isLetter == true
            && text.unicodeScalars.allSatisfy {
                ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_"
            }
    }
}

extension String {
    /// The text without white space at its ends.
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
