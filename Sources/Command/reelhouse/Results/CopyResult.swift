import Domain
import JSON
import Pipeline

import enum Logging.PlainText

/// The output of a copy.
struct CopyResult {
    let report: CopyReport
    /// The locations without passwords.
    let from: String
    let to: String

    private var rowsPerSecond: Double { report.seconds > 0 ? Double(report.totalRows) / report.seconds : 0 }

    /// What `copy --json` prints: an interface, documented in the README.
    var json: JSONText {
        .object([
            ("from", .string(from)), ("to", .string(to)), ("total_rows", .integer(report.totalRows)),
            ("seconds", .double(report.seconds)), ("rows_per_second", .double(rowsPerSecond.rounded())),
            ("rows", .object(report.rows.map { ($0.table, .integer($0.rows)) })),
            ("digest", .string(report.totalDigest.text)),
            (
                "last_run",
                report.lastRun.map {
                    .object([("run_id", .integer($0.id)), ("outcome", .string($0.outcome.rawValue))])
                } ?? .null
            ),
        ])
    }

    func print(on console: Console) throws {
        let rows = NumberFormat.count(report.totalRows, "row", "rows")
        let rate = report.seconds > 0 ? ", \(NumberFormat.rate(rowsPerSecond))" : ""
        let headline =
            "\(rows) copied in \(NumberFormat.duration(seconds: report.seconds))\(rate); the digests are equal"
        try console.print(console.style.bold(headline))
        if console.isQuiet { return }
        try console.print()
        var table = TextTable([.text("table"), .number("rows")])
        for (name, count) in report.rows where count > 0 { table.add([name, NumberFormat.grouped(count)]) }
        if report.totalRows > 0 {
            try console.print(table)
            try console.print()
        }
        try console.print(
            paragraph:
                "Digest \(report.totalDigest.text). Load into the copy with --warehouse '\(PlainText.escape(to))'.")
    }
}
