import Domain
import JSON
import Pipeline

import enum Logging.PlainText

/// The output of `fetch`.
struct FetchResult {
    let report: FetchReport
    /// Whether the documents came from a raw store.
    let isOffline: Bool
    /// Whether it was asked to begin anew.
    let isAgain: Bool

    /// How many failures are named on standard error; `--json` has more.
    private static let mostNamed = 10

    /// The exit status: that of the signal that stopped it, 3 where something failed.
    var status: ExitStatus {
        if let status = report.stopReason.flatMap({ ExitStatus($0) }) { return status }
        let isWhole = report.failed == 0 && (report.posters?.failed ?? 0) == 0 && (report.backup?.unsentCount ?? 0) == 0
        return isWhole ? .done : .notAllTaken
    }

    // MARK: JSON

    /// What `fetch --json` prints: an interface, documented in the README.
    var json: JSONText {
        let failures = report.failures.map { movieID, words in
            JSONText.object([("id", .integer(movieID)), ("why", .string(words))])
        }
        var members: [(key: String, value: JSONText)] = [
            ("snapshot_date", .string(CivilDate.text(ofDay: report.day))),
            ("exit_status", .integer(Int64(status.code))),
            ("file", report.snapshot?.path.map { .string($0) } ?? .null),
            ("sha256", report.snapshot.map { .string($0.sha256) } ?? .null),
            ("bytes", .integer(report.snapshot?.bytes ?? 0)), ("ids", .integer(report.ids)),
            ("documents", .integer(report.documents)), ("new", .integer(report.new)),
            ("changed", .integer(report.changed)), ("unchanged", .integer(report.unchanged)),
            ("gone", .integer(report.gone)), ("left_out", .integer(report.leftOut)),
            ("failed", .integer(report.failed)),
            ("failures", .array(failures)), ("failed_list", report.failedList.map { .string($0) } ?? .null),
            ("resumed", .integer(report.resumed)), ("was_complete", .boolean(report.wasComplete)),
            ("requests", .integer(report.requests)), ("retries", .integer(report.retries)),
            ("cut_lists", .array(report.cutLists.map { .string($0) })), ("seconds", .double(report.seconds)),
        ]
        if let posters = report.posters {
            members.append(
                (
                    "posters",
                    .object([
                        ("fetched", .integer(posters.fetched)), ("present", .integer(posters.present)),
                        ("absent", .integer(posters.absent)), ("failed", .integer(posters.failed)),
                        (
                            "failures",
                            .array(
                                posters.failures.map {
                                    .object([("path", .string($0.path)), ("why", .string($0.words))])
                                })
                        ),
                    ])
                ))
        }
        if let backup = report.backup { members.append(("backup", BackupNotes.json(backup))) }
        return .object(members)
    }

    // MARK: Text

    func print(on console: Console) throws {
        let date = CivilDate.text(ofDay: report.day)
        if report.stopReason != nil {
            return try console.print(
                paragraph: "Stopped. What was fetched stays, and the same command "
                    + (isAgain ? "without --again " : "") + "goes on from there.")
        }
        if report.wasComplete {
            let place = report.snapshot?.path.map { " is in \(PlainText.escape($0))" } ?? " gave no documents"
            return try console.print(
                paragraph: "This fetch of \(date) is complete and\(place). To make it once more, add --again.")
        }
        if report.ids == 0 {
            let gone = report.leftOut
            return try console.print(
                paragraph: "There is nothing to fetch: "
                    + (gone == 0
                        ? "no movie was found."
                        : "\(NumberFormat.count(gone, "movie was", "movies were")) gone before, "
                            + "and \(gone == 1 ? "is" : "are") asked for again after four weeks, or with --ids."))
        }
        let documents = NumberFormat.count(report.documents, "document", "documents")
        let time = NumberFormat.duration(seconds: report.seconds)
        try console.print(console.style.bold("\(documents) of \(date) fetched in \(time)"))
        if console.isQuiet { return }
        try console.print()
        try console.print(counts)
        try console.print()
        let asked = NumberFormat.count(report.requests, "request", "requests")
        let rate = report.seconds > 0 ? ", \(NumberFormat.rate(Double(report.requests) / report.seconds))" : ""
        try console.print(
            paragraph: "\(asked)\(rate), \(NumberFormat.grouped(report.retries)) of them again. "
                + "\(NumberFormat.grouped(report.resumed)) movies were there from an earlier call.")
        for line in try notes() { try console.print(paragraph: line) }
    }

    private var counts: TextTable {
        var table = TextTable([.text("movies"), .number("number")])
        let rows: [(String, Int64)] = [
            ("new", report.new), ("changed", report.changed), ("unchanged", report.unchanged), ("gone", report.gone),
            ("gone before, not asked", report.leftOut), ("failed", report.failed),
        ]
        for (name, count) in rows { table.add([name, NumberFormat.grouped(count)]) }
        return table
    }

    private func notes() throws -> [String] {
        var lines: [String] = []
        if let posters = report.posters {
            lines.append(
                "Posters: \(NumberFormat.grouped(posters.fetched)) fetched, \(NumberFormat.grouped(posters.present)) there "
                    + "already, \(NumberFormat.grouped(posters.absent)) not at TMDB, "
                    + "\(NumberFormat.grouped(posters.failed)) failed.")
        }
        if let backup = report.backup { lines.append(BackupNotes.line(backup)) }
        if let path = report.snapshot?.path {
            let size = NumberFormat.bytes(report.snapshot?.bytes ?? 0)
            lines.append("The snapshot is \(PlainText.escape(path)) (\(size)). Try next: reelhouse run")
            if isOffline {
                lines.append(
                    "Its documents are those of the raw store as they were, under this date: load it to try things, and not "
                        + "into a warehouse whose dates count.")
            }
        } else {
            lines.append("There were no documents, so that no file was written.")
        }
        return lines
    }

    /// What has to be told whatever the form of the output.
    var warnings: [Report] {
        var warnings = report.cutLists.map { Report(kind: .warning, message: "TMDB gives only 500 pages: \($0)") }
        warnings += report.failures.prefix(Self.mostNamed).map { movieID, words in
            Report(kind: .warning, message: "movie \(movieID) failed: \(PlainText.escape(words))")
        }
        warnings += posterWarnings
        guard report.failed > 0 else { return warnings + (report.backup.map(BackupNotes.warnings) ?? []) }
        let more = report.failed - Int64(min(report.failures.count, Self.mostNamed))
        if more > 0 {
            warnings.append(
                Report(kind: .warning, message: NumberFormat.count(more, "more movie", "more movies") + " failed"))
        }
        if let list = report.failedList {
            warnings[warnings.count - 1].hint =
                "Ask for those that failed again: reelhouse fetch --ids-from '\(PlainText.escape(list))'"
        }
        return warnings + (report.backup.map(BackupNotes.warnings) ?? [])
    }

    private var posterWarnings: [Report] {
        guard let posters = report.posters, posters.failed > 0 else { return [] }
        var warnings = posters.failures.prefix(Self.mostNamed).map { path, words in
            Report(kind: .warning, message: "the poster \(PlainText.escape(path)) failed: \(PlainText.escape(words))")
        }
        let more = posters.failed - Int64(warnings.count)
        if more > 0 {
            let text = NumberFormat.count(more, "more poster", "more posters") + " failed"
            warnings.append(Report(kind: .warning, message: text))
        }
        warnings[warnings.count - 1].hint = "The next fetch with --posters asks for them again."
        return warnings
    }
}
