import Domain
import JSON
import Pipeline

import enum Logging.PlainText

/// What a run says of its backup (`--backup`).
enum BackupNotes {
    /// How many documents that were refused are named on standard error; `--json` has more.
    private static let mostNamed = 20

    /// How many documents are in the backup.
    static func line(_ report: BackupReport) -> String {
        let documents = NumberFormat.count(report.confirmed, "accepted document is", "accepted documents are")
        let again =
            report.sentAgain > 0
            ? "; after a lost connection \(NumberFormat.grouped(report.sentAgain)) of them may be there twice" : ""
        return "\(documents) in the backup \(PlainText.escape(report.location))\(again)."
    }

    /// That documents are not in the backup; nil when all are.
    static func refused(_ report: BackupReport) -> String? {
        if report.unsentCount == 0 { return nil }
        let documents = NumberFormat.count(report.unsentCount, "accepted document is", "accepted documents are")
        return "\(documents) loaded, and not in the backup \(PlainText.escape(report.location))."
    }

    /// The documents that the backup refused, each with the reason.
    static func warnings(_ report: BackupReport) -> [Report] {
        var warnings = report.unsent.prefix(mostNamed).map { Report(kind: .warning, message: $0.message) }
        if warnings.isEmpty { return [] }
        let more = report.unsentCount - Int64(warnings.count)
        if more > 0 {
            let text = NumberFormat.count(more, "more document was", "more documents were")
            warnings.append(Report(kind: .warning, message: text + " not sent"))
        }
        warnings[warnings.count - 1].hint =
            "Where the limit is the topic's or the broker's, raise it, and send the files to the topic with `reelhouse publish "
            + "movies`."
        return warnings
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
