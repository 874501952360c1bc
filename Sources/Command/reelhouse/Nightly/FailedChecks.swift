import Domain
import JSON

/// The checks that failed or warn, read from what `check --json` printed.
struct FailedChecks {
    /// A check that found rows.
    struct Check: Equatable {
        var name: String
        /// Whether it is of level warn.
        var isWarning: Bool
        var meaning: String
        var count: Int64
        var columns: [String]
        /// The first rows, a text for each value.
        var rows: [[String]]
    }

    private(set) var checks: [Check] = []

    private static let keys: [StaticString] = ["checks", "name", "meaning", "outcome", "count", "columns", "rows"]

    /// Reads the result of the command; no checks where that is no JSON object.
    init(_ output: [UInt8]) {
        let buffer = ByteBuffer(capacity: output.count)
        output.withUnsafeBytes { _ = buffer.append($0) }
        guard let parser = try? JSONParser(keys: Self.keys, keepsUnknown: false),
            let object = try? parser.parse(buffer.bytes)
        else { return }
        withExtendedLifetime((parser, buffer)) {
            for check in Self.list(object.member(0)) {
                let outcome = Self.text(check.member(3))
                guard outcome == "failed" || outcome == "warned" else { continue }
                checks.append(
                    Check(
                        name: Self.text(check.member(1)), isWarning: outcome == "warned",
                        meaning: Self.text(check.member(2)),
                        count: check.member(4).flatMap { JSONNumber.integer($0.bytes) } ?? 0,
                        columns: Self.list(check.member(5)).map(Self.text),
                        rows: Self.list(check.member(6)).map { Self.list($0).map(Self.text) }))
            }
        }
    }

    private static func list(_ value: JSONValue?) -> [JSONValue] { value?.elements.map { $0 } ?? [] }

    private static func text(_ value: JSONValue?) -> String {
        guard let value else { return "" }
        switch value.kind {
        case .string, .number: return String(decoding: value.bytes, as: UTF8.self)
        case .true: return "true"
        case .false: return "false"
        default: return ""
        }
    }

    /// How many rows those found that failed.
    var rows: Int64 { failed.reduce(0) { $0 + $1.count } }

    private var failed: [Check] { checks.filter { !$0.isWarning } }

    /// What is recorded of the task; nil where none failed.
    var message: String? {
        if failed.isEmpty { return nil }
        let names = failed.map { "\($0.name) (\(NumberFormat.count($0.count, "row", "rows")))" }
        return "\(NumberFormat.count(failed.count, "check", "checks")) failed: \(names.joined(separator: ", "))"
    }

    /// Names the checks and shows their first rows on standard error.
    func report(on console: Console) {
        for check in checks {
            console.report(
                Report(
                    kind: check.isWarning ? .warning : .error,
                    message: "the check \(check.name) found \(NumberFormat.count(check.count, "row", "rows")). "
                        + check.meaning,
                    hint: "See them all by the task's command with `--only \(check.name) --limit \(check.count)`."))
            var table = TextTable(check.columns.map { .text($0) })
            for row in check.rows { table.add(row) }
            console.say(table.text())
        }
    }
}
