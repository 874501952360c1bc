import Domain
import JSON
import Pipeline

import enum Logging.PlainText

/// The output of `validate` as text or JSON.
struct ValidationSummary {
    let report: ValidationReport
    let seconds: Double

    private var rules: [CleaningRule] {
        CleaningRule.allCases.filter { report.total.rejected[$0] != nil }.sorted {
            report.total.rejected[$0, default: 0] > report.total.rejected[$1, default: 0]
        }
    }

    private var reasons: [WarningReason] { report.total.warnings.mostFrequentFirst.map(\.reason) }

    var json: JSONText {
        let head: [(String, JSONText)] = counts(report.total.counts) + [("seconds", .double(seconds))]
        return .object(
            head + [
                ("rejected_by_rule", byRule(report.total)), ("examples", .array(rules.flatMap(examples))),
                ("warnings_by_reason", RunJSON.byReason(report.total.warnings)),
                ("warning_examples", .array(reasons.flatMap(warningExamples))),
            ] + MisplacedNotes.json(report.total.misplaced) + [
                ("sources", .array(report.sources.map(source))),
                ("unreadable", SourceNotes.json(report.unreadable)),
                ("passed_over", SourceNotes.json(report.passedOver)),
            ])
    }

    private func counts(_ counts: LineCounts) -> [(String, JSONText)] {
        [
            ("read", .integer(counts.read)), ("valid", .integer(counts.accepted)),
            ("rejected", .integer(counts.rejected)), ("warnings", .integer(counts.warnings)),
        ]
    }

    private func byRule(_ tally: ValidationTally) -> JSONText {
        .object(CleaningRule.allCases.compactMap { rule in tally.rejected[rule].map { (rule.rawValue, .integer($0)) } })
    }

    private func examples(_ rule: CleaningRule) -> [JSONText] {
        report.total.examples[rule, default: []].map { .object([("rule", .string(rule.rawValue))] + members($0)) }
    }

    private func warningExamples(_ reason: WarningReason) -> [JSONText] {
        report.total.warningExamples[reason, default: []].map { example in
            .object(
                [("reason", .string(reason.name)), ("consequence", .string(reason.consequence))] + members(example))
        }
    }

    private func members(_ example: ValidationExample) -> [(String, JSONText)] {
        [
            ("source", .string(example.source)), ("line", .integer(example.line)),
            ("byte_offset", .integer(example.byteOffset)), ("message", .string(example.message)),
        ]
    }

    private func source(_ source: ValidatedSource) -> JSONText {
        let head: [(String, JSONText)] = [
            ("source", .string(source.name)), ("port", .string(source.port.rawValue)),
            ("repeated", .boolean(source.isRepeated)), ("damaged", .boolean(source.tally.isDamaged)),
            ("unsupported", .boolean(source.tally.isUnsupported)),
            ("looks_like", source.looksLike.map { .string($0.rawValue) } ?? .null),
            ("unfinished", .boolean(source.isUnfinished)),
        ]
        return .object(
            head + counts(source.tally.counts) + [
                ("rejected_by_rule", byRule(source.tally)),
                ("warnings_by_reason", RunJSON.byReason(source.tally.warnings)),
            ])
    }

    func print(on console: Console) throws {
        let counts = report.total.counts
        try console.print(
            paragraph: console.style.bold(
                counts.rejected == 0 ? "Nothing would be rejected" : "Some lines would be rejected")
                + ": \(NumberFormat.count(counts.read, "line", "lines")) read, \(NumberFormat.grouped(counts.rejected)) "
                + "rejected, \(NumberFormat.count(counts.warnings, "warning", "warnings"))")
        if console.isQuiet { return }
        try printSums(on: console)
        try console.print()
        var table = TextTable([
            .path("source"), .text("port"), .text("rule"), .number("lines"),
        ])
        for source in report.sources {
            let name = [source.name, source.port.rawValue]
            if source.isRepeated {
                table.add(name + ["(the same bytes came before)"])
                continue
            }
            table.add(name + ["valid", NumberFormat.grouped(source.tally.counts.accepted)])
            for rule in CleaningRule.allCases {
                guard let count = source.tally.rejected[rule] else { continue }
                table.add(name + [rule.rawValue, NumberFormat.grouped(count)])
            }
        }
        try console.print(table)
        let notes =
            SourceNotes.lines(
                passedOver: report.passedOver,
                unfinished: report.sources.filter(\.isUnfinished).map(\.name))
            + MisplacedNotes.lines(report.total.misplaced)
        if !notes.isEmpty { try console.print() }
        for note in notes { try console.print(paragraph: note, hangingIndent: 2) }
        for rule in rules {
            let rest = report.total.rejected[rule, default: 0]
            try print(
                report.total.examples[rule, default: []], of: rest, ("line", "lines"), on: console,
                under: console.style.bold(rule.rawValue) + "  (`reelhouse explain \(rule.rawValue)`)")
        }
        try printWarnings(on: console)
        if let rule = rules.first { try console.print("\nTry next:  reelhouse explain \(rule.rawValue)") }
    }

    /// Prints the rejected lines by rule over all sources, and what to do about them. This comes before the table of
    /// sources, which may be long.
    private func printSums(on console: Console) throws {
        if rules.isEmpty { return }
        var table = TextTable([.text("rule"), .number("lines"), .prose("what to do")])
        for rule in rules {
            table.add([
                rule.rawValue, NumberFormat.grouped(report.total.rejected[rule, default: 0]), rule.explanation.remedy,
            ])
        }
        try console.print()
        try console.print(console.style.bold("Rejected lines by rule"))
        try console.print(table)
    }

    private func printWarnings(on console: Console) throws {
        if reasons.isEmpty { return }
        var table = TextTable([.path("source"), .text("port"), .text("warning"), .number("count")])
        for source in report.sources {
            for (reason, count) in source.tally.warnings.mostFrequentFirst {
                table.add([source.name, source.port.rawValue, reason.name, NumberFormat.grouped(count)])
            }
        }
        try console.print()
        try console.print(table)
        for reason in reasons {
            try print(
                report.total.warningExamples[reason, default: []], of: report.total.warnings[reason, default: 0],
                ("warning", "warnings"), on: console,
                under: console.style.bold(reason.name) + "  (\(reason.consequence))")
        }
    }

    /// Prints examples under a heading, and how many more lines there are.
    private func print(
        _ examples: [ValidationExample], of count: Int64, _ noun: (one: String, many: String), on console: Console,
        under heading: String
    ) throws {
        if examples.isEmpty { return }
        try console.print()
        try console.print(paragraph: heading, hangingIndent: 2)
        for example in examples {
            let number = ":\(example.line):\(example.byteOffset)"
            var source = PlainText.escape(example.source)
            if let width = console.outputWidth {
                source = PathText.shortened(source, to: max(8, width - number.count - 2))
            }
            try console.print(
                paragraph: "  \(source)\(number)  \(PlainText.escape(example.message))", hangingIndent: 4)
        }
        let rest = count - Int64(examples.count)
        if rest > 0 {
            try console.print(paragraph: "  … and \(NumberFormat.count(rest, noun.one, noun.many)) more (--limit)")
        }
    }
}
