import Arguments
import Domain
import Files
import Generator
import JSON
import SQLite

/// What an error means to the person at the terminal: what failed and where, what to do next, and the exit status.
struct Failure {
    let report: Report
    let status: ExitStatus

    init(_ error: any Error) {
        switch error {
        case let error as UsageError: self.init(error.message, error.hint, .usage)
        case let error as WarehouseError:
            if case .inUse = error {
                self.init(error.description, error.hint, .inUse)
            } else {
                self.init(error.description, error.hint, .failed)
            }
        case let error as SQLiteError:
            self.init(error.description, error.hint, error.isBusy ? .inUse : .failed)
        case let error as FileError: self.init(error.message, error.advice, error.isUsage ? .usage : .failed)
        case let error as BackendError: self.init(error.description, error.hint, error.status)
        case let error as CommandError: self.init(error.message, error.hint, error.status)
        case OutputError.file(let error): self.init(error.message, error.advice, .failed)
        case let error as OutputError: self.init(error.description, error.hint, .failed)
        case let error as OutputRefusal: self.init(error.message, error.advice, error.isUsage ? .usage : .failed)
        case let error as QueryError: self.init(error.message, error.hint, .failed)
        case let error as GeneratorError: self.init(error.description, error.advice, .usage)
        case let error as OutOfMemory: self.init(error.message, error.hint, .failed)
        case let error as JSONError: self.init(error.explanation, nil, .failed)
        default: self.init("\(error)", "Run `reelhouse doctor` to check the installation.", .failed)
        }
    }

    private init(_ message: String, _ hint: String?, _ status: ExitStatus) {
        report = Report(message: message, hint: hint)
        self.status = status
    }
}

/// A command cannot do what it was asked for.
struct CommandError: Error {
    let message: String
    let hint: String?
    var status = ExitStatus.failed
}
