import Domain
import JSON
import Pipeline

import enum Logging.PlainText

/// What a run says of its backup (`--backup`).
enum BackupNotes {
    /// How many lines that were refused are named on standard error; `--json` has more.
    private static let mostNamed = 20

    private static func accepted(_ count: Int64, of port: SourcePort) -> String {
        switch port {
        case .movies: NumberFormat.count(count, "accepted document is", "accepted documents are")
        case .events: NumberFormat.count(count, "accepted event is", "accepted events are")
        }
    }

    /// How many lines are in the backup.
    static func line(_ report: BackupReport) -> String {
        let lines = accepted(report.confirmed, of: report.port)
        let again =
            report.sentAgain > 0
            ? "; after a lost connection \(NumberFormat.grouped(report.sentAgain)) of them may be there twice" : ""
        return "\(lines) in the backup \(PlainText.escape(report.location))\(again)."
    }

    /// That lines are not in the backup; nil when all are.
    static func refused(_ report: BackupReport) -> String? {
        if report.unsentCount == 0 { return nil }
        return
            "\(accepted(report.unsentCount, of: report.port)) loaded, and not in the backup \(PlainText.escape(report.location))."
    }

    /// The lines that the backup refused, each with the reason.
    static func warnings(_ report: BackupReport) -> [Report] {
        var warnings = report.unsent.prefix(mostNamed).map { Report(kind: .warning, message: $0.message) }
        if warnings.isEmpty { return [] }
        let more = report.unsentCount - Int64(warnings.count)
        if more > 0 {
            let text = NumberFormat.count(more, "more line was", "more lines were")
            warnings.append(Report(kind: .warning, message: text + " not sent"))
        }
        warnings[warnings.count - 1].hint =
            "Where the limit is the topic's or the broker's, raise it, and send the files to the topic with `reelhouse publish "
            + "\(report.port.rawValue)`."
        return warnings
    }

    /// The key of a port's backup in `--json`.
    static func key(_ port: SourcePort) -> String {
        switch port {
        case .movies: "backup"
        case .events: "event_backup"
        }
    }

    /// The form in `--json`.
    static func json(_ report: BackupReport) -> JSONText {
        .object([
            ("to", .string(report.location)), ("confirmed", .integer(report.confirmed)),
            ("sent_again", .integer(report.sentAgain)), ("not_sent", .integer(report.unsentCount)),
            ("not_sent_lines", .array(report.unsent.map(\.json))),
        ])
    }
}
