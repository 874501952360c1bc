import Domain
import JSON
import Pipeline

import enum Logging.PlainText

/// The output of `restore`.
struct RestoreResult {
    let report: RestoreReport
    /// The topic, without its password.
    let from: String
    /// The folder.
    let to: String

    /// How many documents that were left out are named on standard error; `--json` has more.
    private static let mostNamed = 20

    var status: ExitStatus { report.isIncomplete ? .notAllTaken : .done }

    // MARK: JSON

    /// What `restore --json` prints: an interface, documented in the README.
    var json: JSONText {
        let date = { (day: Int32?) in day.map { JSONText.string(CivilDate.text(ofDay: $0)) } ?? .null }
        return .object([
            ("port", "movies"), ("from", .string(from)), ("to", .string(to)),
            ("exit_status", .integer(Int64(status.code))), ("documents", .integer(report.documents)),
            ("bytes", .integer(report.bytes)), ("files", .integer(Int64(report.files.count))),
            ("file_bytes", .integer(report.files.bytes)), ("first_date", date(report.files.days?.lowerBound)),
            ("last_date", date(report.files.days?.upperBound)), ("seconds", .double(report.seconds)),
            ("left_out", .integer(report.leftOutCount)), ("left_out_documents", .array(report.leftOut.map(\.json))),
            ("lost", SourceNotes.json(report.lost, name: "source")),
            ("remarks", SourceNotes.json(report.remarks, name: "source")),
        ])
    }

    // MARK: Text

    func print(on console: Console) throws {
        let documents = NumberFormat.count(report.documents, "document", "documents")
        let time = NumberFormat.duration(seconds: report.seconds)
        try console.print(console.style.bold("\(documents) restored to \(PlainText.escape(to)) in \(time)"))
        if console.isQuiet { return }
        if let days = report.files.days {
            let files = NumberFormat.count(report.files.count, "file", "files")
            let (first, last) = (CivilDate.text(ofDay: days.lowerBound), CivilDate.text(ofDay: days.upperBound))
            let dates = first == last ? "snapshot date \(first)" : "snapshot dates \(first) to \(last)"
            try console.print(
                paragraph: "  \(files), \(NumberFormat.bytes(report.files.bytes)), \(dates)", hangingIndent: 2)
            try console.print("\nTry next:  reelhouse run --movies \(PlainText.escape(to))")
        } else {
            try console.print("  The topic has no documents, and nothing was written.")
        }
        for line in SourceNotes.lines(remarks: report.remarks) { try console.print(paragraph: line, hangingIndent: 2) }
    }

    /// What has to be told whatever the form of the output.
    var warnings: [Report] {
        var warnings = report.leftOut.prefix(Self.mostNamed).map { document in
            Report(kind: .warning, message: document.message)
        }
        if report.leftOutCount > Int64(warnings.count) {
            let more = report.leftOutCount - Int64(warnings.count)
            let text = NumberFormat.count(more, "more document was", "more documents were")
            warnings.append(Report(kind: .warning, message: text + " not restored"))
        }
        warnings += report.lost.map {
            Report(kind: .warning, message: "\(PlainText.escape($0.name)): \($0.reason)")
        }
        return warnings
    }
}

extension LeftOutDocument {
    fileprivate var message: String {
        let place = "offset \(line) of \(PlainText.escape(source)) was not restored"
        switch reason {
        case .tooLong: return "\(place): its \(NumberFormat.grouped(bytes)) bytes are more than 16 MiB"
        case .notOneLine: return "\(place): it is no JSON, and has line feeds that no line of a file can hold"
        case .noDate: return "\(place): it has no snapshot_date, and its timestamp is of no year from 1 to 9999"
        }
    }

    private var code: JSONText {
        switch reason {
        case .tooLong: "too_long"
        case .notOneLine: "not_one_line"
        case .noDate: "no_date"
        }
    }

    fileprivate var json: JSONText {
        .object([
            ("source", .string(source)), ("offset", .integer(line)), ("bytes", .integer(bytes)), ("reason", code),
        ])
    }
}
