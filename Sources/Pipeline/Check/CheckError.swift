import Domain

import enum Logging.Redaction

/// Why a warehouse cannot be checked. That a check finds rows is no error of this kind, but a `CheckFailure`.
public enum CheckError: ReportedError {
    /// A file of checks cannot be read as such.
    case file(name: String, CheckFile.Fault)
    /// A query names a parameter that no file declares.
    case undeclared(String, file: String, line: Int)
    /// There is no check of this name.
    case unknownCheck(String)
    /// There is no parameter of this name.
    case unknownParameter(String)
    /// A parameter cannot have this value.
    case wrongValue(String, parameter: CheckParameter)
    /// The options leave no check.
    case nothing
    /// A check has no query for this database.
    case noQuery(Check, database: String)
    /// The database refuses the query of a check.
    case query(Check, line: Int, words: String, hint: String? = nil)
    /// The warehouse lacks migrations.
    case older(location: String, version: Int, known: Int)

    /// What failed, and where.
    public var message: String { Redaction.text(text) }

    private var text: String {
        switch self {
        case .file(let name, let fault): "\(name), line \(fault.line): \(fault.words)"
        case .undeclared(let name, let file, let line):
            "\(file), line \(line): there is no parameter \(name)"
        case .unknownCheck(let name): "there is no check '\(name)'"
        case .unknownParameter(let name): "the checks have no parameter '\(name)'"
        case .wrongValue(let text, let parameter):
            "'\(text)' is no value of the parameter \(parameter.name), which is \(parameter.value.expectation)"
        case .nothing: "the options leave no check to be made"
        case .noQuery(let check, let database):
            "the check \(check.name) (\(check.file), line \(check.line)) has no query for \(database)"
        case .query(let check, let line, let words, _):
            "the check \(check.name) (\(check.file), line \(line)) cannot be made: \(words)"
        case .older(let location, let version, let known):
            "the warehouse \(location) has schema version \(version), and the checks need version \(known)"
        }
    }

    /// What to do next.
    public var hint: String { Redaction.text(advice) }

    private var advice: String {
        switch self {
        case .file: "Correct the file; the head of schema/checks.sql says how one is written."
        case .undeclared: "Declare it at the top of the file: `-- parameter name = value: what it says`."
        case .unknownCheck, .nothing: "`reelhouse check --list` names them."
        case .unknownParameter, .wrongValue: "`reelhouse check --list` shows all parameters and their values."
        case .noQuery(_, let database):
            "Add one after a line `-- on \(database):`, or leave the check out with --skip."
        case .query(_, _, _, let hint?): hint
        case .query(let check, _, _, nil):
            "Correct the query (`reelhouse schema` lists tables and columns), or leave it out with --skip \(check.name)."
        case .older(let location, _, _):
            "Bring it up to date with `reelhouse migrate --warehouse '\(location)'`, and check it then."
        }
    }

    /// Wrong usage where the command line or a file of the user has to be changed, otherwise a failure.
    public var kind: FailureKind {
        switch self {
        case .query, .older: .failed
        default: .usage
        }
    }
}

/// That checks of level error found rows.
public struct CheckFailure: ReportedError, Equatable {
    /// The warehouse's location, without a password.
    public let location: String
    /// The names of the checks.
    public let names: [String]

    /// What failed, and where.
    public var message: String {
        Redaction.text(
            "\(NumberFormat.count(names.count, "check", "checks")) of the warehouse \(location) failed: "
                + names.joined(separator: ", "))
    }

    /// What to do next.
    public var hint: String {
        "The same command with `--only \(names.joined(separator: ",")) --limit 100` shows more of the rows, and says of "
            + "each check what to do."
    }
}

extension QueryError {
    /// What is wrong, in words.
    var words: String {
        switch self {
        case .empty: "there is no statement"
        case .severalStatements: "there is more than one statement"
        case .writes: "its statement would change something"
        case .unknownTable(let name, _): "no such table or view: \(name)"
        case .unknownColumn(let name, _): "no such column: \(name)"
        case .unavailable(let what): "\(what) not available in a query"
        case .wrongValue(let words), .invalid(let words): words
        }
    }
}
