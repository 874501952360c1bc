import Domain

/// Which tasks of a nightly batch a command line asks for.
public struct NightlySelection: Sendable, Equatable {
    /// Only these tasks, also where they are done; nil for all.
    public var only: Set<NightlyTask>?
    /// This task and those after it, also where they are done; nil to go on with what is not done.
    public var from: NightlyTask?
    /// These tasks not.
    public var skipped: Set<NightlyTask> = []

    /// All tasks that are not done.
    public init() {}

    /// The tasks to do.
    ///
    /// - Parameter last: the last nightly of the date, which this one goes on with; nil where all tasks are to be done.
    func tasks(after last: NightlyRecord?) -> Set<NightlyTask> {
        var asked = only ?? Set(NightlyTask.allCases)
        if let from {
            let begin = NightlyTask.allCases.firstIndex(of: from) ?? 0
            asked.formIntersection(NightlyTask.allCases[begin...])
        } else if only == nil, let last {
            let done = last.tasks.filter { $0.outcome == .completed || $0.outcome == .partial }
            asked.subtract(done.compactMap { NightlyTask(rawValue: $0.task) })
        }
        return asked.subtracting(skipped)
    }
}
