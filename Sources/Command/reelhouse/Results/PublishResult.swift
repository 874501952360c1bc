import Domain
import JSON
import Pipeline

import enum Logging.PlainText

/// The output of `publish`.
struct PublishResult {
    let report: PublishReport
    let port: SourcePort
    /// The location without its password.
    let to: String

    /// How many unsent lines are named on standard error; `--json` has more.
    private static let mostNamed = 20

    /// The exit status where no error ended the command.
    var status: ExitStatus {
        if let status = report.stopped.flatMap({ ExitStatus($0) }) { return status }
        return report.isIncomplete ? .notAllTaken : .done
    }

    private var outcome: String {
        report.failure != nil ? "failed" : report.stopped != nil ? "stopped" : "completed"
    }

    private var perSecond: Double { report.seconds > 0 ? Double(report.confirmed) / report.seconds : 0 }

    private func count(_ state: PublishReport.SourceState) -> Int { report.sources.count { $0.state == state } }

    /// How many lines are too large, as far as the report has them.
    private var tooLarge: Int {
        report.unsent.count { line in
            if case .tooLarge = line.refusal { return true }
            return false
        }
    }

    /// Those of them that are not too large for this program itself.
    private var tooLargeForTopic: Int {
        report.unsent.count { line in
            if case .tooLarge(let side, _) = line.refusal { return side != MessageRefusal.thisProgram }
            return false
        }
    }

    // MARK: JSON

    /// What `publish --json` prints: an interface, documented in the README.
    var json: JSONText {
        .object([
            ("port", .string(port.rawValue)), ("to", .string(to)), ("cluster", .string(report.topic.cluster)),
            ("topic", .string(report.topic.topic)), ("outcome", .string(outcome)),
            ("confirmed", .integer(report.confirmed)), ("sent", .integer(report.confirmed + report.sentAgain)),
            ("bytes", .integer(report.confirmedBytes)), ("seconds", .double(report.seconds)),
            ("messages_per_second", .double(perSecond.rounded())), ("without_key", .integer(report.withoutKey)),
            ("sent_again", .integer(report.sentAgain)), ("sent_earlier_at_most", .integer(report.sentEarlier)),
            ("to_be_sent_again", .integer(report.linesAhead)), ("files", .integer(Int64(report.sources.count))),
            ("skipped", .integer(Int64(count(.skipped)))), ("not_sent", .integer(report.unsentCount)),
            ("too_large", .integer(Int64(tooLarge))), ("not_sent_lines", .array(report.unsent.map(\.json))),
            (
                "unreadable",
                .array(
                    unreadable.map { ["source": .string($0.name), "reason": .string($0.reason)] })
            ),
        ])
    }

    private var unreadable: [SourceRemark] {
        report.unreadable
            + report.sources.compactMap { source in
                source.remark.map { SourceRemark(name: source.name, reason: $0) }
            }
    }

    // MARK: Text

    func print(on console: Console) throws {
        let time = NumberFormat.duration(seconds: report.seconds)
        let rate = report.confirmed > 0 && report.seconds > 0 ? ", \(NumberFormat.rate(perSecond))" : ""
        let messages = NumberFormat.count(report.confirmed, "message", "messages")
        try console.print(console.style.bold("\(messages) sent to \(PlainText.escape(to)) in \(time)\(rate)"))
        if console.isQuiet { return }
        for line in notes { try console.print(paragraph: line, hangingIndent: 2) }
    }

    private var notes: [String] {
        var notes: [String] = []
        func add(_ number: Int64, _ one: String, _ many: String, _ rest: String) {
            if number > 0 { notes.append("  " + NumberFormat.count(number, one, many) + rest) }
        }
        add(Int64(count(.skipped)), "file", "files", " skipped: sent before (--again sends them again)")
        add(report.withoutKey, "message", "messages", " without a key")
        add(
            report.sentEarlier, "message", "messages",
            " at most had been sent already, by a command that did not come to its end")
        add(
            report.sentAgain, "message", "messages",
            " sent again after a lost connection; they may be twice in the topic")
        add(report.linesAhead, "line", "lines", " will be sent again by the next call; they may be in the topic")
        for source in report.sources where source.isUnfinished {
            notes.append(
                "  \(PlainText.escape(source.name)): its last line is unfinished, and is sent when it is whole")
        }
        for source in report.sources where source.state == .skipped && source.refusedEarlier > 0 {
            add(
                source.refusedEarlier, "line", "lines",
                " of \(PlainText.escape(source.name)) left out earlier, because they were refused")
        }
        for remark in report.passedOver {
            notes.append("  \(PlainText.escape(remark.name)) was not read: it is \(remark.reason)")
        }
        return notes
    }

    /// What has to be told whatever the form of the output.
    var warnings: [Report] {
        var warnings = report.unsent.prefix(Self.mostNamed).map { line in
            Report(kind: .warning, message: line.message)
        }
        if report.unsentCount > Int64(warnings.count) {
            let more = report.unsentCount - Int64(warnings.count)
            warnings.append(
                Report(
                    kind: .warning, message: NumberFormat.count(more, "more line was", "more lines were") + " not sent")
            )
        }
        if tooLargeForTopic > 0 {
            warnings[warnings.count - 1].hint =
                "Where the limit is the topic's or the broker's, raise it, and send the file once more with --again."
        }
        if report.confirmed > 0, report.withoutKey == report.confirmed {
            let (id, other) = port == .events ? ("user_id", SourcePort.movies) : ("id", .events)
            warnings.append(
                Report(
                    kind: .warning,
                    message: "no line that was sent has the \(id) of \(port == .events ? "an event" : "a movie")",
                    hint:
                        "If the lines are \(other.rawValue), publish them as \(other.rawValue), to a topic of their own."
                ))
        }
        for remark in unreadable {
            warnings.append(
                Report(kind: .warning, message: "\(PlainText.escape(remark.name)) was not read: \(remark.reason)"))
        }
        return warnings
    }

    /// The error that ended the command, with what stays.
    func error(_ failure: any ReportedError) -> CommandError {
        let confirmed = NumberFormat.count(report.confirmed, "message is", "messages are")
        return CommandError(
            message: failure.message,
            hint: failure.hint + " \(confirmed) confirmed, and the same command goes on after them.", kind: failure.kind
        )
    }
}

extension UnsentLine {
    /// The line and why it was not sent.
    var message: String {
        let place = "line \(line) of \(PlainText.escape(source))"
        switch refusal {
        case .tooLarge(let side, let limit):
            let most = limit.map { ", which takes \(NumberFormat.grouped($0))" } ?? ""
            return "\(place) was not sent: its \(NumberFormat.grouped(bytes)) bytes are too many for \(side)\(most)"
        case .notTaken(let why): return "\(place) was not sent: \(why)"
        }
    }

    /// The form in `--json`.
    var json: JSONText {
        var members: [(key: String, value: JSONText)] = [
            ("source", .string(source)), ("line", .integer(line)), ("bytes", .integer(bytes)),
        ]
        switch refusal {
        case .tooLarge(let side, let limit):
            members += [
                ("reason", "too_large"), ("refused_by", .string(side)), ("limit", limit.map { .integer($0) } ?? .null),
            ]
        case .notTaken(let why): members.append(("reason", .string(why)))
        }
        return .object(members)
    }
}
