/// What `doctor` found out about one thing.
struct Finding: Sendable, Equatable {
    enum Outcome: String, Sendable {
        case ok, warn, fail
    }

    /// What was looked at, in a word or two.
    let subject: String
    let outcome: Outcome
    /// What was found.
    let detail: String
    /// How to mend it; nil when there is nothing to mend.
    let remedy: String?

    static func ok(_ subject: String, _ detail: String) -> Finding {
        Finding(subject: subject, outcome: .ok, detail: detail, remedy: nil)
    }

    static func warn(_ subject: String, _ detail: String, _ remedy: String) -> Finding {
        Finding(subject: subject, outcome: .warn, detail: detail, remedy: remedy)
    }

    static func fail(_ subject: String, _ detail: String, _ remedy: String) -> Finding {
        Finding(subject: subject, outcome: .fail, detail: detail, remedy: remedy)
    }

    /// A failure by an error that says itself what to do.
    static func fail(_ subject: String, _ error: any Error) -> Finding {
        let report = Failure(error).report
        return fail(subject, report.message, report.hint ?? "Mend the cause, and run `reelhouse doctor` again.")
    }
}
