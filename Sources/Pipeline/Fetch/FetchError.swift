import Domain

import enum Logging.Redaction

/// Why a fetch ends before its snapshot is whole.
public enum FetchError: ReportedError {
    /// A line of a list of ids has none.
    case noID(source: String, line: Int64)
    /// A list of ids cannot be read.
    case unreadableList(source: String, why: String)
    /// A page of a list, or the file with all ids, could not be had, so that the list would not be whole.
    case listFailed(what: String, words: String)
    /// The service does not answer, or refuses too much of what is asked.
    case stopped(service: String, why: String, last: String)

    /// What failed, and where.
    public var message: String {
        switch self {
        case .noID(let source, let line): Redaction.text("line \(line) of \(source) has no id of a movie")
        case .unreadableList(let source, let why): Redaction.text("the ids in \(source) cannot be read: \(why)")
        case .listFailed(let what, let words): Redaction.text("\(what) could not be had: \(words)")
        case .stopped(let service, let why, let last):
            Redaction.text(
                "the fetch from \(service) stopped: \(why)" + (last.isEmpty ? "" : "; the last answer: \(last)"))
        }
    }

    /// What to do next.
    public var hint: String {
        switch self {
        case .noID: "Write one id a line, or JSON objects with \"id\", as in TMDB's daily ID export."
        case .unreadableList: "Mend the file, or name another one with --ids-from."
        case .listFailed, .stopped:
            "Run the same command again later: it keeps what it has, and goes on with what is missing."
        }
    }

    /// A service that stays away is for a later try.
    public var kind: FailureKind {
        switch self {
        case .noID, .unreadableList: .failed
        case .listFailed, .stopped: .unreachable
        }
    }
}

/// A signal asked for the stop of a fetch.
struct FetchStopped: Error {
    let reason: StopSignal.Reason
}
