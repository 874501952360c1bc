import Domain

import enum Logging.Redaction

/// Why documents are not restored to a folder.
public enum RestoreRefusal: ReportedError, Equatable {
    /// A file of that name exists already, and the user did not ask to replace it.
    case isThere(path: String)
    /// The folder belongs to a raw store, where no output may be written.
    case protected(folder: String, occupant: String)

    /// Another command line would do.
    public var kind: FailureKind { .usage }

    /// What failed, and where.
    public var message: String {
        switch self {
        case .isThere(let path): Redaction.text("cannot restore \(path): it exists already")
        case .protected(let folder, let occupant):
            Redaction.text("cannot restore to \(folder): it belongs to \(occupant)")
        }
    }

    /// The user's next step.
    public var hint: String {
        switch self {
        case .isThere: "Name another folder with --to, or replace files of the same dates with --force."
        case .protected: "Name another folder with --to."
        }
    }
}
