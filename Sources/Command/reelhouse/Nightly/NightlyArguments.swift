import Arguments
import Domain
import Pipeline

/// What the command line of `nightly` asks for.
struct NightlyArguments {
    /// How each batch is done.
    let options: NightlyRun.Options
    /// The dates, one for each batch.
    let days: [Int32]
    /// Whether batches for several dates are asked for.
    let isBackfill: Bool
    /// The options that are added to the command of a task.
    let extra: [NightlyTask: [String]]

    private static let mostDays = 3660

    /// - Throws: `UsageError`.
    init(_ arguments: ParsedArguments, _ context: CommandContext) throws {
        let today = context.clock.day
        isBackfill = arguments.isGiven("backfill")
        if isBackfill, arguments.isGiven("date") {
            throw UsageError("--date and --backfill both say for which date", hint: "Leave one of them out.")
        }
        days =
            try isBackfill
            ? Self.days(arguments.string("backfill") ?? "", today) : [arguments.day("date") ?? today]
        if days[0] > today {
            throw UsageError(
                "\(CivilDate.text(ofDay: days[0])) is after today, \(CivilDate.text(ofDay: today))",
                hint: "Name a date that has begun.")
        }
        var options = NightlyRun.Options(day: days[0])
        options.selection.only = try arguments.string("only").map { try Self.tasks($0, "only") }
        options.selection.from = arguments.choice("from", as: NightlyTask.self)
        options.selection.skipped = try arguments.string("skip").map { try Self.tasks($0, "skip") } ?? []
        if options.selection.only != nil, options.selection.from != nil {
            throw UsageError("--only and --from do not go together", hint: "Name the tasks with --only.")
        }
        guard options.selection.only?.isSubset(of: options.selection.skipped) != true else {
            throw UsageError("--skip leaves out all that --only names", hint: "Leave one of them out.")
        }
        options.tries = Int(arguments.integer("tries") ?? 3)
        options.delay = arguments.duration("retry-wait") ?? .seconds(30)
        options.retryFor = arguments.retryFor
        self.options = options
        extra = try Self.extra(arguments.strings("with"))
    }

    private static func tasks(_ text: String, _ option: String) throws -> Set<NightlyTask> {
        guard !text.isEmpty else {
            throw UsageError("--\(option) names no task", hint: "Name some, as in --\(option) compact,prune.")
        }
        return Set(try text.split(separator: ",").map { try task(String($0), "--\(option)") })
    }

    private static func task(_ name: String, _ option: String) throws -> NightlyTask {
        guard let task = NightlyTask(rawValue: name) else {
            let names = NightlyTask.allCases.map(\.rawValue)
            throw UsageError(
                "\(option) names no task '\(name)'", hint: "The tasks are \(names.joined(separator: ", ")).")
        }
        return task
    }

    private static func extra(_ texts: [String]) throws -> [NightlyTask: [String]] {
        var extra: [NightlyTask: [String]] = [:]
        for text in texts {
            guard let sign = text.firstIndex(of: "="), text[text.index(after: sign)...].hasPrefix("-") else {
                throw UsageError(
                    "--with needs a task and an option of its command, not '\(text)'",
                    hint: "Write it as in --with export=--format=ndjson.")
            }
            extra[try task(String(text[..<sign]), "--with"), default: []].append(
                String(text[text.index(after: sign)...]))
        }
        return extra
    }

    private static func days(_ text: String, _ today: Int32) throws -> [Int32] {
        let parts = text.components(separatedBy: "..")
        let found = parts.compactMap { part in Array(part.utf8).withUnsafeBytes { CivilDate.parse($0) } }
        guard parts.count == 2, found.count == 2, found[0] <= found[1] else {
            throw UsageError(
                "--backfill needs two dates, the earlier one first, not '\(text)'",
                hint: "Write it as in --backfill 2026-11-01..2026-11-20.")
        }
        guard found[1] <= today, found[1] - found[0] < mostDays else {
            throw UsageError(
                "--backfill is for \(mostDays) days at most, and not beyond today",
                hint: "Name dates up to \(CivilDate.text(ofDay: today)).")
        }
        return Array(found[0]...found[1])
    }
}

extension String {
    /// The parts between occurrences of a text.
    fileprivate func components(separatedBy separator: String) -> [String] {
        var (parts, rest) = ([String](), self[...])
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
