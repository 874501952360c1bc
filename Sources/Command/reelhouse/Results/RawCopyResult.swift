import Domain
import JSON
import Pipeline

import enum Logging.PlainText

/// The output of `copy raw`.
struct RawCopyResult {
    let report: RawCopyReport
    /// The locations without passwords.
    let from: String
    let to: String

    /// How many damages are named on standard error; `--json` has more.
    private static let mostNamed = 20

    /// How many entries of other programs are named on standard error; `--json` has more.
    private static let mostNamedOthers = 5

    /// The exit status: that of the signal that stopped it, 3 where something is damaged or of another program.
    var status: ExitStatus {
        report.stopReason.flatMap { ExitStatus($0) } ?? (report.isWhole ? .done : .notAllTaken)
    }

    private var kinds: [(name: String, count: RawCopyReport.Count)] {
        [("movies", report.movies), ("comments", report.comments), ("posters", report.posters)]
    }

    // MARK: JSON

    /// What `copy raw --json` prints: an interface, documented in the README.
    var json: JSONText {
        let head: [(String, JSONText)] = [
            ("from", .string(from)), ("to", .string(to)), ("exit_status", .integer(Int64(status.code))),
            ("seconds", .double(report.seconds)), ("bytes", .integer(report.bytes)),
        ]
        let counts = kinds.map { name, count in
            (
                name,
                JSONText.object([
                    ("copied", .integer(count.copied)), ("already_there", .integer(count.alreadyThere)),
                ])
            )
        }
        return .object(
            head + counts + [
                ("damaged", .integer(report.damagedCount)),
                ("damages", .array(report.damages.map { .string($0.message) })),
                ("left_out", .integer(report.leftOutCount)),
                ("left_out_documents", .array(report.leftOut.map { .string($0) })),
            ])
    }

    // MARK: Text

    func print(on console: Console) throws {
        let entries = NumberFormat.count(report.copied, "entry", "entries")
        let time = NumberFormat.duration(seconds: report.seconds)
        let size = report.copied > 0 ? ", \(NumberFormat.bytes(report.bytes))," : ""
        try console.print(console.style.bold("\(entries)\(size) copied in \(time)"))
        if console.isQuiet { return }
        try console.print()
        var table = TextTable([.text("kind"), .number("copied"), .number("already there")])
        for (name, count) in kinds {
            table.add([name, NumberFormat.grouped(count.copied), NumberFormat.grouped(count.alreadyThere)])
        }
        try console.print(table)
        try console.print()
        if report.stopReason != nil {
            try console.print(
                paragraph: "Stopped. What was copied stays, and the same command goes on from there.")
        } else {
            try console.print(paragraph: "Use the copy with --raw '\(PlainText.escape(to))'.")
        }
    }

    /// What has to be told whatever the form of the output.
    var warnings: [Report] {
        if report.isEmpty, report.stopReason == nil {
            return [
                Report(
                    kind: .warning,
                    message: "\(PlainText.escape(from)) has no movies, comments or posters of a raw store",
                    hint: "Check that --from names the raw store that runs keep with --raw.")
            ]
        }
        return damages + others
    }

    /// What is damaged.
    private var damages: [Report] {
        var warnings = report.damages.prefix(Self.mostNamed).map {
            Report(kind: .warning, message: PlainText.escape($0.message))
        }
        if warnings.isEmpty { return [] }
        let more = report.damagedCount - Int64(warnings.count)
        if more > 0 {
            warnings.append(
                Report(
                    kind: .warning,
                    message: NumberFormat.count(more, "more entry is", "more entries are") + " damaged"))
        }
        warnings[warnings.count - 1].hint =
            "The rest was copied. To get what is damaged again, load the files that it came from into a new warehouse, with "
            + "--raw '\(PlainText.escape(to))'."
        return warnings
    }

    /// What is of other programs.
    private var others: [Report] {
        if report.leftOutCount == 0 { return [] }
        let count = NumberFormat.count(report.leftOutCount, "document", "documents")
        let names = report.leftOut.prefix(Self.mostNamedOthers).map { PlainText.escape($0) }
        let rest = report.leftOutCount > Int64(names.count) ? ", …" : ""
        return [
            Report(
                kind: .warning,
                message: "\(count) of other programs in \(PlainText.escape(from)) not copied: "
                    + names.joined(separator: ", ") + rest,
                hint:
                    "They are no part of a raw store. Movie documents among them are read by `reelhouse run` with --movies "
                    + "and the place of their collection, and are kept in the raw store then; copy others by the tools of "
                    + "their program.")
        ]
    }
}
