import Domain
import JSON
import Pipeline

import enum Logging.PlainText

/// What checks found, as text or JSON.
struct CheckText {
    let report: CheckReport

    /// A line for each check, and below it the rows that it found.
    func print(on console: Console) throws {
        let width = report.results.map(\.check.name.count).max() ?? 0
        for result in report.results {
            try console.print(line(result, width, console.style))
            if result.outcome == .found { try printRows(of: result, on: console) }
        }
        try console.print(console.style.bold(summary))
    }

    private func line(_ result: CheckResult, _ width: Int, _ style: TextStyle) -> String {
        let name = DisplayWidth.pad(result.check.name, to: width)
        let seconds = result.seconds >= 1 ? "  \(NumberFormat.fixed(result.seconds, digits: 1)) s" : ""
        switch result.outcome {
        case .passed: return "\(style.green("ok"))       \(name)\(seconds)".trimmedAtEnd
        case .skipped(let reason): return "\(style.yellow("skipped"))  \(name)  \(reason)"
        case .found:
            let mark = result.check.level == .error ? style.red("FAILED") + "   " : style.yellow("warning") + "  "
            return "\(mark)\(name)  \(NumberFormat.count(result.count, "row", "rows"))\(seconds)"
        }
    }

    private func printRows(of result: CheckResult, on console: Console) throws {
        try console.print()
        try console.print(paragraph: result.check.meaning)
        try console.print()
        if !result.rows.isEmpty {
            let table = TableRowWriter.table(result.columns, result.rows.map { $0.map(CellValue.init) })
            try console.write(table.readableText(width: console.outputWidth))
        }
        let more = result.count - Int64(result.rows.count)
        if more > 0 { try console.print("… and \(NumberFormat.count(more, "more row", "more rows")) (--limit)") }
        try console.print()
    }

    private var summary: String {
        let parts = [
            (report.passed.count, "passed"), (report.failed.count, "failed"), (report.warned.count, "with a warning"),
            (report.skipped.count, "skipped"),
        ]
        let counted = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        return "\(NumberFormat.count(report.results.count, "check", "checks")): \(counted)"
    }

    /// The same as JSON.
    var json: JSONText {
        .object([
            ("warehouse", .string(report.location)), ("now", .string(Timestamp.text(report.now))),
            ("passed", .integer(Int64(report.passed.count))), ("failed", .integer(Int64(report.failed.count))),
            ("warned", .integer(Int64(report.warned.count))), ("skipped", .integer(Int64(report.skipped.count))),
            ("seconds", .real(report.seconds)), ("checks", .array(report.results.map(Self.json))),
        ])
    }

    private static func json(_ result: CheckResult) -> JSONText {
        let outcome: (String, String?) =
            switch result.outcome {
            case .passed: ("passed", nil)
            case .found: (result.check.level == .error ? "failed" : "warned", nil)
            case .skipped(let reason): ("skipped", reason)
            }
        return .object([
            ("name", .string(result.check.name)), ("level", .string(result.check.level.rawValue)),
            ("outcome", .string(outcome.0)), ("reason", outcome.1.map { .string($0) } ?? .null),
            ("meaning", .string(result.check.meaning)), ("count", .integer(result.count)),
            ("columns", .array(result.columns.map { .string($0) })),
            ("rows", .array(result.rows.map { .array($0.map { CellValue($0).json }) })),
            ("seconds", .real(result.seconds)),
        ])
    }
}

/// The checks that there are, and their parameters.
struct CheckList {
    let set: CheckSet

    func print(on console: Console) throws {
        var table = TextTable([.text("check"), .text("level"), .text("cost"), .prose("what its rows mean")])
        for check in set.checks {
            table.add([check.name, check.level.rawValue, check.isSlow ? "slow" : "quick", check.meaning])
        }
        try console.print(table)
        if set.parameters.isEmpty || console.isQuiet { return }
        try console.print()
        var parameters = TextTable([.text("parameter"), .text("value"), .prose("what it says")])
        for parameter in set.parameters {
            parameters.add([parameter.name, parameter.value.description, parameter.meaning])
        }
        try console.print(parameters)
    }

    var json: JSONText {
        .object([
            (
                "checks",
                .array(
                    set.checks.map { check in
                        .object([
                            ("name", .string(check.name)), ("level", .string(check.level.rawValue)),
                            ("cost", .string(check.isSlow ? "slow" : "quick")),
                            ("needs", .array(check.needs.map { .string($0) })), ("meaning", .string(check.meaning)),
                            ("file", .string(check.file)), ("line", .integer(Int64(check.line))),
                        ])
                    })
            ),
            (
                "parameters",
                .array(
                    set.parameters.map { parameter in
                        .object([
                            ("name", .string(parameter.name)), ("value", .string(parameter.value.description)),
                            ("meaning", .string(parameter.meaning)),
                        ])
                    })
            ),
        ])
    }
}

extension CellValue {
    /// A value of a query.
    init(_ value: QueryValue) {
        switch value {
        case .null: self = .null
        case .boolean(let boolean): self = .boolean(boolean)
        case .integer(let integer): self = .integer(integer)
        case .real(let real): self = .real(real)
        case .notFinite(let word): self = .notFinite(word)
        case .decimal(let digits): self = .decimal(digits)
        case .text(let text): self = .text(text)
        case .blob(let bytes): self = .blob(bytes)
        }
    }

    /// The value in JSON. A decimal number that no double equals is a text, so that no reader loses digits.
    fileprivate var json: JSONText {
        switch self {
        case .null, .notFinite: .null
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .real(let value): .real(value)
        case .decimal, .text, .blob: .string(text ?? "")
        }
    }
}

extension String {
    fileprivate var trimmedAtEnd: String {
        String(self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)])
    }
}
