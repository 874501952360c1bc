import Domain
import Pipeline

/// The output of a run: what was read, what changed, and what to do next.
struct RunSummary {
    let report: LoadReport
    let ending: RunEnding
    let isDryRun: Bool

    func print(on console: Console) throws {
        let counts = report.run.counts
        let style = console.style
        let rate = report.seconds > 0 ? Double(counts.read) / report.seconds : 0
        let how = isDryRun ? "Dry run, nothing was kept" : "Run \(report.run.id) \(report.run.outcome.rawValue)"
        try console.print(
            paragraph: style.bold(how) + " after \(NumberFormat.duration(seconds: report.seconds)): "
                + "\(NumberFormat.count(counts.read, "line", "lines")) read"
                + (counts.read > 0 ? ", \(NumberFormat.rate(rate))" : ""))
        if console.isQuiet { return }
        try console.print()
        var lines = TextTable([.text("lines"), .number("count")])
        for (name, count) in [
            ("read", counts.read), ("accepted", counts.accepted), ("duplicates", counts.duplicates),
            ("rejected", counts.rejected), ("warnings", counts.warnings),
        ] { lines.add([name, NumberFormat.grouped(count)]) }
        try console.print(lines)
        try console.print()
        try printRows(on: console)
        for line in notes { try console.print(paragraph: line, hangingIndent: 2) }
    }

    private func printRows(on console: Console) throws {
        // A run that was stopped by a signal does not count the rows.
        if report.rows.isEmpty { return }
        let before = Dictionary(report.rowsBefore.map { ($0.table, $0.rows) }) { first, _ in first }
        var rows = TextTable([.text("table"), .number("rows"), .number("change")])
        for (table, count) in report.rows where count > 0 || before[table, default: 0] > 0 {
            let change = count - before[table, default: 0]
            let sign = change > 0 ? "+" : ""
            rows.add([table, NumberFormat.grouped(count), change == 0 ? "" : sign + NumberFormat.grouped(change)])
        }
        try console.print(rows)
        try console.print()
    }

    /// What the user should know or do next.
    private var notes: [String] {
        var notes: [String] = []
        let skipped = report.sources.filter { $0.state == .skipped }
        if !skipped.isEmpty {
            let files = NumberFormat.count(skipped.count, "source was", "sources were")
            notes.append("\(files) loaded before and skipped; --reload reads them again.")
        }
        notes += SourceNotes.lines(
            passedOver: report.passedOver,
            unfinished: report.sources.filter(\.isUnfinished).map(\.name))
        notes += SourceNotes.lines(remarks: report.remarks)
        notes += report.backups.map(BackupNotes.line)
        notes += ending.sentences
        if report.stopReason?.isSignal == true, report.run.counts.read > 0, report.areMartsStale {
            notes.append("The marts lack what was loaded last; the next run brings them up to date.")
        }
        if report.refresh.reenrichedFacts > 0 {
            notes.append(
                "\(NumberFormat.count(report.refresh.reenrichedFacts, "fact", "facts")) followed movies that came or changed."
            )
        }
        if report.cured > 0 {
            let lines = NumberFormat.count(report.cured, "line in quarantine is", "lines in quarantine are")
            notes.append("\(lines) cured; see `reelhouse quarantine list --cured`.")
        }
        if let rejected = rejectedNote { notes.append(rejected) }
        if let warned = warnedNote { notes.append(warned) }
        notes += MisplacedNotes.lines(report.misplaced)
        return notes
    }

    /// The most reasons for warnings that are named.
    private static let namedReasons = 5

    private var warnedNote: String? {
        let counts = report.warningsByReason.mostFrequentFirst
        if counts.isEmpty { return nil }
        var list = counts.prefix(Self.namedReasons).map { "\(NumberFormat.grouped($0.count)) \($0.reason.name)" }
        let rest = counts.dropFirst(Self.namedReasons).reduce(0) { $0 + $1.count }
        if rest > 0 { list.append("\(NumberFormat.grouped(rest)) of other kinds") }
        let total = NumberFormat.count(report.run.counts.warnings, "warning", "warnings")
        return "\(total): \(list.joined(separator: ", ")); see `reelhouse validate`."
    }

    private var rejectedNote: String? {
        let counts = report.rejectedByRule.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
        guard let first = counts.first else { return nil }
        let list = counts.map { "\(NumberFormat.grouped($0.value)) \($0.key.rawValue)" }.joined(separator: ", ")
        return "\(NumberFormat.grouped(report.run.counts.rejected)) rejected: \(list); "
            + "see `reelhouse quarantine show --rule \(first.key.rawValue)`."
    }
}
