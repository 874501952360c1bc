import Domain
import JSON
import Pipeline

import enum Logging.PlainText

/// The output of `compact`.
struct CompactResult {
    let report: CompactReport
    /// The folder, as the user named it.
    let folder: String

    /// How many files that were left are named; `--json` has all.
    private static let mostNamed = 20

    /// A file that is left is no failure: the next run or the next day brings it.
    var status: ExitStatus {
        switch report.stopReason {
        case .interrupt: .interrupted
        case .terminate: .terminated
        case .duration, nil: report.unreadable.isEmpty ? .done : .notAllTaken
        }
    }

    /// Why not all was taken, in sentences; empty where all was.
    var reasons: [String] {
        guard status == .notAllTaken, let first = report.unreadable.first else { return [] }
        let files = NumberFormat.count(report.unreadable.count, "file or folder", "files or folders")
        return ["\(files) could not be read, as \(PlainText.escape(first.name)): \(first.reason)."]
    }

    // MARK: JSON

    /// What `compact --json` prints: an interface, documented in the README.
    var json: JSONText {
        .object([
            ("folder", .string(folder)), ("dry_run", .boolean(report.isDryRun)),
            ("exit_status", .integer(Int64(status.code))),
            ("reasons", .array(reasons.map { .string($0) })),
            ("originals", .integer(Int64(report.originals.count))), ("read", .integer(report.read)),
            ("written", .integer(report.written)), ("duplicates", .integer(report.duplicates)),
            ("conflicts", .integer(report.conflicts)), ("rejected", .integer(report.rejected)),
            ("bytes_before", .integer(report.bytesBefore)), ("bytes_after", .integer(report.bytesAfter)),
            ("seconds", .double(report.seconds)),
            ("days", .array(report.days.map { .string($0.text) })),
            (
                "files",
                .array(
                    report.files.map {
                        .object([
                            ("path", .string($0.name)), ("lines", .integer($0.lines)), ("bytes", .integer($0.size)),
                            ("merged", .boolean($0.isMerged)),
                        ])
                    })
            ),
            ("not_removed", .array(report.notRemoved.map { .string($0) })),
            ("left", SourceNotes.json(report.left, name: "path")),
            ("unreadable", SourceNotes.json(report.unreadable, name: "path")),
        ])
    }

    // MARK: Text

    func print(on console: Console) throws {
        if report.stopReason != nil {
            try console.print("Stopped before anything was changed; the same command begins again.")
            return
        }
        try console.print(console.style.bold(headline))
        if console.isQuiet { return }
        if !report.files.isEmpty {
            try console.print(
                paragraph:
                    "  \(NumberFormat.bytes(report.bytesBefore)) became \(NumberFormat.bytes(report.bytesAfter)); "
                    + "\(NumberFormat.count(report.written, "line", "lines")) kept, "
                    + "\(NumberFormat.count(report.duplicates, "duplicate", "duplicates")) left out", hangingIndent: 2)
        }
        if report.conflicts > 0 {
            try console.print(
                "  of these \(NumberFormat.grouped(report.conflicts)) have the event_id of another event, which was first"
            )
        }
        if report.rejected > 0 { try console.print("  of these \(NumberFormat.grouped(report.rejected)) are rejected") }
        for name in report.notRemoved {
            try console.print(
                paragraph: "  \(PlainText.escape(name)) was changed meanwhile, and is still there; "
                    + "`reelhouse run` loads what is new", hangingIndent: 2)
        }
        try printLeft(on: console)
    }

    private var headline: String {
        let originals = NumberFormat.count(report.originals.count, "file", "files")
        let time = NumberFormat.duration(seconds: report.seconds)
        if report.originals.isEmpty { return "Nothing to compact in \(PlainText.escape(folder))" }
        let days = NumberFormat.count(report.days.filter { $0 != .undated }.count, "day", "days")
        if report.isDryRun {
            return "\(originals) with events of \(days) would be compacted. Nothing is changed."
        }
        return
            "\(originals) compacted to \(NumberFormat.count(report.files.count, "file", "files")) of \(days) in \(time)"
    }

    private func printLeft(on console: Console) throws {
        for (title, remarks) in [("Left as they are", report.left), ("Not readable", report.unreadable)]
        where !remarks.isEmpty {
            try console.print("\n\(title):")
            for remark in remarks.prefix(Self.mostNamed) {
                try console.print(paragraph: "  \(PlainText.escape(remark.name)): \(remark.reason)", hangingIndent: 4)
            }
            if remarks.count > Self.mostNamed {
                try console.print(
                    "  and \(NumberFormat.grouped(remarks.count - Self.mostNamed)) more; --json names all")
            }
        }
    }
}
