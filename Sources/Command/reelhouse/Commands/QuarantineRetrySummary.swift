import Domain
import JSON
import Pipeline

import enum Logging.PlainText

/// The output of a retry.
struct QuarantineRetrySummary {
    let report: QuarantineReport
    let isDryRun: Bool

    /// What `retry --json` prints: an interface, documented in the README.
    var json: JSONText {
        let head: [(String, JSONText)] = [
            ("run_id", isDryRun ? .null : .integer(report.run.id)), ("outcome", .string(report.run.outcome.rawValue)),
            ("dry_run", .boolean(isDryRun)),
        ]
        let tail: [(String, JSONText)] = [
            ("seconds", .double(report.seconds)), ("rejected_by_rule", counts(report.rejectedByRule)),
            ("warnings_by_reason", RunJSON.byReason(report.warningsByReason)),
            ("cured", .integer(report.cured)), ("left_aside", counts(report.leftAside)),
            ("missing", .integer(report.missing)),
            (
                "faults",
                .array(
                    report.faults.map { fault in
                        .object([
                            ("rejected_id", .integer(fault.id)), ("rule", .string(fault.rule.rawValue)),
                            ("message", .string(fault.message)),
                        ])
                    })
            ),
        ]
        return .object(head + RunJSON.counts(report.run.counts) + tail)
    }

    private func counts(_ counts: [CleaningRule: Int64]) -> JSONText {
        .object(
            CleaningRule.allCases.compactMap { rule in counts[rule].map { (rule.rawValue, .integer($0)) } })
    }

    func print(on console: Console) throws {
        try console.print(console.style.bold(headline))
        if console.isQuiet { return }
        if !report.rejectedByRule.isEmpty {
            try console.print()
            var table = TextTable([
                .text("rule"), .number(isDryRun ? "would stay" : "stay"), .prose("a line is rejected when"),
            ])
            for (rule, count) in report.rejectedByRule.sorted(by: {
                ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue)
            }) {
                table.add([rule.rawValue, NumberFormat.grouped(count), rule.explanation.rejects])
            }
            try console.print(table)
        }
        if !notes.isEmpty { try console.print() }
        for note in notes { try console.print(paragraph: PlainText.escape(note), hangingIndent: 2) }
    }

    private var headline: String {
        let counts = report.run.counts
        let lines = NumberFormat.count(counts.read, "line", "lines")
        var parts = [
            isDryRun
                ? "\(lines), \(NumberFormat.grouped(counts.accepted)) would be accepted"
                : "\(lines) tried again, \(NumberFormat.grouped(counts.accepted)) accepted"
        ]
        if counts.duplicates > 0 {
            parts.append("\(NumberFormat.grouped(counts.duplicates)) in the warehouse already")
        }
        if counts.rejected > 0 {
            parts.append("\(NumberFormat.grouped(counts.rejected)) \(isDryRun ? "would stay" : "still rejected")")
        }
        return parts.joined(separator: ", ")
    }

    private var notes: [String] {
        var notes = report.faults.map { "#\($0.id) still breaks \($0.rule.rawValue): \($0.message)" }
        let aside = report.leftAside.sorted { $0.key.rawValue < $1.key.rawValue }
        if !aside.isEmpty {
            let list = aside.map { "\(NumberFormat.grouped($0.value)) \($0.key.rawValue)" }.joined(separator: ", ")
            notes.append(
                "Not tried, since the quarantine has only the first part of the line: \(list). Repair the file or split "
                    + "the line at its source, and load it with `reelhouse run`.")
        }
        if report.missing > 0 {
            notes.append(
                "\(NumberFormat.count(report.missing, "line", "lines")) skipped: not in this quarantine, or cured already."
            )
        }
        if report.cured > 0 {
            notes.append(
                "\(NumberFormat.count(report.cured, "other line is", "other lines are")) cured: their events or movies came "
                    + "with these.")
        }
        if report.stopReason != nil {
            notes.append("Interrupted before the end. Run the same command again to try the rest.")
        }
        if !isDryRun, let rule = report.rejectedByRule.max(by: { $0.value < $1.value })?.key {
            notes.append("Try next:  reelhouse quarantine show --rule \(rule.rawValue)")
        }
        return notes
    }
}
