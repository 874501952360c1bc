import Domain
import JSON
import Pipeline

/// What `run --json` prints: an interface, documented in the README.
enum RunJSON {
    static func text(_ report: LoadReport, _ ending: RunEnding, withStages: Bool = false) -> String {
        var members: [(String, JSONText)] = [
            ("run_id", .integer(report.run.id)), ("outcome", .string(report.run.outcome.rawValue)),
        ]
        members += [
            ("exit_status", .integer(Int64(ending.status.code))),
            ("reasons", .array(ending.sentences.map { .string($0) })),
        ]
        members += counts(report.run.counts)
        members.append(("seconds", .double(report.seconds)))
        let rules = CleaningRule.allCases.compactMap { rule in
            report.rejectedByRule[rule].map { (rule.rawValue, JSONText.integer($0)) }
        }
        members.append(("rejected_by_rule", .object(rules)))
        members.append(("warnings_by_reason", byReason(report.warningsByReason)))
        members += MisplacedNotes.json(report.misplaced)
        members.append(("cured", .integer(report.cured)))
        members.append(("rows", .object(report.rows.map { ($0.table, .integer($0.rows)) })))
        members.append(("sources", .array(report.sources.map(source))))
        members.append(("unreadable", SourceNotes.json(report.unreadable)))
        members.append(("lost", SourceNotes.json(report.lost, name: "source")))
        members.append(("remarks", SourceNotes.json(report.remarks, name: "source")))
        members.append(("passed_over", SourceNotes.json(report.passedOver)))
        members += report.backups.map { (BackupNotes.key($0.port), BackupNotes.json($0)) }
        if withStages { members.append(("stages", stages(report))) }
        return JSONText.object(members).compact
    }

    private static func source(_ source: SourceReport) -> JSONText {
        let head: [(String, JSONText)] = [
            ("source", .string(source.name)), ("port", .string(source.port.rawValue)),
            ("state", .string(source.state.rawValue)), ("damaged", .boolean(source.isDamaged)),
            ("unsupported", .boolean(source.isUnsupported)),
            ("looks_like", source.looksLike.map { .string($0.rawValue) } ?? .null),
            ("unfinished", .boolean(source.isUnfinished)),
        ]
        return .object(head + counts(source.counts))
    }

    private static func stages(_ report: LoadReport) -> JSONText {
        let times = LoadStage.allCases.compactMap { stage in report.stages[stage].map { (stage.rawValue, $0) } }
        return .object(
            times.map { name, time in
                (name, .object([("seconds", .double(time.seconds)), ("cpu_seconds", .double(time.cpuSeconds))]))
            })
    }

    /// The most frequent first.
    static func byReason(_ warnings: [WarningReason: Int64]) -> JSONText {
        .object(warnings.mostFrequentFirst.map { ($0.reason.name, .integer($0.count)) })
    }

    static func counts(_ counts: LineCounts) -> [(String, JSONText)] {
        [
            ("read", .integer(counts.read)), ("accepted", .integer(counts.accepted)),
            ("duplicates", .integer(counts.duplicates)), ("rejected", .integer(counts.rejected)),
            ("warnings", .integer(counts.warnings)),
        ]
    }
}
