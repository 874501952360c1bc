import Domain

/// Which tasks of a nightly batch a command line asks for.
public struct NightlySelection: Sendable, Equatable {
    /// Only these tasks, also where they are done; nil for all.
    public var only: Set<NightlyTask>?
    /// This task and those after it, also where they are done; nil to go on with the first one that is not done.
    public var from: NightlyTask?
    /// These tasks not.
    public var skipped: Set<NightlyTask> = []

    /// Whether tasks are asked for by name, and done again where they are done.
    var isNamed: Bool { only != nil || from != nil }

    /// All tasks, from the first one that is not done.
    public init() {}

    /// The place of the first task that is not done.
    private func firstUndone(of nightly: NightlyRecord) -> Int? {
        let done = nightly.tasks.filter(\.outcome.isDone).map(\.task)
        return NightlyTask.allCases.firstIndex { !done.contains($0.rawValue) }
    }

    /// The tasks to do.
    ///
    /// - Parameter last: the last nightly of the date, which this one goes on with; nil where all tasks are to be done.
    func tasks(after last: NightlyRecord?) -> Set<NightlyTask> {
        var asked = only ?? Set(NightlyTask.allCases)
        if let from {
            let begin = NightlyTask.allCases.firstIndex(of: from) ?? 0
            asked.formIntersection(NightlyTask.allCases[begin...])
        } else if only == nil, let last, let place = firstUndone(of: last) {
            // What comes after it was done without it, or not at all.
            asked.formIntersection(NightlyTask.allCases[place...])
        }
        return asked.subtracting(skipped)
    }
}
