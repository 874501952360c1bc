import Domain
import JSON
import Pipeline

/// The output of `nightly`.
struct NightlyResult {
    private var batches: [(report: NightlyReport, status: ExitStatus)] = []
    /// How many lines in quarantine a retry may load now, since only the clock of their run was behind their time; nil
    /// where that could not be read.
    var linesInTime: Int64?

    /// The exit status: that of the first batch that failed; else of one of which not all was taken.
    var status: ExitStatus {
        batches.map(\.status).first { $0 != .done && $0 != .notAllTaken } ?? batches.map(\.status).first { $0 != .done }
            ?? .done
    }

    /// Adds a batch.
    ///
    /// - Parameter statuses: the exit status of each task that was done.
    mutating func add(_ report: NightlyReport, _ statuses: [NightlyTask: ExitStatus]) {
        batches.append((report, Self.status(report, statuses)))
    }

    private static func status(_ report: NightlyReport, _ statuses: [NightlyTask: ExitStatus]) -> ExitStatus {
        if let status = report.stopReason.flatMap({ ExitStatus($0) }) { return status }
        if let failure = report.failure { return ExitStatus(failure.kind) }
        let asked = NightlyTask.allCases.filter(report.asked.contains)
        func first(_ outcome: NightlyOutcome) -> ExitStatus? {
            let names = report.nightly.tasks.filter { $0.outcome == outcome }.map(\.task)
            return asked.first { names.contains($0.rawValue) }.map { statuses[$0] ?? .failed }
        }
        return first(.stopped) ?? first(.failed) ?? first(.partial) ?? .done
    }

    /// `completed`, `failed` or `stopped`.
    var outcome: String {
        switch status {
        case .done, .notAllTaken, .stoppedInTime: "completed"
        case .interrupted, .terminated: "stopped"
        case .failed, .usage, .inUse, .unreachable: "failed"
        }
    }

    /// Why the status is not 0: what was not done, and of what not all was taken.
    var reasons: [String] {
        batches.flatMap { report, _ in
            let date = CivilDate.text(ofDay: report.nightly.day)
            let tasks = report.nightly.tasks.filter { [.failed, .partial].contains($0.outcome) }.map { task in
                "\(date), \(task.task) (\(task.outcome.rawValue)): \(task.error ?? "")."
            }
            return tasks + (report.failure.map { ["\(date), ended early: \($0.message)."] } ?? [])
        }
    }

    // MARK: JSON

    /// What `nightly --json` prints: an interface, documented in the README.
    var json: JSONText {
        .object([
            ("exit_status", .integer(Int64(status.code))),
            ("lines_to_retry", linesInTime.map { .integer($0) } ?? .null),
            ("nightlies", .array(batches.map { Self.json($0.report, $0.status) })),
        ])
    }

    private static func json(_ report: NightlyReport, _ status: ExitStatus) -> JSONText {
        .object([
            ("nightly_id", .integer(report.nightly.id)),
            ("day", .string(CivilDate.text(ofDay: report.nightly.day))),
            ("exit_status", .integer(Int64(status.code))), ("resumed", .boolean(report.isResumed)),
            ("seconds", .double(report.seconds)), ("error", report.failure.map { .string($0.message) } ?? .null),
            ("tasks", .array(report.nightly.tasks.map(json))),
        ])
    }

    private static func json(_ task: NightlyTaskRecord) -> JSONText {
        func integer(_ value: Int64?) -> JSONText { value.map { .integer($0) } ?? .null }
        func time(_ value: Int64?) -> JSONText { value.map { .string(Timestamp.text($0)) } ?? .null }
        return .object([
            ("task", .string(task.task)), ("outcome", .string(task.outcome.rawValue)),
            ("started_at", time(task.startedAt)), ("finished_at", time(task.finishedAt)),
            ("rows", integer(task.rows)), ("bytes", integer(task.bytes)), ("tries", .integer(task.tries)),
            ("error", task.error.map { .string($0) } ?? .null),
        ])
    }

    // MARK: Text

    /// Prints the last batch.
    func printLast(on console: Console) throws {
        guard let (report, status) = batches.last else { return }
        let date = CivilDate.text(ofDay: report.nightly.day)
        guard !report.asked.isEmpty else {
            return try console.print("The batch for \(date) is done already; --from fetch does it again.")
        }
        let begin = report.isResumed ? "went on" : "done"
        let time = NumberFormat.duration(seconds: report.seconds)
        let number = report.nightly.id > 0 ? " \(report.nightly.id)" : ""
        try console.print(
            console.style.bold("Nightly\(number) for \(date): \(words(status, begin)), in \(time)"))
        if console.isQuiet { return }
        var table = TextTable([
            .text("task"), .text("outcome"), .number("rows"), .number("size"), .number("time"), .number("tries"),
            .prose("note"),
        ])
        for task in report.nightly.tasks {
            table.add([
                task.task, task.outcome.rawValue, task.rows.map { NumberFormat.grouped($0) } ?? "",
                task.bytes.map { NumberFormat.bytes($0) } ?? "",
                task.seconds.map { NumberFormat.duration(seconds: $0) } ?? "",
                task.tries > 0 ? "\(task.tries)" : "", task.error ?? "",
            ])
        }
        try console.print(table)
        if status != .done, status != .notAllTaken {
            try console.print(paragraph: "Run the same command again to go on with what is not done.")
        }
    }

    /// Prints what there is to do about lines in quarantine.
    func printLinesToRetry(on console: Console) throws {
        guard let lines = linesInTime, lines > 0, !console.isQuiet else { return }
        try console.print(
            paragraph:
                "At least \(NumberFormat.count(lines, "line", "lines")) in quarantine can be loaded now, since only "
                + "the clock of their run was wrong: "
                + "reelhouse quarantine retry --rule \(CleaningRule.eventTimeOutOfRange.rawValue)")
    }

    /// Reports why the last batch ended early, if it did.
    func reportLast(on console: Console) {
        guard let (report, _) = batches.last, report.stopReason == nil, let failure = report.failure else { return }
        console.report(
            Report(
                message: "the nightly ended early, since its tasks cannot be recorded any more: \(failure.message)",
                hint: failure.hint + " Then run the same command again: it goes on with the first task that is not "
                    + "recorded as done."))
    }

    private func words(_ status: ExitStatus, _ begin: String) -> String {
        switch status {
        case .done: begin
        case .notAllTaken: "\(begin), but not all was taken"
        case .stoppedInTime: "\(begin), with input left"
        case .interrupted, .terminated: "stopped"
        case .failed, .usage, .inUse, .unreachable: "failed"
        }
    }
}
