import CPostgres
import Domain
import Logging

/// An error of PostgreSQL or libpq, with the activity that failed and its place.
public struct PostgresError: ReportedError {
    /// What kind of failure it is.
    public var problem: PostgresProblem
    /// The SQLSTATE; nil when the error is one of the connection or of libpq.
    public var sqlState: String?
    /// The message of the server or of libpq, on one line.
    public var words: String
    /// The activity that failed: "running INSERT INTO …".
    public var activity: String
    /// The location without its password; empty when the location itself is wrong.
    public var place: String
    /// The row of a COPY at which the server stopped, from 1.
    public var copyRow: Int64?
    /// The constraint, column and table that the server names.
    public var objects = Objects()
    /// The character of the statement at which the server found a fault, from 1.
    public var statementPosition: Int?
    /// The function of the server's source that found the fault, such as `parserOpenTable`. Unlike the words it is the
    /// same in every language; a server may leave it out.
    public var routine: String?
    /// Whether a COMMIT got no answer, so that it is not known whether it took effect.
    public var isCommitUnknown = false
    /// Whether the server left rows out without an error.
    public var areRowsLeftOut = false
    /// Whether the connection is lost, so that a new one is needed.
    public var isConnectionLost = false
    /// How many seconds a connection was tried for; nil for other errors, and where the message says it already.
    public var waited: Double?
    /// A more precise hint than that of `problem`.
    public var ownHint: String?

    /// The objects that an error is about, as far as the server names them.
    public struct Objects: Sendable {
        /// The schema of the table.
        public var schema: String?
        /// The table.
        public var table: String?
        /// The column.
        public var column: String?
        /// The constraint.
        public var constraint: String?
    }

    init(
        _ problem: PostgresProblem, _ words: String, activity: String = "", place: String = "", hint: String? = nil
    ) {
        self.problem = problem
        self.words = words
        self.activity = activity
        self.place = place
        self.ownHint = hint
    }

    /// A location that cannot be used.
    static func location(_ words: String, hint: String) -> PostgresError {
        PostgresError(.location, words, hint: hint)
    }

    /// The activity of making a connection.
    static let connecting = PostgresActivity.connecting.text

    /// The same error with another hint, where there is one.
    func with(hint: String?) -> PostgresError {
        var error = self
        error.ownHint = hint ?? ownHint
        return error
    }

    /// What failed and where, on one line.
    public var message: String {
        let isConnecting = activity == PostgresError.connecting
        var text = place.isEmpty ? words : (isConnecting ? "cannot connect to " : "") + "\(place): \(words)"
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let waited { text += ", after \(NumberFormat.fixed(waited, digits: 1)) s" }
        if !activity.isEmpty, !isConnecting || place.isEmpty { text += " while \(activity)" }
        if let copyRow { text += ", row \(copyRow)" }
        if isCommitUnknown { text += "; whether the transaction was committed is not known yet" }
        return text
    }

    /// What kind of failure it is, which decides the exit status.
    public var kind: FailureKind {
        switch problem {
        case .location: .usage
        case .diskFull: .noRoom
        case .overtaken: .inUse
        case .unreachable, .lostConnection, .startingUp, .shuttingDown, .standby, .tooManyConnections:
            .unreachable
        default: .failed
        }
    }

    /// Whether the same may succeed later although nobody changes anything meanwhile.
    public var mayRetry: Bool { remedy != .none }

    /// Whether the server is starting, or is a standby.
    public var isServerStarting: Bool { problem == .startingUp || problem == .standby }

    /// What the program can do without the user. After a lost connection this is always a new connection.
    public var remedy: PostgresProblem.Remedy {
        if isConnectionLost, problem.remedy == .beginAnew { return .reconnect }
        return problem.remedy
    }
}

extension PostgresError {
    /// The error of a result.
    ///
    /// - Parameters:
    ///   - result: of the status `PGRES_FATAL_ERROR`.
    ///   - table: the table of a COPY, by which its line in the server's context is found.
    init(result: OpaquePointer, activity: String, place: String, copyInto table: String? = nil) {
        let field = { (code: Character) -> String? in
            PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        let state = field("C")
        // A result without fields is libpq's own.
        var words =
            field("M").map { PostgresError.oneLine($0) }
            ?? PostgresError.firstMessage(ofLibpq: PQresultErrorMessage(result).map { String(cString: $0) } ?? "")
        if let detail = field("D") { words += ": " + PostgresError.oneLine(detail, limit: 300) }
        if let hint = field("H") { words += "; " + PostgresError.oneLine(hint, limit: 300) }
        // The words become a part of a sentence.
        while words.hasSuffix(".") { words.removeLast() }
        let problem = state.map { PostgresProblem(sqlState: $0) } ?? .other
        self.init(problem, words.isEmpty ? "the server gave no message" : words, activity: activity, place: place)
        sqlState = state
        objects = Objects(schema: field("s"), table: field("t"), column: field("c"), constraint: field("n"))
        statementPosition = field("P").flatMap { Int($0) }
        routine = field("R")
        if let table { copyRow = field("W").flatMap { PostgresError.copyRow(in: $0, table: table) } }
    }

    /// The row number in the server's context: `COPY <table>, <"line" in any language> 17, column c: "…"`.
    static func copyRow(in context: String, table: String) -> Int64? {
        for line in context.split(separator: "\n") where line.hasPrefix("COPY \(table), ") {
            let digits = line.dropFirst("COPY \(table), ".count).drop { !$0.isASCII || !$0.isNumber }
            return Int64(digits.prefix { $0.isASCII && $0.isNumber })
        }
        return nil
    }

    /// Text on one line, without passwords, cut off when it is very long.
    static func oneLine(_ text: String, limit: Int = 1000) -> String {
        let words = text.prefix(limit * 2).split { $0.isWhitespace || $0.isNewline }
        let line = words.joined(separator: " ")
        return Redaction.text(line.count > limit ? line.prefix(limit) + "…" : line)
    }

    /// A message of libpq on one line, without its lines of general advice, which begin with a tab.
    static func oneLine(ofLibpq text: String) -> String {
        oneLine(
            text.split(separator: "\n").filter { !$0.hasPrefix("\t") }.joined(separator: "; "), limit: 300)
    }

    /// The first of the messages that libpq has collected, on one line. What failed after a lost connection, such as
    /// "invalid socket", only follows from it.
    static func firstMessage(ofLibpq text: String) -> String {
        oneLine(String(text.split(separator: "\n").first { !$0.hasPrefix("\t") } ?? ""), limit: 300)
    }
}
