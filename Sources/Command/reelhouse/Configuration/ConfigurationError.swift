import Domain
import EnvironmentFile

import enum Logging.Redaction

/// What is wrong with variables or with a `.env` file. Only names are in it, never a value.
enum ConfigurationError: ReportedError {
    /// The file cannot be read; `reason` is a part of a sentence.
    case unreadable(path: String, reason: String, isAsked: Bool)
    /// A line of the file is wrong.
    case wrongLine(path: String, EnvironmentFileFault)
    /// `--live`, and no variable says where any of the ports is that the command uses.
    case nothingIsLive([LivePort], file: String?)
    /// `--live`, and a port has no location, but an unknown variable has a name that is similar to the one for it.
    case misspelt(Variables.Variable, meant: String)
    /// A variable for the address of a server has no such address; `form` is that of one, and `other` the variable that
    /// takes any location.
    case noServer(Variables.Variable, form: String, other: String)
    /// A variable has a user and a host, but no scheme, so that it would be a path; `form` is that of a location with one.
    case noScheme(Variables.Variable, form: String)
    /// The location that a variable gives is wrong.
    case wrongLocation(Variables.Variable, cause: any ReportedError)

    /// What failed, and where.
    var message: String {
        let text =
            switch self {
            case .unreadable(let path, let reason, _): "cannot read the variables in \(path): \(reason)"
            case .wrongLine(let path, let fault): "\(path), line \(fault.line): \(fault.message)"
            case .nothingIsLive(let ports, _):
                "--live finds no location for \(Self.list(ports.map(\.nameInSentence)))"
            case .misspelt(let variable, let meant):
                "nothing reads the variable \(variable.name) (\(variable.place.text)); did you mean \(meant)?"
            case .noServer(let variable, let form, _):
                "the variable \(variable.name) (\(variable.place.text)) is not of the form \(form)"
            case .noScheme(let variable, _):
                "the variable \(variable.name) (\(variable.place.text)) has a user and a host, but no scheme"
            case .wrongLocation(let variable, let cause):
                "the variable \(variable.name) (\(variable.place.text)) cannot be used: \(cause.message)"
            }
        return Redaction.text(text)
    }

    /// What to do next.
    var hint: String {
        let text =
            switch self {
            case .unreadable(_, _, isAsked: true): "Name a file that you may read with --env-file."
            case .unreadable(let path, _, isAsked: false):
                "With --live, \(path) in the working folder is read where it is there. Make it a file that you may read, "
                    + "or name another file with --env-file (--env-file /dev/null for none)."
            case .wrongLine(_, let fault): fault.remedy
            case .nothingIsLive(let ports, let file):
                "Set \(Self.list(ports.map(\.variables))), in the environment or in "
                    + (file ?? "a file .env in the working folder")
                    + "; or leave --live out. `reelhouse config` shows what is set."
            case .misspelt: "Correct the name, or take the variable away. `reelhouse config` shows what is set."
            case .noServer(let variable, let form, let other):
                "Write it as \(variable.name)=\(form). Set \(other) for a place of another kind."
            case .noScheme(let variable, let form):
                "Write it as \(variable.name)=\(form). A path with such signs begins with ./ or is absolute."
            case .wrongLocation(_, let cause): cause.hint
            }
        return Redaction.text(text)
    }

    /// Wrong usage, but for a location whose cause says otherwise.
    var kind: FailureKind {
        if case .wrongLocation(_, let cause) = self { return cause.kind }
        return .usage
    }

    private static func list(_ words: [String]) -> String {
        let distinct = words.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return distinct.count < 2
            ? distinct.joined() : distinct.dropLast().joined(separator: ", ") + " and " + distinct[distinct.count - 1]
    }
}
