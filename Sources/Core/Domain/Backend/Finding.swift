/// The result of one check of `reelhouse doctor`.
public struct Finding: Sendable, Equatable {
    /// Whether the check passed.
    public enum Outcome: String, Sendable {
        case ok, warn, fail
    }

    /// What was checked, in a word or two: `raw store`.
    public let subject: String
    /// Whether the check passed.
    public let outcome: Outcome
    /// What the check found.
    public let detail: String
    /// What to do about it; nil when nothing has to be done.
    public let remedy: String?
    /// The kind of the error of a check that failed with one.
    public var kind: FailureKind? = nil
    /// What the check is about.
    public var topic = Topic.place

    /// What a check is about, in the order in which one would mend what is wrong.
    public enum Topic: Int, Sendable, Comparable {
        /// Options, variables and the `.env` file.
        case configuration
        /// Libraries and folders on this machine.
        case installation
        /// A server, or the folder or file that stands in its place: whether it can be reached and lets the user in.
        case place
        /// What is in it.
        case content

        /// By the order of mending.
        public static func < (first: Topic, second: Topic) -> Bool { first.rawValue < second.rawValue }
    }

    /// The same finding about another topic.
    public func about(_ topic: Topic) -> Finding {
        var copy = self
        copy.topic = topic
        return copy
    }

    /// Findings in the order in which one would mend what is wrong; those of one topic keep their order.
    public static func inOrderOfRemedy(_ findings: [Finding]) -> [Finding] {
        findings.enumerated().sorted { ($0.element.topic, $0.offset) < ($1.element.topic, $1.offset) }.map(\.element)
    }

    /// The check passed.
    public static func ok(_ subject: String, _ detail: String) -> Finding {
        Finding(subject: subject, outcome: .ok, detail: detail, remedy: nil)
    }

    /// The check found something that the user should know. Runs work all the same.
    public static func warn(_ subject: String, _ detail: String, _ remedy: String) -> Finding {
        Finding(subject: subject, outcome: .warn, detail: detail, remedy: remedy)
    }

    /// The check failed.
    public static func fail(_ subject: String, _ detail: String, _ remedy: String) -> Finding {
        Finding(subject: subject, outcome: .fail, detail: detail, remedy: remedy)
    }

    /// The check failed with an error.
    public static func fail(_ subject: String, _ error: any Error) -> Finding {
        guard let error = error as? any ReportedError else {
            return fail(subject, "\(error)", "Mend the cause, and run `reelhouse doctor` again.")
        }
        var finding = fail(subject, error.message, error.hint)
        finding.kind = error.kind
        return finding
    }
}
