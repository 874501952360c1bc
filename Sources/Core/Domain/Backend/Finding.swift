/// What `reelhouse doctor` found out about one thing.
public struct Finding: Sendable, Equatable {
    /// How it is.
    public enum Outcome: String, Sendable {
        case ok, warn, fail
    }

    /// What was looked at, in a word or two.
    public let subject: String
    /// How it is.
    public let outcome: Outcome
    /// What was found.
    public let detail: String
    /// How to mend it; nil when there is nothing to mend.
    public let remedy: String?

    /// All is well.
    public static func ok(_ subject: String, _ detail: String) -> Finding {
        Finding(subject: subject, outcome: .ok, detail: detail, remedy: nil)
    }

    /// Something that a person should know, and that stops nothing.
    public static func warn(_ subject: String, _ detail: String, _ remedy: String) -> Finding {
        Finding(subject: subject, outcome: .warn, detail: detail, remedy: remedy)
    }

    /// Something does not work.
    public static func fail(_ subject: String, _ detail: String, _ remedy: String) -> Finding {
        Finding(subject: subject, outcome: .fail, detail: detail, remedy: remedy)
    }

    /// Something does not work, as an error says.
    public static func fail(_ subject: String, _ error: any Error) -> Finding {
        guard let error = error as? any ReportedError else {
            return fail(subject, "\(error)", "Mend the cause, and run `reelhouse doctor` again.")
        }
        return fail(subject, error.message, error.hint)
    }
}
