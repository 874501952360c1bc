import Domain
import Pipeline

/// What a copy has of the runs of its source. Where the last run had not completed, the copy is not whole.
struct CopiedRun: Equatable {
    /// The state of the last run when the source was copied.
    enum State: Equatable {
        /// It was whole, as far as is known.
        case whole
        /// A run was under way that had committed nothing.
        case uncommitted
        /// A run that had committed something was under way; false where it is not known whether it was killed.
        case underWay(isKnown: Bool)
        /// A run was killed.
        case killed
        /// A run had ended early.
        case ended(RunOutcome)
    }

    let state: State
    private let run: CopyReport.LastRun?

    /// - Parameters:
    ///   - run: the last run that was copied.
    ///   - before: the last run of the source before it was copied.
    ///   - wasBeingWritten: whether the source was being written then.
    ///   - isAlive: whether the run that was copied has not been killed; nil when that is not known.
    init(_ run: CopyReport.LastRun?, before: RunRecord?, wasBeingWritten: Bool, isAlive: () -> Bool?) {
        self.run = run
        // A run is stored with its first commit. One that was stored by then has ended before the copy was made.
        let isNewUncommitted = wasBeingWritten && run?.id == before?.id && before?.outcome != .running
        state =
            switch run?.outcome {
            case .running:
                switch isAlive() {
                case true?: .underWay(isKnown: true)
                case false?: .killed
                case nil: .underWay(isKnown: false)
                }
            case _ where isNewUncommitted: .uncommitted
            case nil, .completed: .whole
            case .stopped, .failed, .interrupted: .ended(run?.outcome ?? .interrupted)
            }
    }

    /// The warning that the copy is not whole; nil where it is.
    ///
    /// - Parameter source: the location of the warehouse, without a password.
    func warning(of source: String) -> Report? {
        let run = run.map { "run \($0.id) of \(source), which began at \(Timestamp.text($0.startedAt))," } ?? ""
        let again = "Make another copy when the run has ended, or load the same inputs into this one."
        let goOn =
            "Load the same inputs again, into the source or into the copy: the load goes on from its last commit."
        let (message, hint): (String, String)
        switch state {
        case .whole: return nil
        case .uncommitted:
            (message, hint) = ("a run that had committed nothing yet was writing to \(source)", again)
        case .underWay(let isKnown): (message, hint) = (run + (isKnown ? " was under way" : " had not ended"), again)
        case .killed, .ended(.interrupted): (message, hint) = (run + " was interrupted", goOn)
        case .ended(.failed): (message, hint) = (run + " had failed", goOn)
        case .ended: (message, hint) = (run + " was stopped before its end", goOn)
        }
        return Report(
            kind: .warning, message: message + "; the copy holds what was committed until then", hint: hint)
    }
}
