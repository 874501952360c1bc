import Domain
import JSON
import Pipeline

/// What `nightly --plan` prints: the tasks, what each needs, how it was left, and what it would do.
struct NightlyPlan {
    private struct Entry {
        var task: NightlyTask
        var isAsked: Bool
        var last: NightlyTaskRecord?
        var command: NightlyTaskCommand
    }

    private let day: Int32
    private let days: Int
    private let isResumed: Bool
    private let entries: [Entry]

    init(
        _ asked: NightlyArguments, _ work: NightlyWork, _ history: (any NightlyHistory)?
    ) throws {
        let day = asked.days[0]
        self.day = day
        days = asked.days.count
        let plan = try NightlyRun.Plan(asked.options, after: history)
        isResumed = plan.isResumed
        let lastFetch = try history?.lastDay(of: NightlyTask.fetch.rawValue)
        entries = NightlyTask.allCases.map { task in
            Entry(
                task: task, isAsked: plan.asked.contains(task),
                last: plan.last?.tasks.first { $0.task == task.rawValue },
                command: work.command(task, lastFetch: lastFetch))
        }
    }

    /// Prints the plan.
    func print(on console: Console, asJSON: Bool) throws -> ExitStatus {
        if asJSON {
            try console.print(json.compact)
            return .done
        }
        let date = CivilDate.text(ofDay: day)
        let more = days > 1 ? ", and \(NumberFormat.count(days - 1, "later date", "later dates"))" : ""
        try console.print(
            console.style.bold("The batch for \(date)\(more)" + (isResumed ? ", which goes on where it ended" : "")))
        try console.print()
        for line in Self.graph { try console.print("  " + line) }
        try console.print()
        var table = TextTable([.text("task"), .text("needs"), .text("last time"), .prose("now")])
        for entry in entries {
            table.add([
                entry.task.rawValue, Self.names(entry.task.needs).joined(separator: ", "),
                entry.last.map { $0.outcome.rawValue } ?? "", Self.words(entry),
            ])
        }
        try console.print(table)
        return .done
    }

    /// The order of the tasks, and under it what needs what.
    private static var graph: [String] {
        let order = NightlyTask.allCases.map(\.rawValue).joined(separator: " ─▶ ")
        let needs = NightlyTask.allCases.filter { !$0.needs.isEmpty }.map { task in
            "\(names(task.needs).joined(separator: " + ")) ━▶ \(task.rawValue)"
        }
        return ["in this order:  \(order)", "not without:    \(needs.joined(separator: ",  "))"]
    }

    private static func names(_ tasks: Set<NightlyTask>) -> [String] {
        NightlyTask.allCases.filter(tasks.contains).map(\.rawValue)
    }

    private static func words(_ entry: Entry) -> String {
        guard entry.isAsked else {
            return entry.last?.outcome.isDone == true ? "nothing: it is done" : "nothing: it is left out"
        }
        switch entry.command {
        case .words(let words): return "reelhouse \(NightlyWork.shown(words))"
        case .nothing(let reason): return "nothing: \(reason)"
        }
    }

    private var json: JSONText {
        .object([
            ("day", .string(CivilDate.text(ofDay: day))), ("resumed", .boolean(isResumed)),
            (
                "tasks",
                .array(
                    entries.map { entry in
                        var command: JSONText = .null
                        var reason: JSONText = .null
                        switch entry.command {
                        case .words(let words): command = .string("reelhouse \(NightlyWork.shown(words))")
                        case .nothing(let text): reason = .string(text)
                        }
                        return .object([
                            ("task", .string(entry.task.rawValue)),
                            ("needs", .array(Self.names(entry.task.needs).map { .string($0) })),
                            ("asked", .boolean(entry.isAsked)), ("command", command), ("nothing_to_do", reason),
                            ("last_outcome", entry.last.map { .string($0.outcome.rawValue) } ?? .null),
                        ])
                    })
            ),
        ])
    }
}
