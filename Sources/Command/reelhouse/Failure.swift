import Arguments
import Domain
import Pipeline

import enum Logging.Redaction

/// Turns an error into a message for the user (what failed, where, what to do next) and an exit status.
struct Failure {
    let report: Report
    let status: ExitStatus

    init(_ error: any Error) {
        guard let error = error as? any ReportedError else {
            report = Report(message: "\(error)", hint: "Run `reelhouse doctor` to check the installation.")
            status = .failed
            return
        }
        report = Report(message: error.message, hint: error.hint)
        status = (error as? StoppedBeforeWork).flatMap { ExitStatus($0.reason) } ?? ExitStatus(error.kind)
    }
}

extension ExitStatus {
    /// The exit status of a command that a signal stopped; nil for another reason.
    init?(_ reason: StopSignal.Reason) {
        switch reason {
        case .interrupt: self = .interrupted
        case .terminate: self = .terminated
        case .duration: return nil
        }
    }

    /// The exit status of a failure.
    init(_ kind: FailureKind) {
        switch kind {
        case .failed, .noRoom: self = .failed
        case .usage: self = .usage
        case .inUse: self = .inUse
        case .unreachable: self = .unreachable
        }
    }
}

/// An error of a command, beside those of backends and of the command line.
struct CommandError: ReportedError, Equatable {
    let message: String
    let hint: String
    let kind: FailureKind

    init(message: String, hint: String, kind: FailureKind = .failed) {
        self.message = Redaction.text(message)
        self.hint = Redaction.text(hint)
        self.kind = kind
    }
}

extension UsageError: ReportedError {
    /// The command line is wrong.
    public var kind: FailureKind { .usage }
}
